//! APIs that other servers answer for.
//!
//! Behaviour: k8s.io/kube-aggregator, `pkg/apis/apiregistration/validation`.

use kustomize_rs::yaml::node::Node;

use super::{at, fault, text};
use crate::check::{Faults, Sort, Step, names};

/// An API that another server answers for.
pub(super) fn api_service<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let (group, version) = (text(node, &["spec", "group"]), text(node, &["spec", "version"]));
    let name = text(node, &["metadata", "name"]);
    if name != format!("{version}.{group}") {
        let message = format!("must have the name `{version}.{group}`");
        fault(faults, Sort::Value, node, "metadata", message, "correct the name, the group or the version");
    }
    faults.path.0.push(Step::Field("spec"));
    if !group.is_empty() && !names::is_subdomain(group) {
        fault(
            faults,
            Sort::Value,
            node,
            "group",
            format!("cannot be `{group}`"),
            "write the name of a group",
        );
    }
    if !version.is_empty() && !names::is_service_label(version) {
        fault(
            faults,
            Sort::Value,
            node,
            "version",
            format!("cannot be `{version}`"),
            "write a version as v1",
        );
    }
    if at(node, &["spec", "service"]).is_none() && text(node, &["spec", "insecureSkipTLSVerify"]) == "true" {
        let message = "may only be there with a service";
        fault(faults, Sort::Value, node, "insecureSkipTLSVerify", message, "remove it, or name the service");
    }
    faults.path.0.pop();
}
