use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

pub(super) const RULE: Rule = Rule {
    code: "pods/privileged",
    severity: Severity::Warning,
    says: "A container is privileged, or shares the host's processes, network or files.",
    why: "Whoever breaks into it owns the server.",
    failing: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
        securityContext: {privileged: true}
"#
    ),
    fixed: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
"#
    ),
    check: Check::Object(check),
};

fn check(object: &Object<'_>, found: &mut Found) {
    for (name, container) in object.containers() {
        let privileged = container.get("securityContext").and_then(|context| context.get("privileged"));
        if let Some(at) = privileged.filter(|at| at.value_text() == "true") {
            let message = format!("{}: container `{name}` is privileged", object.title());
            found.at(object.place(at), message, "name the capabilities that it needs");
        }
    }
    let Some(pod) = object.pod() else { return };
    for field in ["hostPID", "hostIPC", "hostNetwork"] {
        if let Some(at) = pod.get(field).filter(|at| at.value_text() == "true") {
            let message = format!("{}: `{field}` gives it what belongs to the host", object.title());
            found.at(object.place(at), message, format!("leave `{field}` out"));
        }
    }
}
