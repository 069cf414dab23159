use crate::changed::{Changed, annotation_path};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/volume-type",
    class: Class::DataLoss,
    severity: Severity::Caution,
    says: "New volumes are of a sort that backups of files leave out.",
    why: "Velero does not copy volumes of type `hostPath`: backups look well, and restores come back empty.",
    first: "Leave `local`, which Velero copies.",
    example: Example {
        of: r#"apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: local-path, annotations: {<>}}
provisioner: rancher.io/local-path
"#,
        before: "defaultVolumeType: local",
        after: "defaultVolumeType: hostPath",
        harmless: "defaultVolumeType: local, note: new",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let key = match changed.change.object.kind.as_str() {
        "StorageClass" => "defaultVolumeType",
        "PersistentVolumeClaim" => "volumeType",
        _ => return,
    };
    let (before, after) = changed.annotations(key);
    if changed.stays() && before == "local" && after != "local" {
        let after = if after.is_empty() { "none" } else { after };
        found.at(changed, annotation_path(key), format!("`{key}` {before} → {after}"));
    }
}
