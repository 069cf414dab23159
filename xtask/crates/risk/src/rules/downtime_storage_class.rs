use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/storage-class",
    class: Class::Downtime,
    severity: Severity::Danger,
    says: "A StorageClass, or what a volume is made of, changes in a way that it cannot.",
    why: "The API server refuses it, and Helm and Flux fail; deleting the class and making it anew changes nothing about volumes \
          that are there.",
    first: "Make a class of another name.",
    example: Example {
        of: r#"apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: <>
"#,
        before: "rancher.io/local-path",
        after: "driver.longhorn.io",
        harmless: r#"rancher.io/local-path
allowVolumeExpansion: true"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let fields: &[&str] = match changed.change.object.kind.as_str() {
        "StorageClass" => &["provisioner", "parameters", "volumeBindingMode", "reclaimPolicy"],
        "PersistentVolume" => {
            &["spec.local", "spec.hostPath", "spec.nfs", "spec.csi", "spec.volumeMode", "spec.nodeAffinity"]
        }
        "CSIDriver" => &["spec.attachRequired", "spec.volumeLifecycleModes"],
        _ => return,
    };
    for &keys in fields {
        // To `Delete` is told as loss of data.
        if let Some(two) =
            changed.differs(keys).filter(|two| keys != "reclaimPolicy" || *two.after == "Retain")
        {
            found.field(changed, keys, format!("{keys} {two}"));
        }
    }
}
