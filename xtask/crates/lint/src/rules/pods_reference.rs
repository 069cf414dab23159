use std::collections::BTreeSet;

use flux::object::ObjectKey;
use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject};

pub(super) const RULE: Rule = Rule {
    code: "pods/reference",
    severity: Severity::Error,
    says: "A pod needs a ConfigMap or Secret that nobody makes.",
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

/// What makes Secrets that nobody can see here.
const MAKERS: [(&str, &str); 6] = [
    ("external-secrets.io", "ExternalSecret"),
    ("external-secrets.io", "ClusterExternalSecret"),
    ("cert-manager.io", "Certificate"),
    ("bitnami.com", "SealedSecret"),
    ("postgresql.cnpg.io", "Cluster"),
    ("onepassword.com", "OnePasswordItem"),
];

fn check(subject: &Subject<'_>, found: &mut Found) {
    // A release whose chart is not at hand may make it.
    if !subject.has_all_charts && subject.objects().any(|o| o.is_release()) {
        return;
    }
    let mut made: BTreeSet<ObjectKey> = BTreeSet::new();
    let mut by_others: BTreeSet<String> = BTreeSet::new();
    let beside = subject.rendering.parts.iter().filter(|part| part.is_beside).flat_map(|part| &part.objects);
    made.extend(beside.map(|o| ObjectKey::of(&flux::render::value(&o.node))));
    for object in subject.objects() {
        let key = object.key();
        if MAKERS.iter().any(|(group, kind)| object.is(group, kind)) || object.at(&["spec", "tls"]).is_some()
        {
            by_others.insert(key.namespace.clone());
        }
        if object.is("", "ConfigMap") || object.is("", "Secret") {
            made.insert(key);
        }
    }
    for object in subject.objects() {
        let namespace = object.key().namespace;
        // There whoever makes Secrets may make this one.
        let is_open = |kind: &str| kind == "Secret" && by_others.contains(&namespace);
        for (kind, name) in references(&object) {
            let key = ObjectKey::new(kind, &namespace, name.value_text());
            // Kubernetes makes that one in every namespace.
            if key.name.is_empty() || key.name == "kube-root-ca.crt" || made.contains(&key) || is_open(kind) {
                continue;
            }
            let message = format!("{}: it needs {key}, which nobody makes", object.title());
            found.at(object.place(name), message, "make it, correct the name, or mark it `optional: true`");
        }
    }
}

/// Kind and name of everything that its pod cannot start without.
fn references<'s>(object: &Object<'s>) -> Vec<(&'static str, &'s Node)> {
    let mut all = Vec::new();
    let mut add = |kind, reference: Option<&'s Node>, field: &str| {
        let needed =
            |node: &&Node| node.get("optional").is_none_or(|optional| optional.value_text() != "true");
        all.extend(reference.filter(needed).and_then(|r| r.get(field)).map(|name| (kind, name)));
    };
    let Some(pod) = object.pod() else { return all };
    let items = |node: &'s Node, field: &str| node.get(field).map_or(&[][..], Node::items);
    for (_, container) in object.containers() {
        for from in items(container, "envFrom") {
            add("ConfigMap", from.get("configMapRef"), "name");
            add("Secret", from.get("secretRef"), "name");
        }
        for variable in items(container, "env") {
            let from = variable.get("valueFrom");
            add("ConfigMap", from.and_then(|from| from.get("configMapKeyRef")), "name");
            add("Secret", from.and_then(|from| from.get("secretKeyRef")), "name");
        }
    }
    for volume in items(pod, "volumes") {
        add("ConfigMap", volume.get("configMap"), "name");
        add("Secret", volume.get("secret"), "secretName");
        for source in volume.get("projected").map_or(&[][..], |projected| items(projected, "sources")) {
            add("ConfigMap", source.get("configMap"), "name");
            add("Secret", source.get("secret"), "name");
        }
    }
    all
}
