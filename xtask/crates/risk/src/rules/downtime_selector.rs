use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/selector",
    class: Class::Downtime,
    severity: Severity::Danger,
    says: "A workload selects its pods in another way.",
    why: "The selector cannot change: Helm and Flux fail until the workload is deleted, and deleting it stops its pods.",
    first: "Delete the workload with `--cascade=orphan` when the change arrives, or give the new one another name.",
    example: Example {
        of: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {<>}}
  template: {metadata: {labels: {app: web, tier: front}}, spec: {containers: []}}
"#,
        before: "app: web",
        after: "tier: front",
        harmless: r#"app: web}}
  strategy: {rollingUpdate: {maxUnavailable: 0"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let is_one = changed.change.object.group == "apps" || changed.is("batch", "Job");
    if let Some(two) = changed.differs("spec.selector").filter(|_| is_one) {
        found.field(changed, "spec.selector", format!("selector {two}"));
    }
}
