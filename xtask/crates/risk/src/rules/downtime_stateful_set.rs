use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/stateful-set",
    class: Class::Downtime,
    severity: Severity::Danger,
    says: "A field of a StatefulSet changes that cannot change.",
    why: "Helm and Flux fail, and the rest of the change does not arrive either.",
    first: "Leave it, or delete the StatefulSet with `--cascade=orphan` when the change arrives.",
    example: Example {
        of: stateful_set!("replicas: 2\n  serviceName: <>"),
        before: "db",
        after: "db-headless",
        harmless: r#"db
  minReadySeconds: 5"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    for field in ["serviceName", "podManagementPolicy"] {
        let keys = format!("spec.{field}");
        if let Some(two) = changed.differs(&keys).filter(|_| changed.is("apps", "StatefulSet")) {
            // What the server puts there anyway.
            let is_default = field == "podManagementPolicy"
                && [two.before, two.after].iter().all(|v| v.is_null() || *v == "OrderedReady");
            if !is_default {
                found.field(changed, &keys, format!("{field} {two}"));
            }
        }
    }
}
