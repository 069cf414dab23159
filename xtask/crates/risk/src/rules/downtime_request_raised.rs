use crate::amount::quantity_of;
use crate::changed::{Changed, at};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::shown;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/request-raised",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "A container asks for much more memory.",
    why: "If no server has that much left, its pods wait, and the old ones may be gone already.",
    first: "Compare it with what the servers have left (`kubectl describe nodes`).",
    example: Example {
        of: deployment!("", "", "image: docker.io/nginx:1.29.2\n        <>"),
        before: "resources: {requests: {memory: 512Mi}}",
        after: "resources: {requests: {memory: 9Gi}}",
        harmless: "resources: {requests: {memory: 640Mi}}",
    },
    check: Check::Object(check),
};

/// What is worth telling: 1 GiB.
const MUCH: f64 = 1_073_741_824.0;

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed).filter(|_| changed.stays()) else { return };
    for container in pods.containers() {
        let keys = "resources.requests.memory";
        let (before, after) = (at(container.before, keys), at(container.after, keys));
        if quantity_of(after).unwrap_or(0.0) - quantity_of(before).unwrap_or(0.0) >= MUCH {
            let told = format!("container {}: memory {} → {}", container.name, shown(before), shown(after));
            found.at(changed, container.path(keys), told);
        }
    }
}
