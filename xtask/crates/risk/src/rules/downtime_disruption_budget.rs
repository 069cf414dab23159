use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/disruption-budget",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "How many pods may be taken away at a time is another number.",
    why: "Without a budget all pods may be taken away together; with one that allows none, servers cannot be emptied and updates \
          of the system wait for ever.",
    first: "Allow one pod at a time.",
    example: Example {
        of: r#"apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {selector: {matchLabels: {app: web}}, maxUnavailable: <>}
"#,
        before: "1",
        after: "0",
        harmless: "1, unhealthyPodEvictionPolicy: AlwaysAllow",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is("policy", "PodDisruptionBudget") {
        return;
    }
    if changed.is_deleted_alone() {
        found.object(changed, "it is deleted");
    }
    for keys in ["spec.minAvailable", "spec.maxUnavailable"] {
        if let Some(two) = changed.differs(keys) {
            found.field(changed, keys, format!("{} {two}", keys.trim_start_matches("spec.")));
        }
    }
}
