use serde_json::Value;
use std::collections::BTreeSet;

use crate::changed::{Changed, annotation_path, at, items, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "exposure/auth-removed",
    class: Class::Exposure,
    severity: Severity::Danger,
    says: "What asks for a name and password in front of something is taken off.",
    why: "Whoever finds the address is in.",
    first: "Make sure that the application asks by itself.",
    example: Example {
        of: r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop, annotations: {note: a, <>}}
spec:
  tls: [{hosts: [www.example.org], secretName: web}]
  rules:
  - {host: www.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}
"#,
        before: "nginx.ingress.kubernetes.io/auth-url: 'https://sso.example.org/check'",
        after: "'b': c",
        harmless: "nginx.ingress.kubernetes.io/auth-url: 'https://sso.example.org/check', nginx.ingress.kubernetes.io/auth-signin: 'https://sso.example.org/'",
    },
    check: Check::Object(check),
};

const ANNOTATIONS: [&str; 7] = [
    "nginx.ingress.kubernetes.io/auth-url",
    "nginx.ingress.kubernetes.io/auth-type",
    "nginx.ingress.kubernetes.io/auth-secret",
    "nginx.ingress.kubernetes.io/auth-tls-secret",
    "nginx.ingress.kubernetes.io/auth-tls-verify-client",
    "nginx.ingress.kubernetes.io/enable-global-auth",
    "haproxy.org/auth-type",
];
const MIDDLEWARES: &str = "traefik.ingress.kubernetes.io/router.middlewares";
const KINDS: [&str; 3] = ["basicAuth", "digestAuth", "forwardAuth"];

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.is("traefik.io", "Middleware") {
        for kind in KINDS {
            let two = changed.two(&format!("spec.{kind}"));
            if !two.before.is_null() && two.after.is_null() && (changed.stays() || changed.is_deleted_alone())
            {
                found.field(changed, &format!("spec.{kind}"), format!("{kind} is gone"));
            }
        }
    }
    if !changed.stays() {
        return;
    }
    for key in ANNOTATIONS {
        let (before, after) = changed.annotations(key);
        let is_off = after.is_empty() || matches!(after, "off" | "false" | "optional_no_ca");
        if !before.is_empty() && before != after && is_off && !matches!(before, "off" | "false") {
            let after = if after.is_empty() { "none" } else { after };
            found.at(changed, annotation_path(key), format!("`{key}` {before} → {after}"));
        }
    }
    let (before, after) = changed.annotations(MIDDLEWARES);
    let names = |text: &str| -> BTreeSet<String> {
        text.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
    };
    for name in names(before).difference(&names(after)) {
        found.at(changed, annotation_path(MIDDLEWARES), format!("middleware {name} is taken off"));
    }
    if changed.is("traefik.io", "IngressRoute") {
        let middlewares = |object: &Value| -> BTreeSet<String> {
            let routes = items(at(object, "spec.routes")).iter();
            routes
                .flat_map(|route| items(at(route, "middlewares")))
                .map(|it| text(it, "name").to_owned())
                .collect()
        };
        for name in middlewares(changed.before).difference(&middlewares(changed.after)) {
            found.field(changed, "spec.routes", format!("middleware {name} is taken off"));
        }
    }
}
