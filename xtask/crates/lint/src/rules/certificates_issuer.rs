use flux::object::ObjectKey;
use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject, at, text};

pub(super) const RULE: Rule = Rule {
    code: "certificates/issuer",
    severity: Severity::Error,
    says: "A certificate is to be issued by an Issuer or ClusterIssuer that nobody makes.",
    why: "cert-manager waits for it for ever, and what needs the certificate serves one that nobody trusts, or does not start.",
    failing: r#"#- k/c.yaml
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: www, namespace: default}
spec: {secretName: www, dnsNames: [www.example.org], issuerRef: {kind: ClusterIssuer, name: own}}
"#,
    fixed: r#"#- k/c.yaml
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: www, namespace: default}
spec: {secretName: www, dnsNames: [www.example.org], issuerRef: {kind: ClusterIssuer, name: own}}
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: own}
spec: {selfSigned: {}}
"#,
    check: Check::Repository(check),
};

const GROUP: &str = "cert-manager.io";

fn check(subject: &Subject<'_>, found: &mut Found) {
    for object in subject.objects() {
        for (key, node) in issuers(&object) {
            if !key.name.is_empty() && subject.made().lacks(GROUP, &key) {
                let message =
                    format!("{}: {key} is to issue its certificate, and nobody makes that", object.title());
                found.at(object.place(node), message, "make it, or correct the name or the kind");
            }
        }
    }
}

/// The issuers of cert-manager's own kinds that an object asks, each with where that is written.
fn issuers<'s>(object: &Object<'s>) -> Vec<(ObjectKey, &'s Node)> {
    let namespace = object.key().namespace;
    let issuer = |kind: &str, name: &str| match kind {
        "" | "Issuer" => Some(ObjectKey::new("Issuer", &namespace, name)),
        "ClusterIssuer" => Some(ObjectKey::new(kind, "", name)),
        _ => None,
    };
    if object.is(GROUP, "Certificate") || object.is(GROUP, "CertificateRequest") {
        let Some(reference) = object.at(&["spec", "issuerRef"]) else { return Vec::new() };
        if !matches!(text(reference, &["group"]), "" | GROUP) {
            return Vec::new();
        }
        let key = issuer(text(reference, &["kind"]), text(reference, &["name"]));
        return key.map(|key| (key, at(reference, &["name"]).unwrap_or(reference))).into_iter().collect();
    }
    let note = |name: &str| object.at(&["metadata", "annotations", name]);
    if note("cert-manager.io/issuer-kind").is_some() || note("cert-manager.io/issuer-group").is_some() {
        return Vec::new();
    }
    let kinds = [("cert-manager.io/issuer", "Issuer"), ("cert-manager.io/cluster-issuer", "ClusterIssuer")];
    let of = kinds.into_iter().filter_map(|(annotation, kind)| {
        let node = note(annotation)?;
        Some((issuer(kind, node.value_text())?, node))
    });
    of.collect()
}
