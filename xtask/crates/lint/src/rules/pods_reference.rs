use flux::object::ObjectKey;
use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject, items};

pub(super) const RULE: Rule = Rule {
    code: "pods/reference",
    severity: Severity::Error,
    says: "A pod needs a ConfigMap, a Secret or a claim that nobody makes.",
    why: "Its containers never start: the pod waits for ever, and the sandbox does not notice, since nothing runs there.",
    failing: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
        envFrom: [{configMapRef: {name: settings}}]
"#
    ),
    fixed: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
        envFrom: [{configMapRef: {name: settings}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: default}
"#
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    for object in subject.objects() {
        let namespace = object.key().namespace;
        for Reference { kind, name, .. } in references(&object) {
            let key = ObjectKey::new(kind, &namespace, name.value_text());
            // Kubernetes makes that one in every namespace.
            if key.name.is_empty() || key.name == "kube-root-ca.crt" || !subject.made().lacks("", &key) {
                continue;
            }
            let message = format!("{}: it needs {key}, which nobody makes", object.title());
            let help = match kind {
                "PersistentVolumeClaim" => "make it, or correct the name",
                _ => "make it, correct the name, or mark it `optional: true`",
            };
            found.at(object.place(name), message, help);
        }
    }
}

/// Something that a pod cannot start without.
pub(crate) struct Reference<'s> {
    pub(crate) kind: &'static str,
    pub(crate) name: &'s Node,
    /// The key that it needs, if it needs one.
    pub(crate) key: Option<&'s Node>,
}

/// Everything that its pod cannot start without.
pub(crate) fn references<'s>(object: &Object<'s>) -> Vec<Reference<'s>> {
    let mut all = Vec::new();
    let mut add = |kind, from: Option<&'s Node>, field: &str| {
        let is_optional =
            |node: &Node| node.get("optional").is_some_and(|optional| optional.value_text() == "true");
        let Some((from, name)) = from.and_then(|from| Some((from, from.get(field)?))) else { return };
        if is_optional(from) {
            return;
        }
        all.push(Reference { kind, name, key: from.get("key") });
        let keys = items(from, &["items"]).iter().filter_map(|item| item.get("key"));
        all.extend(keys.map(|key| Reference { kind, name, key: Some(key) }));
    };
    let Some(pod) = object.pod() else { return all };
    for (_, container) in object.containers() {
        for from in items(container, &["envFrom"]) {
            add("ConfigMap", from.get("configMapRef"), "name");
            add("Secret", from.get("secretRef"), "name");
        }
        for variable in items(container, &["env"]) {
            let from = variable.get("valueFrom");
            add("ConfigMap", from.and_then(|from| from.get("configMapKeyRef")), "name");
            add("Secret", from.and_then(|from| from.get("secretKeyRef")), "name");
        }
    }
    for volume in items(pod, &["volumes"]) {
        add("ConfigMap", volume.get("configMap"), "name");
        add("Secret", volume.get("secret"), "secretName");
        add("PersistentVolumeClaim", volume.get("persistentVolumeClaim"), "claimName");
        for source in items(volume, &["projected", "sources"]) {
            add("ConfigMap", source.get("configMap"), "name");
            add("Secret", source.get("secret"), "name");
        }
    }
    all
}
