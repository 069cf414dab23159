//! What the sandbox's cluster holds before Git takes over: CRDs of Flux, RBAC, the node, and KWOK's stages.

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::layout::Layout;
use crate::edge::cluster::{Cluster, Kind, kind, kinds};

const STAGE: Kind = kind("kwok.x-k8s.io", "v1alpha1", "Stage");
const PATIENCE: Duration = Duration::from_secs(90);

/// Waits until the API server is ready.
pub async fn wait_for_api(kubeconfig: &Path) -> Result<Cluster> {
    let cluster = Cluster::connect(kubeconfig).await?;
    let deadline = Instant::now() + PATIENCE;
    while !cluster.is_ready().await {
        if Instant::now() > deadline {
            bail!("wait for the API server: it was not ready after {} s", PATIENCE.as_secs());
        }
        sleep(Duration::from_millis(100)).await;
    }
    Ok(cluster)
}

/// Applies everything; returns when Flux's and KWOK's kinds are served.
pub async fn apply(cluster: &Cluster, layout: &Layout, tools: &Path) -> Result<()> {
    let own = layout.pins().join("objects");
    apply_file(cluster, &own.join("namespace.yaml")).await?;
    apply_file(cluster, &own.join("flux-rbac.yaml")).await?;
    for folder in ["crds", "stage-crd"] {
        apply_folder(cluster, &tools.join(folder)).await?;
    }
    wait_until_established(cluster).await?;
    let node = own.join("node.yaml");
    for object in read(&node)? {
        cluster.apply(&object).await?;
        // The size of a node is status, which is not applied with the rest.
        cluster.apply_status(&without_labels(object)).await?;
    }
    apply_folder(cluster, &tools.join("stages")).await?;
    apply_folder(cluster, &layout.pins().join("stages")).await
}

async fn apply_folder(cluster: &Cluster, folder: &Path) -> Result<()> {
    let files = files(folder)?;
    futures::future::try_join_all(files.iter().map(|file| apply_file(cluster, file))).await?;
    Ok(())
}

/// Every object in the files of a folder.
pub(super) fn read_folder(folder: &Path) -> Result<Vec<Value>> {
    let objects: Vec<Vec<Value>> = files(folder)?.iter().map(|file| read(file)).collect::<Result<_>>()?;
    Ok(objects.into_iter().flatten().collect())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("read {}", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    Ok(files)
}

async fn apply_file(cluster: &Cluster, file: &Path) -> Result<()> {
    for object in read(file)? {
        cluster.apply(&object).await.with_context(|| format!("apply {}", file.display()))?;
    }
    Ok(())
}

fn read(file: &Path) -> Result<Vec<Value>> {
    let text = fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    let documents: Vec<Value> =
        serde_saphyr::from_multiple(&text).with_context(|| format!("read {}", file.display()))?;
    Ok(documents.into_iter().filter(|document| !document.is_null()).collect())
}

fn without_labels(mut object: Value) -> Value {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.shift_remove("labels");
    }
    object
}

async fn wait_until_established(cluster: &Cluster) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let missing: Vec<String> = cluster
            .list(kinds::CRD)
            .await?
            .iter()
            .filter(|crd| !is_established(crd))
            .filter_map(|crd| Some(crd.pointer("/metadata/name")?.as_str()?.to_owned()))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!("wait until the API server serves {}", missing.join(", "));
        }
        sleep(Duration::from_millis(100)).await;
    }
}

fn is_established(crd: &Value) -> bool {
    let conditions = crd.pointer("/status/conditions").and_then(Value::as_array);
    conditions.into_iter().flatten().any(|condition| {
        condition.get("type") == Some(&json!("Established"))
            && condition.get("status") == Some(&json!("True"))
    })
}

/// How often one stage is touched at short intervals after the set of CRDs changed, and the interval.
const TOUCHES: u32 = 15;
const TOUCH_EVERY: Duration = Duration::from_secs(2);
/// How many of these intervals pass between touches later on.
const REST: u32 = 10;

/// KWOK looks for a stage's kind only when some stage changes: so one stage is touched again and again, often after the
/// set of CRDs changed. Once would not do: a kind is served some seconds after its CRD is there, on a busy machine many.
pub async fn keep_stages_awake(kubeconfig: PathBuf) -> Infallible {
    let mut seen: Vec<String> = Vec::new();
    let mut touched = 0u64;
    let mut since_change = 0u32;
    loop {
        sleep(TOUCH_EVERY).await;
        let Ok(cluster) = Cluster::connect(&kubeconfig).await else { continue };
        while let Ok(mut names) = cluster.names(kinds::CRD).await {
            names.sort();
            if names != seen {
                seen = names;
                since_change = 0;
            }
            if since_change < TOUCHES || since_change.is_multiple_of(REST) {
                touched += 1;
                let change =
                    json!({"metadata": {"annotations": {"openappstack.org/touched": touched.to_string()}}});
                if let Err(error) = cluster.merge(STAGE, "", "node-initialize", &change).await {
                    tracing::warn!("touch a stage: {error:#}");
                }
            }
            since_change = since_change.saturating_add(1);
            sleep(TOUCH_EVERY).await;
        }
    }
}
