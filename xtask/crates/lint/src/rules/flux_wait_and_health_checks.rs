use yamltree::diagnostic::Severity;
use yamltree::fix::Fix;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

pub(super) const RULE: Rule = Rule {
    code: "flux/wait-and-health-checks",
    severity: Severity::Warning,
    says: "A Kustomization has `healthChecks` beside `wait: true`.",
    why: "With `wait` the controller waits for every object and passes over `healthChecks`: what is listed there and made by somebody else is not waited for.",
    failing: r#"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec:
  interval: 1h
  prune: true
  path: ./a
  sourceRef: {kind: GitRepository, name: flux-system}
  wait: true
  healthChecks: [{apiVersion: apps/v1, kind: Deployment, name: x, namespace: n}]
#- a/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: default}
"#,
    fixed: r#"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec:
  interval: 1h
  prune: true
  path: ./a
  sourceRef: {kind: GitRepository, name: flux-system}
  wait: true
#- a/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: default}
"#,
    check: Check::Object(check),
};

fn check(object: &Object<'_>, found: &mut Found) {
    if !object.is_kustomization() || object.text(&["spec", "wait"]) != "true" {
        return;
    }
    if let Some(checks) = object.at(&["spec", "healthChecks"]).filter(|checks| !checks.items().is_empty()) {
        let message = format!("{}: `healthChecks` are passed over because of `wait: true`", object.title());
        // They are idle: without them nothing is different.
        let fix = Fix::Remove { key: "healthChecks".into(), beside: "wait".into(), value: "true".into() };
        found.at_with_fix(object.place(checks), message, "keep one of the two", Some(fix));
    }
}
