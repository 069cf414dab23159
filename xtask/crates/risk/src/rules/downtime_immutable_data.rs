use crate::changed::{Changed, at};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/immutable-data",
    class: Class::Downtime,
    severity: Severity::Danger,
    says: "A ConfigMap or Secret that cannot change is changed.",
    why: "It says `immutable: true`, or the type of a Secret is another: the API server refuses it, and Helm and Flux fail.",
    first: "Make a new one of another name (a generator with a hash does it), and let those who read it name that.",
    example: Example {
        of: r#"apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop, labels: {<>
immutable: true
"#,
        before: r#"a: x}}
data: {mode: slow}"#,
        after: r#"a: x}}
data: {mode: fast}"#,
        harmless: r#"a: y}}
data: {mode: slow}"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let is_one = changed.is_one_of(&[("", "ConfigMap"), ("", "Secret")]);
    if !is_one || changed.change.former_name.is_some() || !changed.stays() {
        return;
    }
    if at(changed.before, "immutable") == true {
        for keys in ["data", "binaryData", "stringData", "immutable"] {
            if changed.touches(keys) {
                found.field(changed, keys, format!("{keys} changed, and it is immutable"));
            }
        }
    }
    if let Some(two) = changed.differs("type").filter(|_| changed.is("", "Secret")) {
        let or_opaque = |value: &serde_json::Value| value.as_str().unwrap_or("Opaque").to_owned();
        if or_opaque(two.before) != or_opaque(two.after) {
            found.field(changed, "type", format!("type {two}"));
        }
    }
}
