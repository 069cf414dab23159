//! `cluster.yaml`: what only xtask reads about a cluster. What the tree reads is in `.flux.env`.

mod check;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::node::{Content, Node, Position};
use yamltree::{document, typed};

use crate::catalogue::Catalogue;

/// What a cluster is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ClusterSpec {
    /// Where updates come from.
    #[serde(default)]
    pub channel: Channel,
    /// How often Flux looks for updates, such as `5m`.
    #[serde(default = "default_interval")]
    pub interval: String,
    /// Applications, by component name.
    #[serde(default)]
    pub apps: Vec<String>,
    /// Optional components of infrastructure and core that this cluster does without.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// The machines.
    #[serde(default)]
    pub hosts: Vec<Host>,
    /// Options for k3s.
    #[serde(default)]
    pub k3s: K3s,
}

impl Default for ClusterSpec {
    fn default() -> Self {
        ClusterSpec {
            channel: Channel::default(),
            interval: default_interval(),
            apps: Vec::new(),
            exclude: Vec::new(),
            hosts: Vec::new(),
            k3s: K3s::default(),
        }
    }
}

fn default_interval() -> String {
    "5m".to_owned()
}

/// The branch that a cluster follows. The sandbox has neither: it follows the checkout.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Repository, as `https://…` or `ssh://…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

/// A machine of the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// Its name, one DNS label.
    pub name: String,
    /// Address or host name for SSH.
    pub address: String,
    /// User for SSH.
    #[serde(default = "default_user")]
    pub user: String,
    /// What it does.
    pub roles: Vec<Role>,
}

fn default_user() -> String {
    "root".to_owned()
}

/// What a machine does in the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs the control plane, and workloads.
    Server,
    /// Runs workloads only.
    Agent,
}

/// Options for k3s beyond what xtask sets itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct K3s {
    /// Further flags of `k3s server`, such as `--flannel-backend=wireguard-native`.
    #[serde(default)]
    pub server_args: Vec<String>,
    /// Further flags of `k3s agent`.
    #[serde(default)]
    pub agent_args: Vec<String>,
    /// Further names and addresses for the certificate of the API server.
    #[serde(default)]
    pub tls_san: Vec<String>,
}

/// What sort of cluster a `cluster.yaml` is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The local control plane: no channel, no hosts needed.
    Sandbox,
    /// Servers that follow a branch: `channel.url` and `channel.branch` are needed.
    Real,
}

/// A `cluster.yaml` as read: the spec, and what is needed to point into the file.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterFile {
    /// The spec.
    pub spec: ClusterSpec,
    file: String,
    node: Node,
}

impl ClusterFile {
    /// Holds the names in `apps` and `exclude` against what the tree offers.
    pub fn check_against(&self, catalogue: &Catalogue) -> Vec<Diagnostic> {
        check::against(&self.file, &self.node, &self.spec, catalogue)
    }

    /// The file it was read from.
    pub fn file(&self) -> &str {
        &self.file
    }
}

/// The JSON Schema of `cluster.yaml`, made from [`ClusterSpec`].
pub fn schema() -> Value {
    schemars::schema_for!(ClusterSpec).to_value()
}

/// Reads and checks a `cluster.yaml`; an empty file is a spec of defaults.
///
/// The result is there if the file could be read as a spec, even with findings.
pub fn parse(file: &str, text: &str, sort: Sort) -> (Option<ClusterFile>, Vec<Diagnostic>) {
    let (node, mut diagnostics) = document::single(file, text);
    if node.is_none() && !diagnostics.is_empty() {
        return (None, diagnostics);
    }
    let start = Position { line: 1, column: 1, offset: 0 };
    let node = node.unwrap_or(Node { content: Content::Map(Vec::new()), start, end: start, flow: false });
    let (spec, found) = typed::from_node::<ClusterSpec>(file, &node);
    diagnostics.extend(found);
    let parsed = spec.map(|spec| {
        check::alone(file, &node, &spec, &mut diagnostics);
        if sort == Sort::Real {
            needs_channel(file, &node, &spec, &mut diagnostics);
        }
        ClusterFile { spec, file: file.to_owned(), node }
    });
    diagnostics.sort();
    (parsed, diagnostics)
}

fn needs_channel(file: &str, node: &Node, spec: &ClusterSpec, diagnostics: &mut Vec<Diagnostic>) {
    let place = node.get("channel").map_or_else(|| Place::file(file), |channel| channel.place(file));
    let wanted = [("url", spec.channel.url.is_none()), ("branch", spec.channel.branch.is_none())];
    for (key, _) in wanted.into_iter().filter(|(_, is_missing)| *is_missing) {
        let message = format!("`channel.{key}` is missing: without it the cluster has nothing to follow");
        diagnostics.push(Diagnostic::error("cluster/channel", place.clone(), message));
    }
}

#[cfg(test)]
mod tests;
