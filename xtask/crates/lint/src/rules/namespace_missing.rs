use std::collections::BTreeSet;

use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "namespace/missing",
    severity: Severity::Warning,
    says: "An object is in a namespace that nobody makes.",
    why: "The API server refuses it until the namespace is there; on a new cluster that is never.",
    failing: r#"#- k/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: shop}
"#,
    fixed: r#"#- k/a.yaml
apiVersion: v1
kind: Namespace
metadata: {name: shop, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: shop}
"#,
    check: Check::Repository(check),
};

/// Those that Kubernetes and Flux bring.
const BROUGHT: [&str; 5] = ["default", "kube-system", "kube-public", "kube-node-lease", "flux-system"];

fn check(subject: &Subject<'_>, found: &mut Found) {
    let made: BTreeSet<String> =
        subject.objects().filter(|o| o.is("", "Namespace")).map(|o| o.key().name).collect();
    // Where releases may make namespaces that nobody can see here.
    let by_releases = subject.objects().filter(|o| o.is_release());
    let by_releases = by_releases.filter(|o| o.text(&["spec", "install", "createNamespace"]) == "true");
    let by_releases: BTreeSet<&str> = by_releases.map(|o| o.text(&["spec", "targetNamespace"])).collect();
    let mut told = BTreeSet::new();
    for object in subject.objects() {
        let namespace = object.key().namespace;
        let is_known = namespace.is_empty()
            || BROUGHT.contains(&namespace.as_str())
            || made.contains(&namespace)
            || by_releases.contains(namespace.as_str());
        if !is_known && told.insert(namespace.clone()) {
            let at = object.at(&["metadata", "namespace"]).unwrap_or(object.node);
            let message = format!("{}: nobody makes the namespace `{namespace}`", object.title());
            found.at(object.place(at), message, "add a Namespace, or correct the name");
        }
    }
}
