use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/reclaim-policy",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "What is stored is deleted when nobody claims it any more.",
    why: "A claim that is deleted by mistake now takes its volume with it; what was kept by the class until now is not.",
    first: "Leave `Retain`, and delete volumes by hand.",
    example: Example {
        of: r#"apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec: {capacity: {storage: 1Gi}, persistentVolumeReclaimPolicy: <>}
"#,
        before: "Retain",
        after: "Delete",
        harmless: "Retain, mountOptions: [noatime]",
    },
    check: Check::Object(check),
};

const FIELDS: [(&str, &str, &str); 5] = [
    ("storage.k8s.io", "StorageClass", "reclaimPolicy"),
    ("", "PersistentVolume", "spec.persistentVolumeReclaimPolicy"),
    ("snapshot.storage.k8s.io", "VolumeSnapshotClass", "deletionPolicy"),
    ("snapshot.storage.k8s.io", "VolumeSnapshotContent", "spec.deletionPolicy"),
    ("postgresql.cnpg.io", "Database", "spec.databaseReclaimPolicy"),
];

fn check(changed: &Changed<'_>, found: &mut Found) {
    for (_, _, keys) in FIELDS.into_iter().filter(|(group, kind, _)| changed.is(group, kind)) {
        if let Some(two) = changed.differs(keys) {
            let is_deleted = |value: &serde_json::Value| match value.as_str() {
                Some(policy) => policy.eq_ignore_ascii_case("Delete") || policy == "Recycle",
                // The default of a class.
                None => keys == "reclaimPolicy",
            };
            if is_deleted(two.after) && !is_deleted(two.before) {
                found.field(changed, keys, format!("{keys} {two}"));
            }
        }
    }
}
