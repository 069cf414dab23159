use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/claim-replaced",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "A claim asks for another volume: class, access modes, mode, selector or name of the volume.",
    why: "That cannot change in a claim: the API server refuses it, and with `force` the claim is deleted and made anew, empty.",
    first: "Make a second claim, copy the data, and let the pods use that one.",
    example: Example {
        of: r#"apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 10Gi}}
  <>
"#,
        before: "storageClassName: local-path",
        after: "storageClassName: fast",
        harmless: r#"storageClassName: local-path
  # The same in other words.
  volumeMode: Filesystem"#,
    },
    check: Check::Object(check),
};

const FIELDS: [&str; 6] =
    ["storageClassName", "accessModes", "volumeName", "volumeMode", "selector", "dataSource"];

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is("", "PersistentVolumeClaim") {
        return;
    }
    for field in FIELDS {
        let keys = format!("spec.{field}");
        let Some(two) = changed.differs(&keys) else { continue };
        // What the server puts there anyway.
        let is_default = field == "volumeMode"
            && [two.before, two.after].iter().all(|v| v.is_null() || *v == "Filesystem");
        if !is_default {
            found.field(changed, &keys, format!("{field} {two}"));
        }
    }
}
