//! `hold`, `resume` and `reconcile`: whether, and when, a cluster takes updates.

use std::time::Duration;

use clap::Args;
use fleet::cluster::Sort;
use fleet::roots::{COMPONENT_LABEL, ROOT_LABEL, SOURCE};
use serde_json::{Value, json};

use super::cluster_argument::{ClusterArgument, connect};
use crate::bootstrap::observe::FLUX_SYSTEM;
use crate::context::Context;
use crate::edge::cluster::{Cluster, Kind, kinds, text};
use crate::exit::{Exit, Failure, Outcome};
use crate::sandbox::served;

/// Flags of `hold`, `resume` and `reconcile`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    cluster: ClusterArgument,
    /// Only this component, e.g. nextcloud
    #[arg(value_name = "COMPONENT")]
    component: Option<String>,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Take no updates until `resume`.
    Hold,
    /// Take updates again.
    Resume,
    /// Look for updates now.
    Reconcile,
}

/// Runs one of the three.
pub fn run(arguments: &Arguments, context: &Context, change: Change) -> Outcome {
    let folder = arguments.cluster.folder(context)?;
    context.block_on(async {
        let cluster = connect(context, &folder).await?;
        let objects = objects(&cluster, arguments.component.as_deref()).await?;
        if change == Change::Reconcile && folder.sort == Sort::Sandbox {
            wait_until_served(context).await?;
        }
        let patch = match change {
            Change::Hold => Some(json!({"spec": {"suspend": true}})),
            Change::Resume => Some(json!({"spec": {"suspend": null}})),
            Change::Reconcile => None,
        };
        for (kind, namespace, name) in objects {
            match &patch {
                Some(patch) => cluster.merge(kind, &namespace, &name, patch).await?,
                None => cluster.look_again(kind, &namespace, &name).await?,
            }
            let done = match change {
                Change::Hold => "held",
                Change::Resume => "resumed",
                Change::Reconcile => "reconciling",
            };
            context.terminal.say(format!("{done}: {} {namespace}/{name}", kind.kind));
        }
        if change == Change::Hold {
            let what =
                arguments.component.as_ref().map(|component| format!(" {component}")).unwrap_or_default();
            context.terminal.say(format!(
                "No updates are taken until `cargo xtask resume {}{what}`.",
                arguments.cluster.cluster
            ));
        }
        Ok(Exit::Yes)
    })?
}

/// A commit of a moment ago is to be found by whoever is asked to look now.
async fn wait_until_served(context: &Context) -> Result<(), Failure> {
    for _ in 0..30 {
        if !served::is_behind(&context.layout)? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    context.terminal.say("The sandbox does not serve the checkout's HEAD yet; its log says why.");
    Ok(())
}

/// The whole cluster is held at its source; a component at its Kustomizations and their releases.
async fn objects(cluster: &Cluster, component: Option<&str>) -> Result<Vec<(Kind, String, String)>, Failure> {
    let Some(component) = component else {
        return Ok(vec![(kinds::GIT_REPOSITORY, FLUX_SYSTEM.to_owned(), SOURCE.to_owned())]);
    };
    let kustomizations = cluster.list(kinds::KUSTOMIZATION).await?;
    let label = |object: &Value, label: &str| {
        object.pointer("/metadata/labels").and_then(|labels| labels.get(label)?.as_str().map(str::to_owned))
    };
    let of_component: Vec<String> = kustomizations
        .iter()
        .filter(|object| label(object, COMPONENT_LABEL).as_deref() == Some(component))
        .map(|object| text(object, "/metadata/name"))
        .collect();
    if of_component.is_empty() {
        let mut names: Vec<String> = kustomizations
            .iter()
            .filter(|object| label(object, ROOT_LABEL).is_none())
            .filter_map(|object| label(object, COMPONENT_LABEL))
            .collect();
        names.sort();
        names.dedup();
        return Err(Failure::Usage(format!(
            "the cluster has no component `{component}`; it has: {}",
            names.join(", ")
        )));
    }
    let mut objects: Vec<(Kind, String, String)> = of_component
        .iter()
        .map(|name| (kinds::KUSTOMIZATION, FLUX_SYSTEM.to_owned(), name.clone()))
        .collect();
    for release in cluster.list(kinds::HELM_RELEASE).await? {
        let owner = label(&release, "kustomize.toolkit.fluxcd.io/name").unwrap_or_default();
        if of_component.contains(&owner) {
            objects.push((
                kinds::HELM_RELEASE,
                text(&release, "/metadata/namespace"),
                text(&release, "/metadata/name"),
            ));
        }
    }
    Ok(objects)
}
