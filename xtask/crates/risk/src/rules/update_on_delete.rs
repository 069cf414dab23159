use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/on-delete",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "New versions of a workload no longer start by themselves.",
    why: "With `OnDelete` a pod is made anew only when somebody deletes it: the update looks done, and the old version runs.",
    first: "Leave `RollingUpdate`.",
    example: Example {
        of: stateful_set!("replicas: 2\n  updateStrategy: {type: <>}"),
        before: "RollingUpdate",
        after: "OnDelete",
        harmless: "RollingUpdate, rollingUpdate: {partition: 0}",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let keys = "spec.updateStrategy.type";
    if let Some(two) =
        changed.differs(keys).filter(|two| changed.change.object.group == "apps" && *two.after == "OnDelete")
    {
        found.field(changed, keys, format!("updateStrategy {two}"));
    }
    let keys = "spec.paused";
    if let Some(two) =
        changed.differs(keys).filter(|two| changed.is("apps", "Deployment") && *two.after == true)
    {
        found.field(changed, keys, format!("paused {two}"));
    }
}
