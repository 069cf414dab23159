use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/priority-class",
    class: Class::Downtime,
    severity: Severity::Danger,
    says: "A PriorityClass is deleted, or has another value.",
    why: "Pods that name a class that is not there are refused; the value cannot change.",
    first: "Make a class of another name, let the pods name that one, then take the old one away.",
    example: Example {
        of: r#"apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: apps}
value: <>
"#,
        before: "1000",
        after: "2000",
        harmless: r#"1000
description: What people use."#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is("scheduling.k8s.io", "PriorityClass") {
        return;
    }
    if changed.is_deleted() {
        found.object(changed, "it is deleted");
    }
    for keys in ["value", "preemptionPolicy"] {
        if let Some(two) = changed.differs(keys) {
            found.field(changed, keys, format!("{keys} {two}"));
        }
    }
}
