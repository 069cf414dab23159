use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

pub(super) const RULE: Rule = Rule {
    code: "pods/requests",
    severity: Severity::Warning,
    says: "A container says nothing of the memory that it needs.",
    why: "On one server that is full, the kernel ends whichever process it likes; with requests and limits it is the one that took too much.",
    failing: deployment!("docker.io/nginx:1.29.2", r#""#),
    fixed: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
"#
    ),
    check: Check::Object(check),
};

fn check(object: &Object<'_>, found: &mut Found) {
    if object.text(&["metadata", "annotations", "helm.sh/hook"]).starts_with("test") {
        return;
    }
    for (name, container) in object.containers() {
        let of =
            |sort: &str| container.get("resources").and_then(|r| r.get(sort)).and_then(|r| r.get("memory"));
        let lacks: Vec<&str> = ["requests", "limits"].into_iter().filter(|sort| of(sort).is_none()).collect();
        if !lacks.is_empty() {
            let lacks = lacks.join(" and ");
            let message = format!("{}: container `{name}` has no {lacks} of memory", object.title());
            found.at(
                object.place(container),
                message,
                "set `resources.requests.memory` and `resources.limits.memory`",
            );
        }
    }
}
