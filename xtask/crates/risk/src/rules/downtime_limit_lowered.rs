use crate::amount::is_less;
use crate::changed::{Changed, at, entries};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::shown;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/limit-lowered",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "A container may take less than before.",
    why: "Over its limit of memory it is killed, over that of processors it is slowed down.",
    first: "Look at what it took over the last weeks.",
    example: Example {
        of: deployment!("", "", "image: docker.io/nginx:1.29.2\n        <>"),
        before: "resources: {limits: {memory: 512Mi}}",
        after: "resources: {limits: {memory: 256Mi}}",
        harmless: "resources: {limits: {memory: 1Gi}}",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed) else { return };
    for container in pods.containers() {
        for (what, before) in entries(at(container.before, "resources.limits")) {
            let after = at(container.after, "resources.limits").get(what).unwrap_or(&serde_json::Value::Null);
            if is_less(before, after) {
                let told = format!(
                    "container {}: limit of {what} {} → {}",
                    container.name,
                    shown(before),
                    shown(after)
                );
                found.at(changed, container.path("resources.limits"), told);
            }
        }
    }
}
