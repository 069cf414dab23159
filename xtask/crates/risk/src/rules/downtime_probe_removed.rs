use crate::changed::{Changed, at};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/probe-removed",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "A container is no longer asked whether it works.",
    why: "Without a readiness probe it gets requests before it can answer; without a liveness probe it hangs until somebody sees \
          it.",
    first: "Leave a probe that asks for what the container is for.",
    example: Example {
        of: deployment!("", "", "image: docker.io/nginx:1.29.2\n        <>"),
        before: "readinessProbe: {tcpSocket: {port: 80}}",
        after: "tty: false",
        harmless: r#"readinessProbe: {tcpSocket: {port: 80}}
        tty: false"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed) else { return };
    for container in pods.containers() {
        for probe in ["readinessProbe", "livenessProbe", "startupProbe"] {
            if !at(container.before, probe).is_null() && at(container.after, probe).is_null() {
                found.at(
                    changed,
                    container.path(probe),
                    format!("container {}: {probe} is gone", container.name),
                );
            }
        }
    }
}
