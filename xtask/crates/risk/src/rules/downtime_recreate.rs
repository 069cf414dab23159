use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/recreate",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "The pods of a workload are all stopped before new ones start.",
    why: "From then on each update is a time without an answer.",
    first: "Do it only where two pods cannot use the same volume, and choose the hour.",
    example: Example {
        of: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  strategy: {type: <>}
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: []}}
"#,
        before: "RollingUpdate",
        after: "Recreate",
        harmless: "RollingUpdate, rollingUpdate: {maxSurge: 2}",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if let Some(two) = changed
        .differs("spec.strategy.type")
        .filter(|two| changed.is("apps", "Deployment") && *two.after == "Recreate")
    {
        found.field(changed, "spec.strategy.type", format!("strategy {two}"));
    }
}
