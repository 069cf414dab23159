//! Removing applications with their data: observe, plan, show, confirm, execute; what was interrupted is planned again.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use fleet::component::Contract;
use fleet::removal::{Facts, Kept, Step, kept};
use fleet::roots::{COMPONENT_LABEL, app_root};
use serde_json::Value;

use crate::bootstrap::observe::{FLUX_SYSTEM, is_leaving};
use crate::context::Context;
use crate::edge::cluster::{Cluster, Kind, kinds, text};
use crate::exit::Failure;

/// How long workloads, and then each object, may take to be gone.
const PATIENCE: Duration = Duration::from_secs(600);

/// Looks what there is of an application.
pub async fn observe(cluster: &Cluster, app: &str, contract: &Contract, is_listed: bool) -> Result<Facts> {
    let root = cluster.get(kinds::KUSTOMIZATION, FLUX_SYSTEM, &app_root(app)).await?;
    let mut facts = Facts { is_listed, runs: runs(cluster, app, contract).await?, ..Facts::default() };
    facts.root = root.filter(|root| !is_leaving(root)).map(|root| text(&root, "/metadata/name"));
    for one in kept(app, contract) {
        if cluster.get(kind_of(&one), &one.namespace, &one.name).await?.is_some() {
            facts.kept.push(one);
        }
    }
    Ok(facts)
}

/// Is anything left that Flux made for it?
async fn runs(cluster: &Cluster, app: &str, contract: &Contract) -> Result<bool> {
    let root = app_root(app);
    let is_of_app = |object: &Value| {
        text(object, "/metadata/name") == root
            || object.pointer("/metadata/labels").and_then(|labels| labels.get(COMPONENT_LABEL))
                == Some(&Value::from(app))
    };
    if cluster.list(kinds::KUSTOMIZATION).await?.iter().any(is_of_app) {
        return Ok(true);
    }
    for (name, release) in &contract.releases {
        if cluster.get(kinds::HELM_RELEASE, &release.namespace, name).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Carries out the steps that concern the cluster, each until its effect is seen.
pub async fn execute(
    context: &Context,
    cluster: &Cluster,
    app: &str,
    contract: &Contract,
    steps: &[Step],
) -> Result<(), Failure> {
    for step in steps {
        let work = context.terminal.work(step.to_string());
        match carry_out(cluster, app, contract, step).await {
            Ok(()) => work.done(""),
            Err(error) => {
                work.failed();
                return Err(Failure::World(error.context(step.to_string())));
            }
        }
    }
    Ok(())
}

async fn carry_out(cluster: &Cluster, app: &str, contract: &Contract, step: &Step) -> Result<()> {
    match step {
        Step::Forget { .. } => bail!("this step is carried out elsewhere"),
        Step::RemoveRoot { name } => cluster.delete(kinds::KUSTOMIZATION, FLUX_SYSTEM, name).await,
        Step::AwaitRemoval { .. } => {
            let begun = Instant::now();
            while runs(cluster, app, contract).await? {
                wait_on(
                    begun,
                    "`kubectl get kustomizations,helmreleases --all-namespaces` shows what is left",
                )
                .await?;
            }
            Ok(())
        }
        Step::Delete { kept } => {
            let kind = kind_of(kept);
            cluster.delete(kind, &kept.namespace, &kept.name).await?;
            let begun = Instant::now();
            while cluster.get(kind, &kept.namespace, &kept.name).await?.is_some() {
                let why = "a pod that still uses it holds it: `kubectl get pods --all-namespaces` shows which there are";
                wait_on(begun, why).await?;
            }
            Ok(())
        }
    }
}

async fn wait_on(begun: Instant, help: &str) -> Result<()> {
    if begun.elapsed() > PATIENCE {
        bail!("it is not gone after {} s; {help}. The same command goes on from here", PATIENCE.as_secs());
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    Ok(())
}

fn kind_of(kept: &Kept) -> Kind {
    match kept.kind {
        "Cluster" => kinds::POSTGRES_CLUSTER,
        "PersistentVolumeClaim" => kinds::CLAIM,
        _ => kinds::SECRET,
    }
}
