use std::collections::BTreeSet;

use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Subject, at, text};

pub(super) const RULE: Rule = Rule {
    code: "pods/requests",
    severity: Severity::Warning,
    says: "A container says nothing of the memory that it needs.",
    why: "The scheduler takes it for one that needs nothing, puts it where no memory is left, and it is among the first to be ended there.",
    failing: deployment!("docker.io/nginx:1.29.2", r#""#),
    fixed: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}}
"#
    ),
    check: Check::Repository(check),
};

/// Namespaces whose containers get what they do not say, by a LimitRange.
pub(super) struct Defaults {
    /// Those where memory is asked for.
    requests: BTreeSet<String>,
    /// Those where it is limited.
    pub(super) limits: BTreeSet<String>,
}

impl Defaults {
    pub(super) fn of(subject: &Subject<'_>) -> Self {
        let mut defaults = Defaults { requests: BTreeSet::new(), limits: BTreeSet::new() };
        for object in subject.objects().filter(|object| object.is("", "LimitRange")) {
            let namespace = object.key().namespace;
            for limit in object.items(&["spec", "limits"]) {
                if text(limit, &["type"]) != "Container" {
                    continue;
                }
                let has = |field: &str| at(limit, &[field, "memory"]).is_some();
                // What is the most a container may have is its limit too, if it says none.
                if has("default") || has("max") {
                    defaults.limits.insert(namespace.clone());
                }
                if ["default", "max", "min", "defaultRequest"].into_iter().any(has) {
                    defaults.requests.insert(namespace.clone());
                }
            }
        }
        defaults
    }
}

fn check(subject: &Subject<'_>, found: &mut Found) {
    let defaults = Defaults::of(subject);
    for object in subject.objects().filter(|object| !object.is_test()) {
        let says = |node: &Node| {
            // A limit alone is the request too.
            ["requests", "limits"].iter().any(|sort| at(node, &["resources", sort, "memory"]).is_some())
        };
        if object.pod().is_some_and(says) || defaults.requests.contains(&object.key().namespace) {
            continue;
        }
        for (name, container) in object.containers().filter(|(_, container)| !says(container)) {
            let message =
                format!("{}: container `{name}` does not say how much memory it needs", object.title());
            found.at(object.place(container), message, "set `resources.requests.memory`");
        }
    }
}
