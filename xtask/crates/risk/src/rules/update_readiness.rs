use crate::changed::{Changed, at, items};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/readiness",
    class: Class::UpdateFlow,
    severity: Severity::Note,
    says: "What waits for a Kustomization or release begins before that works.",
    why: "It counts as ready as soon as it is applied: what depends on it may fail first, and a broken update looks well.",
    first: "Leave `wait: true`, or health checks for what must work.",
    example: Example {
        of: kustomization!("wait: <>", ""),
        before: "true",
        after: "false",
        harmless: r#"true
  retryInterval: 5m"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is_flux() || !changed.stays() {
        return;
    }
    if let Some(two) = changed
        .differs("spec.wait")
        .filter(|two| *two.before == true && at(changed.after, "spec.healthChecks").is_null())
    {
        found.field(changed, "spec.wait", format!("wait {two}"));
    }
    for keys in ["spec.install.disableWait", "spec.upgrade.disableWait"] {
        if let Some(two) = changed.differs(keys).filter(|two| *two.after == true) {
            found.field(changed, keys, format!("{keys} {two}"));
        }
    }
    for keys in ["spec.healthChecks", "spec.healthCheckExprs"] {
        let count = |object| items(at(object, keys)).len();
        let (old, new) = (count(changed.before), count(changed.after));
        if new < old && *at(changed.after, "spec.wait") != true {
            found.field(changed, keys, format!("{} {old} → {new}", keys.trim_start_matches("spec.")));
        }
    }
}
