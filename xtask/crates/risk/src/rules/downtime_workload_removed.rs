use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/workload-removed",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "A workload is deleted.",
    why: "What it did is done by nobody any more.",
    first: "Make sure that something else does it.",
    example: Example {
        of: kustomization!("prune: true", "<>"),
        before: r#"apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: shop}
spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: []}}}
---
"#,
        after: "",
        harmless: r#"apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: shop, labels: {tier: logs}}
spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: []}}}
---
"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let kinds =
        [("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("batch", "CronJob")];
    if changed.is_one_of(&kinds) && changed.is_deleted_alone() {
        found.object(changed, "it is deleted");
    }
    if let Some(two) =
        changed.differs("spec.suspend").filter(|two| changed.is("batch", "CronJob") && *two.after == true)
    {
        found.field(changed, "spec.suspend", format!("suspend {two}"));
    }
}
