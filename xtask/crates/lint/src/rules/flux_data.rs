use flux::object::ObjectKey;
use flux::render::spec::Name;
use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject, at, items, text};

pub(super) const RULE: Rule = Rule {
    code: "flux/data",
    severity: Severity::Warning,
    says: "An object of Flux needs a ConfigMap or Secret that nobody makes.",
    why: "It fails until somebody makes it by hand, on every new cluster again.",
    failing: r#"#- k/p.yaml
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Provider
metadata: {name: chat, namespace: flux-system}
spec: {type: rocket, address: https://chat.example.org/hooks, secretRef: {name: chat-hook}}
"#,
    fixed: r#"#- k/p.yaml
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Provider
metadata: {name: chat, namespace: flux-system}
spec: {type: rocket, address: https://chat.example.org/hooks, secretRef: {name: chat-hook}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: chat-hook, namespace: flux-system}
spec: {secretStoreRef: {kind: ClusterSecretStore, name: vault}, dataFrom: [{extract: {key: chat}}]}
"#,
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    for object in subject.objects() {
        for (kind, name) in references(&object) {
            let key = ObjectKey::new(kind, &object.key().namespace, name.value_text());
            // What a Kustomization gets its variables from may be at hand without being an object.
            let part = subject.rendering.part(&Name::of(object.node)).filter(|_| object.is_kustomization());
            if part.is_some_and(|part| !part.variables.missing.contains(&key)) {
                continue;
            }
            if !key.name.is_empty() && subject.made().lacks("", &key) {
                let message = format!("{}: it needs {key}, which nobody makes", object.title());
                found.at(
                    object.place(name),
                    message,
                    "make it, correct the name, or mark it `optional: true` where that is possible",
                );
            }
        }
    }
}

/// Kind and name of what an object of Flux cannot do without. Keys for decryption, Git and other clusters are left out: those are
/// made by hand, before anything else.
fn references<'s>(object: &Object<'s>) -> Vec<(&'s str, &'s Node)> {
    let needed = |path: &[&str]| {
        let entries = items(object.node, path).iter().filter(|entry| text(entry, &["optional"]) != "true");
        entries.filter_map(|entry| Some((text(entry, &["kind"]), at(entry, &["name"])?))).collect::<Vec<_>>()
    };
    let secrets = |fields: &[&str]| {
        let named = fields.iter().filter_map(|field| object.at(&["spec", field, "name"]));
        named.map(|name| ("Secret", name)).collect::<Vec<_>>()
    };
    match (object.group(), object.kind()) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") => needed(&["spec", "valuesFrom"]),
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => needed(&["spec", "postBuild", "substituteFrom"]),
        ("notification.toolkit.fluxcd.io", "Receiver") => secrets(&["secretRef"]),
        ("notification.toolkit.fluxcd.io", "Provider") => {
            secrets(&["secretRef", "certSecretRef", "proxySecretRef"])
        }
        ("source.toolkit.fluxcd.io", "HelmRepository" | "OCIRepository" | "Bucket") => {
            secrets(&["secretRef", "certSecretRef", "proxySecretRef"])
        }
        _ => Vec::new(),
    }
}
