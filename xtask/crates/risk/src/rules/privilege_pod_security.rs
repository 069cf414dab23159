use crate::changed::{Changed, label};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/pod-security",
    class: Class::Privilege,
    severity: Severity::Danger,
    says: "A namespace allows pods that it refused.",
    why: "The level that the API server enforces is what keeps privileged pods out, whoever makes them.",
    first: "Leave the level, and give the one pod that needs more a namespace of its own.",
    example: Example {
        of: r#"apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: <>}}
"#,
        before: "restricted",
        after: "baseline",
        harmless: "restricted, pod-security.kubernetes.io/warn: restricted",
    },
    check: Check::Object(check),
};

fn level(name: &str) -> u8 {
    match name {
        "restricted" => 2,
        "baseline" => 1,
        _ => 0,
    }
}

fn check(changed: &Changed<'_>, found: &mut Found) {
    let key = "pod-security.kubernetes.io/enforce";
    let (before, after) = (label(changed.before, key), label(changed.after, key));
    if changed.is("", "Namespace") && changed.stays() && level(after) < level(before) {
        let after = if after.is_empty() { "none" } else { after };
        found.field(changed, "metadata.labels", format!("`{key}` {before} → {after}"));
    }
}
