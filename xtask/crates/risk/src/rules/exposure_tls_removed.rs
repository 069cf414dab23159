use crate::changed::{Changed, annotation_path};
use crate::routes::{hosts, with_tls};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "exposure/tls-removed",
    class: Class::Exposure,
    severity: Severity::Danger,
    says: "A host is served without TLS, or no longer only with it.",
    why: "Passwords and cookies go over the wire for everybody to read.",
    first: "Leave TLS on; a certificate that does not work has another cause.",
    example: Example {
        of: r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  <>
  rules: [{host: www.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
"#,
        before: "tls: [{hosts: [www.example.org], secretName: web}]",
        after: "tls: []",
        harmless: "tls: [{hosts: [www.example.org, example.org], secretName: web}]",
    },
    check: Check::Object(check),
};

const SWITCHES: [&str; 3] = [
    "nginx.ingress.kubernetes.io/ssl-redirect",
    "nginx.ingress.kubernetes.io/force-ssl-redirect",
    "traefik.ingress.kubernetes.io/router.tls",
];

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.stays() {
        return;
    }
    let (before, after, still) = (with_tls(changed.before), with_tls(changed.after), hosts(changed.after));
    let is_gateway = changed.is("gateway.networking.k8s.io", "Gateway");
    for host in before.difference(&after).filter(|host| is_gateway || still.contains(*host)) {
        found.field(changed, "spec.tls", format!("{host} without TLS"));
    }
    for key in SWITCHES {
        let (before, after) = changed.annotations(key);
        if after == "false" && before != "false"
            || before == "true" && after.is_empty() && key.ends_with("router.tls")
        {
            let told = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
            found.at(changed, annotation_path(key), format!("`{key}` {} → {}", told(before), told(after)));
        }
    }
}
