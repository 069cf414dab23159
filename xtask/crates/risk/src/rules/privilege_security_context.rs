use serde_json::{Value, json};

use crate::changed::{Changed, at, items, text};
use crate::pods::{pods, security};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/security-context",
    class: Class::Privilege,
    severity: Severity::Caution,
    says: "What holds a container back is loosened.",
    why: "Whoever breaks into it gets further: as root, with a file system to write to, with calls that were filtered.",
    first: "Leave it, or loosen it only for the container that needs it.",
    example: Example {
        of: deployment!(
            "",
            "",
            "image: docker.io/nginx:1.29.2\n        readinessProbe: {tcpSocket: {port: 80}}\n        securityContext: {readOnlyRootFilesystem: <>}"
        ),
        before: "true",
        after: "false",
        harmless: "true, privileged: false",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed).filter(|_| changed.stays()) else { return };
    for container in pods.containers().into_iter().filter(|it| !it.before.is_null()) {
        for (field, is_held) in FIELDS {
            let before = security(pods.before, container.before, field);
            let after = security(pods.after, container.after, field);
            if is_held(before) && !is_held(after) {
                let told = format!(
                    "container {}: {field} {} → {}",
                    container.name,
                    crate::shown::shown(before),
                    crate::shown::shown(after)
                );
                found.at(changed, container.path(&format!("securityContext.{field}")), told);
            }
        }
    }
    let sysctls = |pods| -> Vec<String> {
        items(at(pods, "securityContext.sysctls")).iter().map(|it| text(it, "name").to_owned()).collect()
    };
    let old = sysctls(pods.before);
    for name in sysctls(pods.after).into_iter().filter(|name| !old.contains(name)) {
        found.at(changed, pods.path("securityContext.sysctls"), format!("sysctl {name}"));
    }
}

/// A field, and whether a value of it holds a container back.
type Held = (&'static str, fn(&Value) -> bool);

const FIELDS: [Held; 7] = [
    ("runAsNonRoot", |value| *value == true),
    ("runAsUser", |value| !value.is_null() && *value != json!(0)),
    ("allowPrivilegeEscalation", |value| *value == false),
    ("readOnlyRootFilesystem", |value| *value == true),
    ("seccompProfile.type", |value| matches!(value.as_str(), Some("RuntimeDefault" | "Localhost"))),
    ("appArmorProfile.type", |value| matches!(value.as_str(), Some("RuntimeDefault" | "Localhost"))),
    ("procMount", |value| *value != "Unmasked"),
];
