use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::counted;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/namespace-removed",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "A namespace is deleted.",
    why: "Everything in it goes with it, whoever made it: claims, Secrets, what people put there by hand.",
    first: "Back it up, and keep it with `kustomize.toolkit.fluxcd.io/prune: disabled` in a commit before this one.",
    example: Example {
        of: kustomization!("prune: true", "<>"),
        before: r#"apiVersion: v1
kind: Namespace
metadata: {name: blog}
---
"#,
        after: "",
        harmless: r#"apiVersion: v1
kind: Namespace
metadata: {name: blog, labels: {tier: apps}}
---
"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is("", "Namespace") || !changed.is_deleted() {
        return;
    }
    let name = changed.change.object.name.as_str();
    let inside = changed.subject.changes().filter(|it| it.is_gone() && it.change.object.namespace == name);
    let claims: Vec<String> = inside
        .filter(|it| it.is("", "PersistentVolumeClaim"))
        .map(|it| it.change.object.name.clone())
        .collect();
    let claims = if claims.is_empty() {
        String::new()
    } else {
        format!(
            ", {} among it: {}",
            counted(claims.len(), "claim"),
            crate::shown::listed(claims.iter().map(String::as_str))
        )
    };
    found.object(changed, format!("it is deleted, and everything in it{claims}"));
}
