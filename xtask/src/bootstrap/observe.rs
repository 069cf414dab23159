//! Facts about a cluster, and what they lack of what it is to be.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use fleet::generated;
use fleet::plan::{Facts, Wanted, WantedControlPlane};
use fleet::roots::{self, Origin, ROOT_LABEL};
use fleet::secret::SecretString;
use serde_json::Value;

use super::serving::Serving;
use super::target::Target;
use crate::context::Context;
use crate::edge::cluster::{Cluster, kinds, text};
use crate::sandbox::charts_mode::ChartsMode;
use crate::sandbox::state::Phase;
use crate::sandbox::{self, tools};

/// Name of the Secret made from `.flux.env`.
pub const CLUSTER_VARIABLES: &str = "oas-cluster-variables";
/// The namespace of everything that Flux reads.
pub const FLUX_SYSTEM: &str = "flux-system";

/// The version that root objects are annotated with.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Everything that planning and execution need of one look at the world.
pub struct Observed {
    /// For the plan: what is wanted.
    pub wanted: Wanted,
    /// For the plan: what is.
    pub facts: Facts,
    /// The cluster, when it answers.
    pub cluster: Option<Cluster>,
    /// The root objects as they are to be; empty as long as their source's address is not known.
    pub roots: Vec<Value>,
    /// The revision that Flux is to report.
    pub revision: Option<String>,
    /// Charts whose pinned digest the charts at hand cannot have, so that it is not checked in this run.
    pub without_digest: Vec<String>,
}

/// What the embedded control plane is asked to be.
#[derive(Debug, Clone)]
pub struct Embedded {
    /// Where charts come from.
    pub charts: ChartsMode,
    /// The API server's port, if the person wishes one.
    pub api_port: Option<u16>,
    /// What is served.
    pub serving: Serving,
}

/// Looks at everything. `embedded` is none for a cluster that is somewhere else.
pub async fn observe(context: &Context, target: &Target, embedded: Option<&Embedded>) -> Result<Observed> {
    let mut facts = Facts::default();
    let mut wanted = Wanted::default();
    let mut origin: Option<(String, String)> =
        target.spec.channel.url.clone().zip(target.spec.channel.branch.clone());
    let mut revision = None;
    if let Some(embedded) = embedded {
        wanted.control_plane = Some(WantedControlPlane {
            charts: embedded.charts.to_string(),
            served: embedded.serving.title(),
        });
        facts.tools_are_built = tools::present(&context.layout, tools::Group::ControlPlane)?;
        facts.serves_as_wanted = embedded.serving.is_served(&context.layout);
        if let Some(state) = sandbox::running(&context.layout)? {
            facts.is_running = true;
            facts.runs_as_wanted = state.phase == Phase::Running
                && state.charts == embedded.charts
                && state.tools == tools::digest(&context.layout.pins())?
                && embedded.api_port.is_none_or(|port| port == state.ports.api);
            origin = Some((
                format!("http://127.0.0.1:{}/openappstack.git", state.ports.git),
                sandbox::served::BRANCH.to_owned(),
            ));
        }
        revision = Some(format!("{}@sha1:{}", sandbox::served::BRANCH, embedded.serving.commit));
    }
    let cluster = match (embedded, facts.is_running && facts.runs_as_wanted) {
        (Some(_), false) => None,
        (Some(_), true) => Some(Cluster::connect(&target.folder.kubeconfig(context)).await?),
        (None, _) => Some(reach(context, target).await?),
    };
    let roots = origin.map(|(url, branch)| {
        let origin = Origin { url: &url, branch: &branch, version: VERSION };
        roots::roots(&target.spec, &target.catalogue, origin)
    });
    let mut roots = roots.unwrap_or_default();
    let mut without_digest = Vec::new();
    if let Some(embedded) = embedded.filter(|embedded| embedded.charts != ChartsMode::Public) {
        let tree = embedded.serving.tree(context)?;
        let (pins, _) = flux::pins::read(tree.as_ref());
        without_digest = sandbox::digests::take_off(&mut roots, &pins, tree.as_ref());
    }
    match &cluster {
        Some(cluster) => {
            look_at_cluster(cluster, target, &roots, &mut wanted, &mut facts).await?;
            facts.is_ready = super::progress::look(cluster, target, revision.as_deref()).await?.is_ready();
        }
        None => everything_is_missing(target, &mut wanted),
    }
    Ok(Observed { wanted, facts, cluster, roots, revision, without_digest })
}

