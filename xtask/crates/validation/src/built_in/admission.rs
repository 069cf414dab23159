//! Webhooks and policies that are asked before something is written.
//!
//! Behaviour: k8s.io/kubernetes, `pkg/apis/admissionregistration/validation`.

use kustomize_rs::yaml::node::Node;

use super::{at, fault, items, text};
use crate::check::{Faults, Sort, Step, names};

/// The `spec` of an admission policy.
pub(super) fn policy<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    if at(node, &["matchConstraints"]).is_some()
        && items(node, &["matchConstraints", "resourceRules"]).is_empty()
    {
        fault(faults, Sort::Missing, node, "matchConstraints", "must have `resourceRules`", "add them");
    }
}

/// A policy that changes objects: what is deleted cannot be changed.
pub(super) fn mutating<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    faults.path.0.extend(["spec", "matchConstraints", "resourceRules"].map(Step::Field));
    for (index, rule) in items(node, &["spec", "matchConstraints", "resourceRules"]).iter().enumerate() {
        for operation in items(rule, &["operations"]) {
            if operation.value_text() == "DELETE" {
                faults.path.0.push(Step::Item(index));
                let message = "cannot have `DELETE` in a policy that changes objects";
                fault(faults, Sort::Value, operation, "operations", message, "remove it");
                faults.path.0.pop();
            }
        }
    }
    faults.path.0.truncate(faults.path.0.len() - 3);
}

/// How an object is changed: by what its `patchType` says, and by nothing else.
pub(super) fn mutation<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let (wanted, other) = match text(node, &["patchType"]) {
        "JSONPatch" => ("jsonPatch", "applyConfiguration"),
        "ApplyConfiguration" => ("applyConfiguration", "jsonPatch"),
        _ => return,
    };
    if at(node, &[wanted]).is_none() {
        fault(faults, Sort::Missing, node, wanted, "must be there with this `patchType`", "add it");
    }
    if let Some(found) = at(node, &[other]) {
        fault(faults, Sort::Value, found, other, "may not be there with this `patchType`", "remove it");
    }
}

/// A webhook.
pub(super) fn webhook<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let versions = items(node, &["admissionReviewVersions"]);
    let mut seen = Vec::new();
    for version in versions.iter().map(Node::value_text) {
        if seen.contains(&version) {
            fault(
                faults,
                Sort::Twice,
                node,
                "admissionReviewVersions",
                format!("has `{version}` twice"),
                "remove one",
            );
        }
        if !names::is_service_label(version) {
            fault(
                faults,
                Sort::Value,
                node,
                "admissionReviewVersions",
                format!("cannot have `{version}`"),
                "write `v1`",
            );
        }
        seen.push(version);
    }
    if !versions.is_empty() && !seen.iter().any(|version| matches!(*version, "v1" | "v1beta1")) {
        fault(
            faults,
            Sort::Value,
            node,
            "admissionReviewVersions",
            "must have `v1` or `v1beta1`",
            "add `v1`",
        );
    }
    if let Some(client) = at(node, &["clientConfig"]) {
        faults.path.0.push(Step::Field("clientConfig"));
        let url = text(client, &["url"]);
        if !url.is_empty() && !is_webhook_address(url) {
            fault(
                faults,
                Sort::Value,
                client,
                "url",
                format!("cannot be `{url}`"),
                "write an address that begins with https://",
            );
        }
        let path = text(client, &["service", "path"]);
        if !path.is_empty() && !is_webhook_path(path) {
            faults.path.0.push(Step::Field("service"));
            fault(
                faults,
                Sort::Value,
                client,
                "path",
                format!("cannot be `{path}`"),
                "write a path that begins with `/`",
            );
            faults.path.0.pop();
        }
        faults.path.0.pop();
    }
    faults.path.0.push(Step::Field("rules"));
    for (index, rule) in items(node, &["rules"]).iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        for list in ["operations", "apiGroups", "apiVersions"] {
            let values = items(rule, &[list]);
            if values.len() > 1 && values.iter().any(|value| value.value_text() == "*") {
                fault(faults, Sort::Value, rule, list, "may have nothing beside `*`", "remove the others");
            }
        }
        resources(rule, faults);
        faults.path.0.pop();
    }
    faults.path.0.pop();
}

/// Resources of a rule: `*` and `a/*` stand for all that another item could name.
fn resources<'a>(rule: &'a Node, faults: &mut Faults<'a>) {
    let all: Vec<&str> = items(rule, &["resources"]).iter().map(Node::value_text).collect();
    let mut covered = |message: String| {
        fault(faults, Sort::Value, rule, "resources", message, "remove the others");
    };
    if all.contains(&"*/*") && all.len() > 1 {
        covered("may have nothing beside `*/*`".to_owned());
        return;
    }
    for resource in &all {
        let Some((name, below)) = resource.split_once('/') else {
            if *resource != "*" && all.contains(&"*") {
                covered(format!("cannot have `{resource}` beside `*`"));
            }
            continue;
        };
        let is_covered = (name != "*" && all.contains(&format!("*/{below}").as_str()))
            || (below != "*" && all.contains(&format!("{name}/*").as_str()));
        if is_covered {
            covered(format!("has `{resource}`, which another item covers"));
        }
    }
}

pub(super) fn is_webhook_address(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("https") && !host.is_empty() && !rest.contains(['?', '#', '@', ' '])
}

pub(super) fn is_webhook_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else { return false };
    rest.is_empty() || rest.trim_end_matches('/').split('/').all(names::is_subdomain)
}

#[cfg(test)]
mod tests {
    use super::super::told;
    use super::*;

    #[test]
    fn a_mutation_is_what_its_type_says() {
        assert_eq!(told(mutation, "{patchType: JSONPatch, jsonPatch: {expression: a}}"), [""; 0]);
        assert_eq!(told(mutation, "{patchType: JSONPatch}"), ["jsonPatch"]);
        let other = "{patchType: ApplyConfiguration, applyConfiguration: {}, jsonPatch: {}}";
        assert_eq!(told(mutation, other), ["jsonPatch"]);
    }

    #[test]
    fn what_is_deleted_is_not_changed_before() {
        let said = |operation: &str| {
            let rules = format!("[{{operations: [{operation}]}}]");
            told(mutating, &format!("{{spec: {{matchConstraints: {{resourceRules: {rules}}}}}}}"))
        };
        assert_eq!(said("UPDATE"), [""; 0]);
        assert_eq!(said("DELETE"), ["spec.matchConstraints.resourceRules[0].operations"]);
    }
}
