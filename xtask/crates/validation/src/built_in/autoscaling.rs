//! What makes more pods of a workload, or fewer.
//!
//! Behaviour: k8s.io/kubernetes, `pkg/apis/autoscaling/validation`.

use kustomize_rs::yaml::node::Node;

use super::fields::held;
use super::{at, fault, text};
use crate::check::{Faults, Sort, Step};
use crate::types::Is;

/// What makes more pods of a workload, or fewer.
pub(super) fn autoscaler<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let whole = |field: &str| node.get(field).and_then(|it| held(it, Is::Whole(32)));
    if let (Some(least), Some(most)) = (whole("minReplicas"), whole("maxReplicas"))
        && least > most
    {
        fault(
            faults,
            Sort::Value,
            node,
            "maxReplicas",
            "must be no less than `minReplicas`",
            "write a larger number",
        );
    }
    let version = text(node, &["scaleTargetRef", "apiVersion"]);
    let kind = text(node, &["scaleTargetRef", "kind"]);
    let is_version = matches!(version.split('/').collect::<Vec<_>>().as_slice(), [group, version] if !group.is_empty() && !version.is_empty());
    let is_core = version == "v1" && kind == "ReplicationController";
    if !is_version && !is_core {
        let message = format!("cannot be `{version}`: it must have a group");
        faults.path.0.push(Step::Field("scaleTargetRef"));
        fault(faults, Sort::Value, node, "apiVersion", message, "write `apps/v1` or another");
        faults.path.0.pop();
    }
}

/// What is measured: just what the type says.
pub(super) fn metric<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let wanted = match text(node, &["type"]) {
        "Object" => "object",
        "Pods" => "pods",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        "External" => "external",
        _ => return,
    };
    if at(node, &[wanted]).is_none() {
        fault(faults, Sort::Missing, node, wanted, "must be there for this type", format!("add `{wanted}`"));
    }
    for other in ["object", "pods", "resource", "containerResource", "external"] {
        if other != wanted && at(node, &[other]).is_some() {
            fault(faults, Sort::Value, node, other, "may not be there for this type", "remove it");
        }
    }
    let target = at(node, &[wanted, "target"]);
    let has = |field: &str| target.is_some_and(|target| at(target, &[field]).is_some());
    faults.path.0.push(Step::Field(wanted));
    match wanted {
        "pods" if !has("averageValue") => {
            fault(faults, Sort::Missing, node, "target", "must have `averageValue`", "add it");
        }
        "resource" | "containerResource" if has("averageUtilization") == has("averageValue") => {
            let message = "must have either `averageUtilization` or `averageValue`";
            fault(faults, Sort::Missing, node, "target", message, "write one of them");
        }
        "object" | "external" if !has("value") && !has("averageValue") => {
            fault(
                faults,
                Sort::Missing,
                node,
                "target",
                "must have `value` or `averageValue`",
                "add one of them",
            );
        }
        _ => {}
    }
    faults.path.0.pop();
}
