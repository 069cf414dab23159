use crate::changed::{Changed, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/claim-removed",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "A claim or a volume is deleted.",
    why: "What is stored in it goes with it, unless its volume is kept by its class.",
    first: "Back it up and try the restore, or keep it with `kustomize.toolkit.fluxcd.io/prune: disabled` in a commit before this \
          one.",
    example: Example {
        of: kustomization!("prune: true", "<>"),
        before: r#"apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec: {accessModes: [ReadWriteOnce]}
---
"#,
        after: "",
        harmless: r#"apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop, labels: {tier: files}}
spec: {accessModes: [ReadWriteOnce]}
---
"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let is_one = changed.is_one_of(&[("", "PersistentVolumeClaim"), ("", "PersistentVolume")]);
    if !is_one || !changed.is_deleted() || changed.goes_with_all() {
        return;
    }
    let size =
        ["spec.resources.requests.storage", "spec.capacity.storage"].map(|keys| text(changed.before, keys));
    let size = size
        .into_iter()
        .find(|size| !size.is_empty())
        .map_or(String::new(), |size| format!(", {size} of storage with it"));
    found.object(changed, format!("it is deleted{size}"));
}
