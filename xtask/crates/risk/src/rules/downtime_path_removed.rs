use crate::changed::Changed;
use crate::routes::{hosts, served};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/path-removed",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "A path of a host is served no longer.",
    why: "Whoever calls it gets an error.",
    first: "Change those who call it first.",
    example: Example {
        of: r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  tls: [{hosts: [www.example.org, chat.example.org], secretName: web}]
  rules:
  - {host: www.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}
  - {host: www.example.org, http: {paths: [{path: <>, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}
"#,
        before: "/api",
        after: "/v2",
        harmless: "/api}, {path: /v2",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.stays() {
        return;
    }
    let (still, new) = (hosts(changed.after), served(changed.after));
    // What is served below `/` is served whatever the path.
    let is_served =
        |host: &str, path: &str| new.iter().any(|(h, p)| h == host && (p.is_empty() || p == path));
    for (host, path) in served(changed.before) {
        if (still.contains(&host) || host.is_empty()) && !path.is_empty() && !is_served(&host, &path) {
            found.field(changed, "spec", format!("{host}{path} is gone"));
        }
    }
}
