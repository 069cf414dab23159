use std::collections::BTreeSet;

use flux::object::ObjectKey;
use yamltree::diagnostic::{Place, Severity};

use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "tree/backup",
    severity: Severity::Error,
    says: "A claim is in no component's backup, or a backup names a claim that nobody makes.",
    why: "Data that is in no backup is noticed on the day when it is needed.",
    failing: component!(
        r#"#- k/claim.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: blog, namespace: default, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"#
    ),
    fixed: component!(
        r#"backup: {volumes: [{claim: blog, namespace: default}]}
#- k/claim.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: blog, namespace: default, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"#
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(platform) = subject.platform() else { return };
    let mut kept: BTreeSet<ObjectKey> = BTreeSet::new();
    for (name, component) in &platform.catalogue.components {
        for volume in &component.contract.backup.volumes {
            let key = ObjectKey::new("PersistentVolumeClaim", &volume.namespace, &volume.claim);
            let is_applied =
                subject.objects().any(|object| object.text(&["metadata", "labels", "component"]) == name);
            if is_applied && subject.made().lacks("", &key) {
                let place =
                    Place::at(format!("flux2/{}/{name}/component.yaml", component.tier.folder()), 1, 1);
                let message = format!("component `{name}`: its backup names {key}, which nobody makes");
                found.at(place, message, "correct the name in `backup.volumes`");
            }
            kept.insert(key);
        }
    }
    for object in subject.objects().filter(|object| object.is("", "PersistentVolumeClaim")) {
        let key = object.key();
        if !kept.contains(&key) {
            let message = format!("{}: it is in no backup", object.title());
            let help = "add it to `backup.volumes` in `component.yaml`, or allow it with the reason why it may be lost";
            found.at(object.place(object.node), message, help);
        }
    }
}
