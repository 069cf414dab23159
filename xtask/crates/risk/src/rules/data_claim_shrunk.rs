use crate::amount::is_less;
use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/claim-shrunk",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "A claim, or the storage of a database, gets smaller.",
    why: "Volumes cannot shrink: the API server refuses it, and whoever makes the claim anew to get past that loses what is in \
          it.",
    first: "Leave the size as it is, or move the data to a new claim by hand.",
    example: Example {
        of: r#"apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: <>}}
"#,
        before: "10Gi",
        after: "5Gi",
        harmless: "20Gi",
    },
    check: Check::Object(check),
};

const SIZES: [(&str, &str, &str); 3] = [
    ("", "PersistentVolumeClaim", "spec.resources.requests.storage"),
    ("postgresql.cnpg.io", "Cluster", "spec.storage.size"),
    ("postgresql.cnpg.io", "Cluster", "spec.walStorage.size"),
];

fn check(changed: &Changed<'_>, found: &mut Found) {
    for (group, kind, keys) in SIZES {
        if let Some(two) = changed.differs(keys).filter(|_| changed.is(group, kind))
            && is_less(two.before, two.after)
        {
            found.field(changed, keys, format!("size {two}"));
        }
    }
}
