use flux::diff::FieldPath;

use crate::changed::Changed;
use crate::fate::Fate;
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::identity;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/orphaned",
    class: Class::UpdateFlow,
    severity: Severity::Note,
    says: "An object stays in the cluster, and nobody looks after it any more.",
    why: "It runs on with the last settings it had, without updates.",
    first: "Delete it by hand when it is not needed.",
    example: Example {
        of: kustomization!("prune: false", "<>"),
        before: r#"apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: shop}
---
"#,
        after: "",
        harmless: r#"apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: shop}
data: {a: b}
---
"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(Fate::Kept(why)) = changed.fate() else { return };
    let owner = &changed.change.owner;
    match identity(owner).filter(|_| changed.subject.diff.owner(owner).is_some_and(|it| it.after.is_none())) {
        // All that an owner leaves behind is told with the owner.
        Some(of_owner) => found.on(
            Some(of_owner),
            owner,
            FieldPath::default(),
            format!("{} stays: {why}", changed.change.object),
        ),
        None => found.object(changed, format!("it stays: {why}")),
    }
}
