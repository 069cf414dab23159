use crate::changed::Changed;
use crate::routes::hosts;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/host-removed",
    class: Class::Downtime,
    severity: Severity::Danger,
    says: "A host is served no longer.",
    why: "Whoever opens its address gets an error, and bookmarks, mobile clients and other services keep the old one.",
    first: "Serve the old host too and redirect it, or tell its users first.",
    example: Example {
        of: r#"#- k/a.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  tls: [{hosts: [www.example.org, chat.example.org], secretName: web}]
  rules:
  - {host: www.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}
<>
"#,
        before: "  - {host: chat.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}",
        after: "",
        harmless: r#"#- k/b.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: other, namespace: shop}
spec:
  tls: [{hosts: [chat.example.org], secretName: web}]
  rules:
  - {host: chat.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.goes_with_more() || (changed.is_gone() && !changed.is_deleted()) {
        return;
    }
    for host in hosts(changed.before).difference(&hosts(changed.after)) {
        if !changed.subject.hosts_after.contains(host) {
            found.field(changed, "spec", format!("host {host} is gone"));
        }
    }
}
