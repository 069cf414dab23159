use crate::changed::{Changed, annotation_path};
use crate::fate::is_excepted;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/keep-removed",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "What kept an object from being deleted is taken off.",
    why: "The next commit that no longer makes it deletes it, and what is stored in it.",
    first: "Leave it, unless nothing in it is needed any more.",
    example: Example {
        of: r#"apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: shop
  annotations: {<>}
spec: {accessModes: [ReadWriteOnce]}
"#,
        before: "kustomize.toolkit.fluxcd.io/prune: disabled",
        after: "note: old",
        harmless: "kustomize.toolkit.fluxcd.io/prune: disabled, note: new",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.stays() {
        return;
    }
    if is_excepted(changed.before) && !is_excepted(changed.after) {
        let key = format!("{}/prune", crate::subject::KUSTOMIZE);
        found.at(changed, annotation_path(&key), "it is no longer kept from being pruned");
    }
    let key = "helm.sh/resource-policy";
    let (before, after) = changed.annotations(key);
    if before == "keep" && after != "keep" {
        found.at(changed, annotation_path(key), format!("`{key}: keep` is taken off"));
    }
}
