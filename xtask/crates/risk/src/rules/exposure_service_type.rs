use crate::changed::{Changed, at, text, texts};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "exposure/service-type",
    class: Class::Exposure,
    severity: Severity::Caution,
    says: "A Service is reached from outside.",
    why: "It is open at ports of the servers, past the Ingress with its TLS, allow-lists and logins.",
    first: "Put an Ingress in front of it, or name the addresses that may come in (`loadBalancerSourceRanges`).",
    example: Example {
        of: r#"apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}], type: <>}
"#,
        before: "ClusterIP",
        after: "LoadBalancer",
        harmless: "ClusterIP, sessionAffinity: None",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is("", "Service") || changed.after.is_null() {
        return;
    }
    let is_open = |kind: &str| matches!(kind, "NodePort" | "LoadBalancer");
    let kind = |object| match text(object, "spec.type") {
        "" => "ClusterIP",
        kind => kind,
    };
    let (before, after) = (kind(changed.before), kind(changed.after));
    if is_open(after) && !is_open(before) {
        found.field(changed, "spec.type", format!("type {before} → {after}"));
    }
    let old: Vec<&str> = texts(at(changed.before, "spec.externalIPs")).collect();
    for address in texts(at(changed.after, "spec.externalIPs")).filter(|it| !old.contains(it)) {
        found.field(changed, "spec.externalIPs", format!("at address {address}"));
    }
}
