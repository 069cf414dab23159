//! Programs in the cluster that make Secrets and ConfigMaps because they may.
//!
//! Jobs of charts make certificates and passwords, and some programs make what their own pods need. Whoever may make a Secret in one
//! namespace is taken to make one; of those that may everywhere, as operators do, only Jobs are.

use flux::object::ObjectKey;
use kustomize_rs::yaml::node::Node;

use super::Open;
use crate::subject::{Object, Subject, at, items, text};

const RBAC: &str = "rbac.authorization.k8s.io";

/// Where pods make what is not known.
pub(super) fn of(subject: &Subject<'_>) -> Vec<Open> {
    let roles = subject.objects().filter(|o| o.is(RBAC, "Role") || o.is(RBAC, "ClusterRole"));
    let roles: Vec<(ObjectKey, Object<'_>)> = roles.map(|object| (object.key(), object)).collect();
    let workloads: Vec<Object<'_>> = subject.objects().filter(|object| object.pod().is_some()).collect();
    let mut open = Vec::new();
    for binding in subject.objects().filter(|o| o.is(RBAC, "RoleBinding") || o.is(RBAC, "ClusterRoleBinding"))
    {
        let namespace = binding.key().namespace;
        let is_everywhere = binding.kind() == "ClusterRoleBinding";
        let kind = binding.text(&["roleRef", "kind"]);
        let within = if kind == "Role" { namespace.as_str() } else { "" };
        let role = ObjectKey::new(kind, within, binding.text(&["roleRef", "name"]));
        let makes: Vec<&'static str> = match roles.iter().find(|(key, _)| *key == role) {
            Some((_, object)) => made_by(object),
            // Those that Kubernetes brings may make everything.
            None if matches!(role.name.as_str(), "cluster-admin" | "admin" | "edit") => {
                vec!["Secret", "ConfigMap"]
            }
            None => continue,
        };
        let subjects = binding.items(&["subjects"]);
        let is_bound = |workload: &Object<'_>| {
            let account = workload
                .pod()
                .and_then(|pod| at(pod, &["serviceAccountName"]))
                .map_or("default", Node::value_text);
            let own = workload.key().namespace;
            subjects.iter().any(|subject| {
                let of = match text(subject, &["namespace"]) {
                    "" => namespace.as_str(),
                    of => of,
                };
                text(subject, &["kind"]) == "ServiceAccount"
                    && text(subject, &["name"]) == account
                    && of == own
            })
        };
        let counts = |workload: &&Object<'_>| !is_everywhere || workload.group() == "batch";
        if !workloads.iter().filter(counts).any(is_bound) {
            continue;
        }
        open.extend(makes.into_iter().map(|kind| {
            if is_everywhere { Open::Everywhere(kind) } else { Open::Kind(kind, namespace.clone()) }
        }));
    }
    open
}

/// What a role lets its holder make.
fn made_by(role: &Object<'_>) -> Vec<&'static str> {
    let rules = role.items(&["rules"]);
    let lists = |rule: &Node, field: &str, wanted: &str| {
        items(rule, &[field]).iter().any(|item| [wanted, "*"].contains(&item.value_text()))
    };
    let makes = |resource: &str| {
        rules.iter().any(|rule| lists(rule, "resources", resource) && lists(rule, "verbs", "create"))
    };
    let kinds = [("secrets", "Secret"), ("configmaps", "ConfigMap")];
    kinds.into_iter().filter(|(resource, _)| makes(resource)).map(|(_, kind)| kind).collect()
}
