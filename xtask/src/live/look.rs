//! What there is in a cluster for Flux to begin with.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, anyhow};
use flux::diff::live::{Holder, made_by};
use flux::object::ObjectKey;
use flux::render::data_of;
use flux::render::variables::Data;
use kustomize_rs::yaml::json::read_as_json;
use kustomize_rs::yaml::node::Node;
use serde_json::Value;

use super::{Looked, helm_storage};
use crate::edge::cluster::{Cluster, kinds, text};

/// Where the objects that Flux begins with are said to come from.
const FROM: &str = "the cluster";

/// Looks at what Flux and Helm hold.
pub async fn look(cluster: &Cluster) -> Result<Looked> {
    let sources = [kinds::GIT_REPOSITORY, kinds::OCI_REPOSITORY, kinds::HELM_REPOSITORY];
    let (kustomizations, releases, secrets, config_maps, sources) = futures::try_join!(
        cluster.list(kinds::KUSTOMIZATION),
        cluster.list(kinds::HELM_RELEASE),
        cluster.list(kinds::SECRET),
        cluster.list(kinds::CONFIG_MAP),
        futures::future::try_join_all(sources.map(|kind| cluster.list(kind))),
    )?;
    let (stored, secrets): (Vec<Value>, Vec<Value>) =
        secrets.into_iter().partition(|secret| secret["type"] == helm_storage::TYPE);
    let stored: BTreeMap<(String, String), Value> = stored
        .into_iter()
        .map(|secret| ((text(&secret, "/metadata/namespace"), text(&secret, "/metadata/name")), secret))
        .collect();
    // Only there does Flux look for variables and values.
    let namespaces: BTreeSet<String> =
        kustomizations.iter().chain(&releases).map(|object| text(object, "/metadata/namespace")).collect();
    let texts: Vec<&Value> = secrets
        .iter()
        .chain(&config_maps)
        .filter(|object| {
            made_by(object).is_none() && namespaces.contains(&text(object, "/metadata/namespace"))
        })
        .collect();
    let texts: Vec<Node> = texts.into_iter().map(node).collect::<Result<_>>()?;
    let data: BTreeMap<ObjectKey, Data> = texts.iter().filter_map(data_of).collect();
    let roots = kustomizations.iter().chain(sources.iter().flatten());
    let roots: Vec<Node> =
        roots.filter(|object| made_by(object).is_none()).map(node).collect::<Result<_>>()?;
    let entry = roots.into_iter().chain(texts).map(|node| (node, FROM.to_owned())).collect();
    let mut holders: Vec<Holder> = kustomizations.into_iter().map(Holder::of_kustomization).collect();
    for release in releases {
        holders.push(holder(release, &stored)?);
    }
    Ok(Looked { entry, data, holders, secrets })
}

/// A HelmRelease and what Helm keeps of it.
fn holder(release: Value, stored: &BTreeMap<(String, String), Value>) -> Result<Holder> {
    let last = release.pointer("/status/history/0").cloned().unwrap_or_default();
    let namespace = text(&release, "/status/storageNamespace");
    let name = helm_storage::secret_name(&text(&last, "/name"), last["version"].as_u64().unwrap_or_default());
    let installed = stored.get(&(namespace, name)).map(helm_storage::read).transpose();
    let installed = installed.with_context(|| {
        format!(
            "read what Helm keeps of {}/{}",
            text(&release, "/metadata/namespace"),
            text(&release, "/metadata/name")
        )
    })?;
    Ok(Holder::of_release(release, installed, &text(&last, "/namespace")))
}

/// What of an object its author wrote.
fn node(object: &Value) -> Result<Node> {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
        if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("managedFields");
        }
    }
    read_as_json(&object.to_string(), FROM, kustomize_rs::Limits::default())
        .map_err(|found| anyhow!(found.message))
}
