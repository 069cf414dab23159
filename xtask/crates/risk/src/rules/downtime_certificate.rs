use serde_json::Value;
use std::collections::BTreeMap;

use crate::changed::{Changed, annotation_path, at, items, text, texts};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/certificate",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "A certificate is kept elsewhere, or is asked of another issuer.",
    why: "Until the new one is there browsers warn, and an issuer gives only so many a week.",
    first: "Let the new certificate be made beside the old one first.",
    example: Example {
        of: r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  tls: [{hosts: [www.example.org], secretName: <>}]
  rules: [{host: www.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
"#,
        before: "web-tls",
        after: "www-tls",
        harmless: r#"web-tls}]
  defaultBackend: {service: {name: web, port: {number: 80}}}
  # [{"#,
    },
    check: Check::Object(check),
};

const ISSUERS: [&str; 2] = ["cert-manager.io/cluster-issuer", "cert-manager.io/issuer"];

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.stays() {
        return;
    }
    if changed.is("networking.k8s.io", "Ingress") {
        let (old, new) = (secrets(changed.before), secrets(changed.after));
        for (host, name) in &old {
            if let Some(other) = new.get(host).filter(|other| *other != name) {
                found.field(changed, "spec.tls", format!("{host}: Secret {name} → {other}"));
            }
        }
    }
    for key in ISSUERS {
        let (before, after) = changed.annotations(key);
        if !before.is_empty() && before != after {
            let after = if after.is_empty() { "none" } else { after };
            found.at(changed, annotation_path(key), format!("issuer {before} → {after}"));
        }
    }
    if changed.is("cert-manager.io", "Certificate") {
        for keys in ["spec.issuerRef", "spec.secretName"] {
            if let Some(two) = changed.differs(keys) {
                found.field(changed, keys, format!("{} {two}", keys.trim_start_matches("spec.")));
            }
        }
    }
}

/// The Secrets of hosts.
fn secrets(ingress: &Value) -> BTreeMap<&str, &str> {
    let all = items(at(ingress, "spec.tls")).iter();
    all.flat_map(|tls| texts(at(tls, "hosts")).map(|host| (host, text(tls, "secretName")))).collect()
}
