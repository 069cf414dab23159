use std::collections::BTreeSet;

use flux::object::ObjectKey;
use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::{Place, Severity};

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject, text};

/// Claims of more pods than that are not told one by one.
const MOST_PODS: usize = 9;

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
        let backup = &component.contract.backup;
        let volumes = backup.volumes.iter().map(|volume| (&volume.namespace, &volume.claim));
        let excluded = backup.excluded.iter().map(|volume| (&volume.namespace, &volume.claim));
        for (namespace, claim) in volumes.chain(excluded) {
            let key = ObjectKey::new("PersistentVolumeClaim", namespace, claim);
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
    for object in subject.objects() {
        for (key, node) in claims(&object).into_iter().filter(|(key, _)| !kept.contains(key)) {
            let message = match object.is("", "PersistentVolumeClaim") {
                true => format!("{}: it is in no backup", object.title()),
                false => format!("{}: its {key} is in no backup", object.title()),
            };
            let help =
                "add it to `backup.volumes` in `component.yaml`, or to `backup.excluded` with the reason";
            found.at(object.place(node), message, help);
        }
    }
}

/// The claim that an object is, or those that a StatefulSet makes for its first pods.
fn claims<'s>(object: &Object<'s>) -> Vec<(ObjectKey, &'s Node)> {
    let key = object.key();
    if object.is("", "PersistentVolumeClaim") {
        return vec![(key, object.node)];
    }
    if !object.is("apps", "StatefulSet") {
        return Vec::new();
    }
    let pods = object.text(&["spec", "replicas"]).parse::<usize>().unwrap_or(1).min(MOST_PODS);
    let templates = object.items(&["spec", "volumeClaimTemplates"]).iter();
    let of_template = |template: &'s Node| {
        let name = text(template, &["metadata", "name"]);
        let claim = format!("{name}-{}", key.name);
        let namespace = key.namespace.clone();
        (0..pods).map(move |pod| {
            (ObjectKey::new("PersistentVolumeClaim", &namespace, &format!("{claim}-{pod}")), template)
        })
    };
    templates.flat_map(of_template).collect()
}
