use super::data_database_removed::is_database;
use crate::changed::{Changed, annotation};
use crate::fate::is_excepted;
use crate::rule::{Check, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/moved",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "Something that stores data is made by another Kustomization or release.",
    why: "Whoever made it may delete it before the other has taken it over: the order of the two is nobody's.",
    first: "Keep it (`prune: disabled`, `helm.sh/resource-policy: keep`) in a commit before this one, and move it then.",
    example: moved!(
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: shop}\nspec: {accessModes: [ReadWriteOnce]}\n"
    ),
    check: Check::Object(check),
};

/// Does it store data, or hold what does?
pub(super) fn stores(changed: &Changed<'_>) -> bool {
    let kinds = [
        ("", "Namespace"),
        ("", "PersistentVolume"),
        ("", "PersistentVolumeClaim"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ];
    changed.is_one_of(&kinds) || is_database(changed)
}

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(former) = &changed.change.former_owner else { return };
    let is_kept =
        is_excepted(changed.before) || annotation(changed.before, "helm.sh/resource-policy") == "keep";
    if stores(changed) && !is_kept {
        found.object(changed, format!("{former} → {}", changed.change.owner));
    }
}
