use crate::changed::{Changed, at, items};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/host-port",
    class: Class::Privilege,
    severity: Severity::Caution,
    says: "A container takes a port of the server.",
    why: "It is reached from outside past Services and NetworkPolicies, and no second pod fits on the server.",
    first: "Use a Service.",
    example: Example {
        of: deployment!(
            "",
            "",
            "image: docker.io/nginx:1.29.2\n        readinessProbe: {tcpSocket: {port: 80}}\n        ports: [{containerPort: 80<>}]"
        ),
        before: "",
        after: ", hostPort: 80",
        harmless: ", protocol: TCP, name: http",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed) else { return };
    for container in pods.containers() {
        let ports = |object| -> Vec<u64> {
            items(at(object, "ports"))
                .iter()
                .filter_map(|port| at(port, "hostPort").as_u64())
                .filter(|port| *port > 0)
                .collect()
        };
        let old = ports(container.before);
        for port in ports(container.after).into_iter().filter(|port| !old.contains(port)) {
            found.at(
                changed,
                container.path("ports"),
                format!("container {}: port {port} of the server", container.name),
            );
        }
    }
}
