use std::collections::BTreeSet;

use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject, items, text};

pub(super) const RULE: Rule = Rule {
    code: "ingress/tls",
    severity: Severity::Warning,
    says: "An Ingress has a host without TLS, and others of its class have TLS.",
    why: "Whoever opens it gets the certificate of another host and a warning of the browser, or sends passwords in the clear.",
    failing: ingress!("tls: [{hosts: [files.example.org]}]", ""),
    fixed: ingress!("tls: [{hosts: [files.example.org]}]", "tls: [{hosts: [www.example.org]}]"),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let all: Vec<Object<'_>> = subject.objects().filter(is_ingress).collect();
    let with: Vec<&Object<'_>> =
        all.iter().filter(|object| !object.items(&["spec", "tls"]).is_empty()).collect();
    let hosts: BTreeSet<&str> = with
        .iter()
        .flat_map(|object| object.items(&["spec", "tls"]))
        .flat_map(|entry| items(entry, &["hosts"]))
        .map(Node::value_text)
        .collect();
    for object in &all {
        // Its certificate is for whatever comes, or TLS is switched on in the controller's own way.
        let is_for_all =
            object.items(&["spec", "tls"]).iter().any(|entry| items(entry, &["hosts"]).is_empty());
        let switch = ["metadata", "annotations", "traefik.ingress.kubernetes.io/router.tls"];
        if is_for_all
            || object.text(&switch) == "true"
            || !with.iter().any(|other| class(other) == class(object))
        {
            continue;
        }
        for rule in object.items(&["spec", "rules"]) {
            let host = text(rule, &["host"]);
            let wide = host.split_once('.').map_or(String::new(), |(_, rest)| format!("*.{rest}"));
            if !host.is_empty() && !hosts.contains(host) && !hosts.contains(wide.as_str()) {
                let message = format!("{}: nothing has a certificate for `{host}`", object.title());
                found.at(
                    object.place(rule),
                    message,
                    format!("add an entry to `tls` with `{host}` in its `hosts`"),
                );
            }
        }
    }
}

pub(crate) fn is_ingress(object: &Object<'_>) -> bool {
    object.is("networking.k8s.io", "Ingress")
}

/// The class of an Ingress; empty for the default one.
pub(super) fn class<'s>(object: &Object<'s>) -> &'s str {
    match object.text(&["spec", "ingressClassName"]) {
        "" => object.text(&["metadata", "annotations", "kubernetes.io/ingress.class"]),
        class => class,
    }
}