/// Connects to a cluster that is somewhere else; it must be there with Flux in it, since setting up servers is not part
/// of this version.
async fn reach(context: &Context, target: &Target) -> Result<Cluster> {
    let kubeconfig = target.folder.kubeconfig(context);
    let name = &target.folder.name;
    if !kubeconfig.is_file() {
        bail!(
            "cluster `{name}` cannot be reached: {} does not exist. Setting up a server is not part of this version: \
             install k3s there and copy /etc/rancher/k3s/k3s.yaml to that file, with the server's address in it and mode \
             0600",
            kubeconfig.display()
        );
    }
    let cluster = Cluster::connect(&kubeconfig).await?;
    if !cluster.names(kinds::CRD).await?.iter().any(|crd| crd == "kustomizations.kustomize.toolkit.fluxcd.io")
    {
        bail!(
            "cluster `{name}` has no Flux. Setting up Flux is not part of this version: run `flux install` with the \
             release pinned in install/flux.yaml"
        );
    }
    Ok(cluster)
}

/// A cluster that cannot be asked yet is planned for as if it were empty; it is looked at again once it runs.
fn everything_is_missing(target: &Target, wanted: &mut Wanted) {
    wanted.changed_variables = target.env.iter().map(|(name, _)| name.to_owned()).collect();
    for name in target.components().into_keys() {
        let keys: Vec<String> = target.catalogue.components[name]
            .contract
            .secrets
            .iter()
            .map(|value| value.name.clone())
            .collect();
        if !keys.is_empty() {
            wanted.missing_generated.push((name.to_owned(), keys));
        }
    }
    let origin = Origin { url: "", branch: "", version: VERSION };
    for root in roots::roots(&target.spec, &target.catalogue, origin) {
        wanted.changed_roots.push((text(&root, "/kind"), text(&root, "/metadata/name"), true));
    }
}

async fn look_at_cluster(
    cluster: &Cluster,
    target: &Target,
    roots: &[Value],
    wanted: &mut Wanted,
    facts: &mut Facts,
) -> Result<()> {
    let live = read_secret(cluster, CLUSTER_VARIABLES).await?;
    facts.has_variables = live.is_some();
    wanted.changed_variables = changed_variables(target, live.as_ref());
    for name in target.components().into_keys() {
        let contract = &target.catalogue.components[name].contract;
        if contract.secrets.is_empty() {
            continue;
        }
        let existing = read_secret(cluster, &generated::secret_name(name)).await?;
        let missing: Vec<String> = contract
            .secrets
            .iter()
            .filter(|value| !existing.as_ref().is_some_and(|existing| existing.contains_key(&value.name)))
            .map(|value| value.name.clone())
            .collect();
        if !missing.is_empty() {
            wanted.missing_generated.push((name.to_owned(), missing));
        }
    }
    let mut names = BTreeSet::new();
    for root in roots {
        let (kind, name) = (text(root, "/kind"), text(root, "/metadata/name"));
        let of_kind = if kind == "GitRepository" { kinds::GIT_REPOSITORY } else { kinds::KUSTOMIZATION };
        // What is being removed is gone soon, and made again then.
        let live = cluster.get(of_kind, FLUX_SYSTEM, &name).await?.filter(|live| !is_leaving(live));
        if !roots::out_of_date(live.as_ref(), root).is_empty() {
            wanted.changed_roots.push((kind, name.clone(), live.is_none()));
        }
        names.insert(name);
    }
    wanted.surplus_roots = cluster
        .list(kinds::KUSTOMIZATION)
        .await?
        .iter()
        .filter(|object| is_root(object) && !is_leaving(object))
        .map(|object| text(object, "/metadata/name"))
        .filter(|name| !names.contains(name))
        .collect();
    Ok(())
}

/// Is it a root object, which xtask made?
pub(super) fn is_root(object: &Value) -> bool {
    object.pointer("/metadata/labels").is_some_and(|labels| labels.get(ROOT_LABEL).is_some())
}

/// Was it told to go, and is it still there until its controller has removed what it made?
pub(crate) fn is_leaving(object: &Value) -> bool {
    object.pointer("/metadata/deletionTimestamp").is_some()
}

fn changed_variables(target: &Target, live: Option<&BTreeMap<String, SecretString>>) -> Vec<String> {
    let mut changed: Vec<String> = target
        .env
        .iter()
        .filter(|(name, value)| {
            live.and_then(|live| live.get(*name)).map(SecretString::expose) != Some(value.expose())
        })
        .map(|(name, _)| name.to_owned())
        .collect();
    let gone = live.into_iter().flat_map(BTreeMap::keys).filter(|name| target.env.secret(name).is_none());
    changed.extend(gone.cloned());
    changed
}

/// The values of a Secret in `flux-system`; none when there is none.
pub async fn read_secret(cluster: &Cluster, name: &str) -> Result<Option<BTreeMap<String, SecretString>>> {
    let Some(secret) = cluster.get(kinds::SECRET, FLUX_SYSTEM, name).await? else { return Ok(None) };
    let mut values = BTreeMap::new();
    for (key, value) in secret.get("data").and_then(Value::as_object).into_iter().flatten() {
        let doing = || format!("read key {key} of Secret {FLUX_SYSTEM}/{name}");
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(value.as_str().unwrap_or_default())
            .with_context(doing)?;
        values.insert(key.clone(), SecretString::new(String::from_utf8(bytes).with_context(doing)?));
    }
    Ok(Some(values))
}
