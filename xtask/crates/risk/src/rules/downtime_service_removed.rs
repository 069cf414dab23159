use crate::changed::{Changed, at, items};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/service-removed",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "A Service, or a port of one, goes.",
    why: "Whoever calls it by that name or port gets no answer.",
    first: "Change those who call it first.",
    example: Example {
        of: r#"apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [<>]}
"#,
        before: "{name: http, port: 80}",
        after: "{name: http, port: 8080}",
        harmless: "{name: http, port: 80}, {name: metrics, port: 9090}",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is("", "Service") {
        return;
    }
    if changed.is_deleted_alone() {
        found.object(changed, "it is deleted");
    }
    let ports = |object| -> Vec<u64> {
        items(at(object, "spec.ports")).iter().filter_map(|port| port["port"].as_u64()).collect()
    };
    let after = ports(changed.after);
    for port in ports(changed.before).into_iter().filter(|port| changed.stays() && !after.contains(port)) {
        found.field(changed, "spec.ports", format!("port {port} is gone"));
    }
}
