//! What Helm is asked.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::release::{Action, CrdPolicy, Release};

/// One question to Helm: everything beside the chart that decides the answer.
///
/// The same question about the same chart has the same answer, unless the chart draws random values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Template {
    /// Name of the release.
    pub release: String,
    /// Its namespace.
    pub namespace: String,
    /// Is it there already?
    pub is_upgrade: bool,
    /// Are the definitions in the chart's `crds/` wanted?
    pub with_crds: bool,
    /// Are hooks wanted?
    pub with_hooks: bool,
    /// Are values held against the chart's schema?
    pub checks_values: bool,
    /// The version of Kubernetes that templates see, with a `v`.
    pub kube_version: String,
    /// API versions that templates see beside those that Helm knows: `GROUP/VERSION` and `GROUP/VERSION/KIND`.
    pub api_versions: BTreeSet<String>,
    /// The values.
    pub values: Value,
}

impl Template {
    /// What helm-controller has Helm render.
    pub fn of(release: &Release<'_>, action: Action, kube_version: &str, values: Value) -> Self {
        Template {
            release: release.release_name(),
            namespace: release.namespace().to_owned(),
            is_upgrade: action == Action::Upgrade,
            with_crds: release.crds(action) != CrdPolicy::Skip,
            with_hooks: release.has_hooks(action),
            checks_values: release.checks_values(action),
            kube_version: kube_version.to_owned(),
            api_versions: BTreeSet::new(),
            values,
        }
    }
}
