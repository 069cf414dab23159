use std::collections::BTreeMap;

use yamltree::diagnostic::Severity;

use super::ingress_tls::{class, is_ingress};
use crate::rule::{Check, Found, Rule};
use crate::subject::{Subject, items, text};

pub(super) const RULE: Rule = Rule {
    code: "ingress/same-path",
    severity: Severity::Error,
    says: "Two Ingresses of one class have the same host and path.",
    why: "Only one of them gets the requests, and which one that is may change; some controllers refuse the second.",
    failing: ingress!("rules: [{host: www.example.org, http: {paths: [{path: /, pathType: Prefix}]}}]", ""),
    fixed: ingress!("rules: [{host: files.example.org, http: {paths: [{path: /, pathType: Prefix}]}}]", ""),
    check: Check::Repository(check),
};

/// With these an Ingress shares its path on purpose, or answers elsewhere.
const SHARING: [&str; 5] = [
    "nginx.ingress.kubernetes.io/canary",
    "nginx.org/mergeable-ingress-type",
    "traefik.ingress.kubernetes.io/router.entrypoints",
    "traefik.ingress.kubernetes.io/router.priority",
    "haproxy.org/route-acl",
];

fn check(subject: &Subject<'_>, found: &mut Found) {
    let mut seen = BTreeMap::new();
    for object in subject.objects().filter(is_ingress) {
        if SHARING.iter().any(|note| !object.text(&["metadata", "annotations", note]).is_empty()) {
            continue;
        }
        for rule in object.items(&["spec", "rules"]) {
            for path in items(rule, &["http", "paths"]) {
                let (host, shown) = (text(rule, &["host"]), text(path, &["path"]));
                let key = (class(&object), host, shown, text(path, &["pathType"]));
                let Some(other) = seen.insert(key, object.key()).filter(|other| *other != object.key())
                else {
                    continue;
                };
                let message = format!("{}: {other} has `{host}{shown}` too", object.title());
                found.at(object.place(path), message, "give one of them another host or path, or remove it");
            }
        }
    }
}
