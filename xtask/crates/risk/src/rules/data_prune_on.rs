use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::KUSTOMIZE;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/prune-on",
    class: Class::DataLoss,
    severity: Severity::Caution,
    says: "A Kustomization begins to delete what it no longer makes.",
    why: "From now on whatever leaves its folder is deleted in the cluster, data included; until now it stayed.",
    first: "Look at what this change removes from its folder, and keep claims and namespaces with `prune: disabled`.",
    example: Example {
        of: kustomization!("prune: <>", ""),
        before: "false",
        after: "true",
        harmless: r#"false
  retryInterval: 5m"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.is(KUSTOMIZE, "Kustomization")
        && let Some(two) = changed.differs("spec.prune")
        && *two.after == true
    {
        found.field(changed, "spec.prune", format!("prune {two}"));
    }
}
