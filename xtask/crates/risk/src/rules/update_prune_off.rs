use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::KUSTOMIZE;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/prune-off",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "A Kustomization no longer deletes what it no longer makes.",
    why: "What leaves its folder from now on stays in the cluster, and nobody looks after it.",
    first: "Mark the objects that are to stay (`prune: disabled`) in place of all of them.",
    example: Example {
        of: kustomization!("prune: <>", ""),
        before: "true",
        after: "false",
        harmless: r#"true
  retryInterval: 5m"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if let Some(two) = changed
        .differs("spec.prune")
        .filter(|two| changed.is(KUSTOMIZE, "Kustomization") && *two.before == true)
    {
        found.field(changed, "spec.prune", format!("prune {two}"));
    }
}
