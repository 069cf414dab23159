//! What templates are told about the cluster.

use std::collections::BTreeSet;

use kustomize_rs::yaml::node::Node;

use crate::render::spec::{is_kind, text};

/// The API versions that the API server of the embedded cluster has by itself, a line each, sorted. A test of the sandbox tier holds
/// them against it; `UPDATE=1` has it write them.
///
/// `helm template` knows the versions, but none of the kinds.
pub const BUILT_IN: &str = include_str!("../../data/api_versions.txt");

/// The API versions that a CustomResourceDefinition brings; none of any other object.
///
/// As Helm takes them from a cluster (`GetVersionSet`): `GROUP/VERSION` and `GROUP/VERSION/KIND` of each version that is served.
pub fn api_versions(object: &Node) -> BTreeSet<String> {
    if !is_kind(object, "apiextensions.k8s.io", "CustomResourceDefinition") {
        return BTreeSet::new();
    }
    let spec = object.get("spec");
    let group = text(spec, "group");
    let kind = text(spec.and_then(|spec| spec.get("names")), "kind");
    let versions = spec.and_then(|spec| spec.get("versions")).map_or(&[][..], Node::items).iter();
    let served = versions.filter(|version| text(Some(version), "served") == "true");
    let both = |version: &Node| {
        let version = format!("{group}/{}", text(Some(version), "name"));
        [format!("{version}/{kind}"), version]
    };
    served.flat_map(both).collect()
}
