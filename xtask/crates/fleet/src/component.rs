//! `component.yaml`: what a component brings and needs, read by xtask only.

mod check;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::{document, typed};

/// The contract of one component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Contract {
    /// Name for people.
    pub title: String,
    /// One sentence.
    pub description: String,
    /// May a cluster exclude it? Nothing mandatory depends on it then.
    #[serde(default)]
    pub optional: bool,
    /// Sub-domain labels under which it is reached; `@` is the cluster's own domain.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Certificates that it asks for.
    #[serde(default)]
    pub certificates: Vec<Certificate>,
    /// Variables of `.flux.env` that only this component uses.
    #[serde(default)]
    pub variables: Vec<ComponentVariable>,
    /// Values to generate into the Secret `oas-<component>-variables` in `flux-system`.
    #[serde(default)]
    pub secrets: Vec<GeneratedValue>,
    /// Its Helm releases, by name.
    #[serde(default)]
    pub releases: BTreeMap<String, Release>,
    /// Its client at the identity provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oidc: Option<OidcClient>,
    /// What a backup must hold.
    #[serde(default)]
    pub backup: Backup,
    /// Objects that must be ready before the component counts as ready.
    #[serde(default)]
    pub health: Vec<ObjectRef>,
    /// Path of its browser test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser_test: Option<String>,
}

/// A TLS Secret and the hosts it is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Name of the Secret.
    pub secret: String,
    /// Namespace of the Secret.
    pub namespace: String,
    /// Labels out of the component's `hosts`.
    pub hosts: Vec<String>,
}

/// A variable of `.flux.env` that one component brings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComponentVariable {
    /// Its name.
    pub name: String,
    /// What the tree takes when it is not set. Without a default the variable is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// What it is for, one sentence.
    #[serde(default)]
    pub description: String,
}

/// A value that xtask generates once and then never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GeneratedValue {
    /// Key in the Secret and name of the variable.
    pub name: String,
    /// What it is, for people.
    #[serde(default)]
    pub title: String,
    /// Does `xtask secrets` show it?
    #[serde(default)]
    pub show: bool,
    /// Does it open the backups? Its Secret is left out of them then.
    #[serde(default, rename = "opensBackups")]
    pub opens_backups: bool,
    /// How many letters and digits.
    #[serde(default = "default_length")]
    pub length: usize,
}

fn default_length() -> usize {
    32
}

/// One Helm release of the component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Namespace it is installed in.
    pub namespace: String,
    /// What runs in it.
    #[serde(default)]
    pub workloads: Vec<Workload>,
    /// Services of it that others talk to, by name.
    #[serde(default)]
    pub services: Vec<String>,
    /// Labels out of the component's `hosts` that it answers.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Custom resources that its chart defines.
    #[serde(default)]
    pub crds: Vec<Crd>,
    /// Storage classes that its chart makes.
    #[serde(default, rename = "storageClasses")]
    pub storage_classes: Vec<StorageClass>,
}

/// A storage class that a release makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StorageClass {
    /// Its name.
    pub name: String,
    /// Who makes its volumes.
    pub provisioner: String,
    /// Do claims that name no class get it?
    #[serde(default)]
    pub default: bool,
}

/// Something that runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// `Deployment`, `StatefulSet`, `DaemonSet`, `Job` or `CronJob`.
    pub kind: WorkloadKind,
    /// Its name.
    pub name: String,
}

/// The kinds of workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "the names are Kubernetes' own")]
pub enum WorkloadKind {
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
}

/// A custom resource definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Crd {
    /// API group.
    pub group: String,
    /// Served versions; the first is stored.
    pub versions: Vec<String>,
    /// Kind.
    pub kind: String,
    /// Name in URLs.
    pub plural: String,
    /// Namespaced or cluster-wide.
    pub scope: Scope,
    /// Has it a status sub-resource? Nearly all have, so this is the default.
    #[serde(default = "default_status")]
    pub status: bool,
}

fn default_status() -> bool {
    true
}

/// Where objects of a kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "the names are Kubernetes' own")]
pub enum Scope {
    Namespaced,
    Cluster,
}

/// A client at the identity provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcClient {
    /// What the identity provider calls it.
    pub client: String,
    /// The one of the component's `secrets` that both share.
    pub secret: String,
    /// Where a login may lead back to.
    pub redirects: Vec<Redirect>,
}

/// An address that a login may lead back to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redirect {
    /// Label out of the component's `hosts`.
    pub host: String,
    /// What is behind the host, from `/` on.
    pub path: String,
}

/// What a backup must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// Volumes to copy.
    #[serde(default)]
    pub volumes: Vec<Volume>,
    /// Databases to dump.
    #[serde(default)]
    pub dumps: Vec<Dump>,
    /// Volumes that no backup needs.
    #[serde(default)]
    pub excluded: Vec<Excluded>,
}

/// A volume that no backup needs. It is data of the component all the same: it stays when the component goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// Name of the claim.
    pub claim: String,
    /// Its namespace.
    pub namespace: String,
    /// Why nothing is lost without it.
    pub reason: String,
}

/// A volume to copy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// Name of the claim.
    pub claim: String,
    /// Its namespace.
    pub namespace: String,
}

/// A database to dump.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dump {
    /// The workload in whose pod the dump runs.
    pub workload: String,
    /// Its namespace.
    pub namespace: String,
    /// The database engine.
    pub engine: String,
    /// Name of the database.
    pub database: String,
}

/// An object in the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectRef {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its namespace; none if it is cluster-wide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// The JSON Schema of `component.yaml`, made from [`Contract`].
pub fn schema() -> Value {
    schemars::schema_for!(Contract).to_value()
}

/// Reads and checks a `component.yaml`. The contract is there if the file could be read as one, even with findings.
pub fn parse(file: &str, text: &str) -> (Option<Contract>, Vec<Diagnostic>) {
    let (node, mut diagnostics) = document::single(file, text);
    let Some(node) = node else {
        if diagnostics.is_empty() {
            let place = Place::file(file);
            diagnostics.push(Diagnostic::error("component/empty", place, "the file is empty"));
        }
        return (None, diagnostics);
    };
    let (contract, found) = typed::from_node::<Contract>(file, &node);
    diagnostics.extend(found);
    if let Some(contract) = &contract {
        check::check(file, &node, contract, &mut diagnostics);
    }
    diagnostics.sort();
    (contract, diagnostics)
}

#[cfg(test)]
mod tests;
