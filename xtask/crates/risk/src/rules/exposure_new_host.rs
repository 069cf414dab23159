use crate::changed::Changed;
use crate::routes::hosts;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "exposure/new-host",
    class: Class::Exposure,
    severity: Severity::Caution,
    says: "A host is served that was not.",
    why: "From then on the world can ask it; whether it asks for a name and password is the application's matter.",
    first: "Look at what answers there without logging in, and make the DNS record and the certificate.",
    example: Example {
        of: r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop, annotations: {note: a}}
spec:
  tls: [{hosts: [www.example.org, new.example.org], secretName: web}]
  rules:
  - {host: www.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}
  <>
"#,
        before: "",
        after: "- {host: new.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}",
        harmless: "- {host: www.example.org, http: {paths: [{path: /api, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    for host in hosts(changed.after).difference(&hosts(changed.before)) {
        if !changed.subject.hosts_before.contains(host) {
            found.field(changed, "spec", format!("host {host} is new"));
        }
    }
}
