use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/database-storage",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "A database that an operator runs gets other storage, or is to be filled in another way.",
    why: "The operator refuses it or ignores it for the one that is there, and when it makes the database anew it is empty or \
          another one.",
    first: "Leave it as it is, and make a second database that is filled from the first.",
    example: Example {
        of: r#"apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db, namespace: shop}
spec: {instances: 1, storage: {size: 5Gi, <>}}
"#,
        before: "storageClass: local-path",
        after: "storageClass: fast",
        harmless: "storageClass: local-path, resizeInUseVolumes: true",
    },
    check: Check::Object(check),
};

const FIELDS: [&str; 4] = [
    "spec.storage.storageClass",
    "spec.storage.pvcTemplate",
    "spec.bootstrap",
    "spec.walStorage.storageClass",
];

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.is("postgresql.cnpg.io", "Cluster") {
        for keys in FIELDS {
            if let Some(two) = changed.differs(keys) {
                found.field(changed, keys, format!("{} {two}", keys.trim_start_matches("spec.")));
            }
        }
    }
}
