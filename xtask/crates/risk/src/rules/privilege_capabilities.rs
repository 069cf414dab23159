use super::privilege_privileged::STRONG;
use crate::changed::{Changed, at, texts};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/capabilities",
    class: Class::Privilege,
    severity: Severity::Caution,
    says: "A container gets more capabilities, or gives up fewer.",
    why: "Each is a part of what root may do on the server.",
    first: "Add those that are needed to `drop: [ALL]`.",
    example: Example {
        of: deployment!(
            "",
            "",
            "image: docker.io/nginx:1.29.2\n        readinessProbe: {tcpSocket: {port: 80}}\n        securityContext: {capabilities: {drop: [ALL]<>}}"
        ),
        before: "",
        after: ", add: [NET_BIND_SERVICE]",
        harmless: "}, runAsGroup: 1000, seLinuxOptions: {",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed).filter(|_| changed.stays()) else { return };
    for container in pods.containers().into_iter().filter(|it| !it.before.is_null()) {
        let of = |object, what: &str| -> Vec<String> {
            texts(at(object, &format!("securityContext.capabilities.{what}"))).map(str::to_owned).collect()
        };
        let (old, new) = (of(container.before, "add"), of(container.after, "add"));
        for name in new.iter().filter(|name| !old.contains(name) && !STRONG.contains(&name.as_str())) {
            found.at(
                changed,
                container.path("securityContext.capabilities.add"),
                format!("container {}: {name} added", container.name),
            );
        }
        let (old, new) = (of(container.before, "drop"), of(container.after, "drop"));
        for name in old.iter().filter(|name| !new.contains(name) && !new.iter().any(|it| it == "ALL")) {
            found.at(
                changed,
                container.path("securityContext.capabilities.drop"),
                format!("container {}: {name} is dropped no longer", container.name),
            );
        }
    }
}
