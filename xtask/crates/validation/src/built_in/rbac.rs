//! Roles and who has them.
//!
//! Behaviour: k8s.io/kubernetes, `pkg/apis/rbac/validation`.

use kustomize_rs::yaml::node::Node;

use super::{at, fault, fields, items, text};
use crate::check::{Faults, Sort, Step, names};

/// A Role or ClusterRole.
pub(super) fn role<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let is_role = text(node, &["kind"]) == "Role";
    faults.path.0.push(Step::Field("rules"));
    for (index, rule) in items(node, &["rules"]).iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        let paths = items(rule, &["nonResourceURLs"]);
        let has = |field: &str| !items(rule, &[field]).is_empty();
        if !paths.is_empty() {
            if is_role {
                fault(
                    faults,
                    Sort::Value,
                    rule,
                    "nonResourceURLs",
                    "may only be in a ClusterRole",
                    "make it a ClusterRole",
                );
            } else if ["apiGroups", "resources", "resourceNames"].iter().any(|field| has(field)) {
                fault(
                    faults,
                    Sort::Value,
                    rule,
                    "nonResourceURLs",
                    "may not be beside resources",
                    "make two rules of it",
                );
            }
        } else {
            for field in ["apiGroups", "resources"].into_iter().filter(|field| !has(field)) {
                fault(faults, Sort::Missing, rule, field, "must be there", format!("add `{field}`"));
            }
        }
        faults.path.0.pop();
    }
    faults.path.0.pop();
}

/// A RoleBinding or ClusterRoleBinding.
pub(super) fn binding<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    const GROUP: &str = "rbac.authorization.k8s.io";
    let is_cluster = text(node, &["kind"]) == "ClusterRoleBinding";
    if let Some(role) = at(node, &["roleRef"]) {
        faults.path.0.push(Step::Field("roleRef"));
        let kinds: &[&str] = if is_cluster { &["ClusterRole"] } else { &["Role", "ClusterRole"] };
        let kind = text(role, &["kind"]);
        if !kinds.contains(&kind) {
            fault(
                faults,
                Sort::Value,
                role,
                "kind",
                format!("cannot be `{kind}`"),
                format!("write {}", crate::check::listed(kinds)),
            );
        }
        let group = text(role, &["apiGroup"]);
        if !matches!(group, "" | GROUP) {
            fault(
                faults,
                Sort::Value,
                role,
                "apiGroup",
                format!("cannot be `{group}`"),
                format!("write `{GROUP}`"),
            );
        }
        let name = text(role, &["name"]);
        if !name.is_empty() && !names::is_path_segment(name) {
            fault(
                faults,
                Sort::Value,
                role,
                "name",
                format!("cannot be `{name}`"),
                "write the name of a role",
            );
        }
        faults.path.0.pop();
    }
    faults.path.0.push(Step::Field("subjects"));
    for (index, subject) in items(node, &["subjects"]).iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        let (kind, group) = (text(subject, &["kind"]), text(subject, &["apiGroup"]));
        let name = text(subject, &["name"]);
        match kind {
            "ServiceAccount" => {
                if !group.is_empty() {
                    fault(
                        faults,
                        Sort::Value,
                        subject,
                        "apiGroup",
                        "must be empty for a ServiceAccount",
                        "remove it",
                    );
                }
                if is_cluster && text(subject, &["namespace"]).is_empty() {
                    fault(
                        faults,
                        Sort::Missing,
                        subject,
                        "namespace",
                        "must be there for a ServiceAccount",
                        "add `namespace`",
                    );
                }
                if let Some(what) = fields::misfit("subdomain", name).filter(|_| !name.is_empty()) {
                    fault(
                        faults,
                        Sort::Value,
                        subject,
                        "name",
                        format!("cannot be `{name}`: {what}"),
                        "write the name of a ServiceAccount",
                    );
                }
            }
            "User" | "Group" if !matches!(group, "" | GROUP) => {
                fault(
                    faults,
                    Sort::Value,
                    subject,
                    "apiGroup",
                    format!("cannot be `{group}`"),
                    format!("write `{GROUP}`"),
                );
            }
            _ => {}
        }
        faults.path.0.pop();
    }
    faults.path.0.pop();
}
