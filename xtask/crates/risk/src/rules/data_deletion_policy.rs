use crate::changed::{Changed, at};
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::KUSTOMIZE;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/deletion-policy",
    class: Class::DataLoss,
    severity: Severity::Caution,
    says: "When a Kustomization is deleted, what it made is deleted too, which stayed until now.",
    why: "Whoever deletes it, by hand or by a commit, deletes data with it.",
    first: "Keep claims and namespaces with `prune: disabled`.",
    example: Example {
        of: kustomization!("deletionPolicy: <>", ""),
        before: "Orphan",
        after: "Delete",
        harmless: r#"Orphan
  retryInterval: 5m"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.is(KUSTOMIZE, "Kustomization")
        && let Some(two) = changed.differs("spec.deletionPolicy")
    {
        let deletes = |object, policy: &serde_json::Value| match policy.as_str() {
            Some("Orphan") => false,
            Some("Delete" | "WaitForTermination") => true,
            _ => *at(object, "spec.prune") == true,
        };
        if deletes(changed.after, two.after) && !deletes(changed.before, two.before) {
            found.field(changed, "spec.deletionPolicy", format!("deletionPolicy {two}"));
        }
    }
}
