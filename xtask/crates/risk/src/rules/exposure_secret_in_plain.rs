use flux::diff::HIDDEN;
use serde_json::Value;

use crate::changed::{Changed, at, entries, items, text};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "exposure/secret-in-plain",
    class: Class::Exposure,
    severity: Severity::Danger,
    says: "A secret stands where everybody can read it.",
    why: "ConfigMaps and the environment of pods are shown to everybody who may look at the namespace, and are in no list of \
          secrets.",
    first: "Put it into a Secret, read it with `secretKeyRef`, and make a new one: the old one was seen.",
    example: Example {
        of: deployment!(
            "",
            "",
            "image: docker.io/nginx:1.29.2\n        readinessProbe: {tcpSocket: {port: 80}}\n        env: [{name: DB_PASSWORD, <>}]"
        ),
        before: "valueFrom: {secretKeyRef: {name: db, key: password}}",
        after: "value: open-sesame",
        harmless: "valueFrom: {secretKeyRef: {name: db, key: other}}",
    },
    check: Check::Object(check),
};

/// Ends of names whose values are meant to be known to nobody.
const SECRET: [&str; 8] =
    ["password", "passwd", "token", "secret", "apikey", "privatekey", "secretkey", "passphrase"];

fn is_secret(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    SECRET.iter().any(|end| name.to_ascii_lowercase().ends_with(end))
}

/// Is it a text of its own: no reference to something else, no switch and no name of a file?
fn is_written(value: &Value) -> bool {
    value.as_str().is_some_and(|it| {
        !(it.len() < 6
            || it.contains(['$', '/', '{', ' ', '<'])
            || matches!(it, "changeme" | "disabled" | "enabled"))
    })
}

/// Is a secret in it, which was hidden? A row of more stars is none.
fn holds_secret(value: &Value) -> bool {
    value.as_str().is_some_and(|it| it.split(|c: char| c != '*').any(|stars| stars == HIDDEN))
}

/// Does a value that is there now show a secret that the one before did not?
fn shows(name: &str, was: &Value, is: &Value) -> bool {
    let is_known = is_written(was) || holds_secret(was);
    !is_known && (holds_secret(is) || is_secret(name) && is_written(is))
}

fn check(changed: &Changed<'_>, found: &mut Found) {
    if let Some(pods) = pods(changed) {
        for container in pods.containers() {
            for variable in items(at(container.after, "env")) {
                let name = text(variable, "name");
                let old = items(at(container.before, "env")).iter().find(|old| text(old, "name") == name);
                if shows(name, old.map_or(&Value::Null, |old| at(old, "value")), at(variable, "value")) {
                    let told = format!(
                        "container {}: the value of variable {name} is written in it",
                        container.name
                    );
                    found.at(changed, container.path("env"), told);
                }
            }
        }
    }
    if changed.is("", "ConfigMap") {
        for (key, value) in entries(at(changed.after, "data")) {
            let was = at(changed.before, "data").get(key).unwrap_or(&Value::Null);
            if shows(key, was, value) {
                found.field(changed, "data", format!("the value of {key} is written in it"));
            }
        }
    }
}
