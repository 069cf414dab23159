use flux::diff::OwnerKind;

use crate::changed::{Changed, annotation, annotation_path};
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::KUSTOMIZE;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/object-ignored",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "A change is about an object that Flux does not touch.",
    why: "Its annotation tells Flux to leave it alone, or to make it only where it is not there yet: the change does not arrive.",
    first: "Take the annotation off, or change the object by hand too.",
    example: Example {
        of: kustomization!(
            "prune: true",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop, annotations: {kustomize.toolkit.fluxcd.io/ssa: IfNotPresent}}\ndata: {<>\n---\n"
        ),
        before: "mode: slow}",
        after: "mode: fast}",
        harmless: r#"mode: slow}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b, namespace: shop}"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.change.owner.kind != OwnerKind::Kustomization || !changed.stays() {
        return;
    }
    for (name, values) in [("ssa", &["Ignore", "IfNotPresent"][..]), ("reconcile", &["disabled"])] {
        let key = format!("{KUSTOMIZE}/{name}");
        let value = annotation(changed.after, &key);
        if values.iter().any(|it| it.eq_ignore_ascii_case(value)) {
            found.at(changed, annotation_path(&key), format!("`{key}: {value}`"));
        }
    }
}
