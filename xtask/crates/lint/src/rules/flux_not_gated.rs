use std::collections::BTreeSet;

use flux::render::spec::Name;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Owner, Subject};

pub(super) const RULE: Rule = Rule {
    code: "flux/not-gated",
    severity: Severity::Warning,
    says: "A Kustomization waits for another one that is ready before its objects are.",
    why: "Without `wait`, `healthChecks` or `readyExpr` a Kustomization is ready as soon as it is applied: what depends on it begins while its \
          workloads still start, and fails for want of them.",
    failing: r#"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: operator, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./operator, sourceRef: {kind: GitRepository, name: flux-system}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: database, namespace: flux-system}
spec:
  interval: 1h
  prune: true
  path: ./database
  dependsOn: [{name: operator}]
  sourceRef: {kind: GitRepository, name: flux-system}
#- operator/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: default}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: o, namespace: default}
spec:
  interval: 1h
  chart: {spec: {chart: o, version: 1.0.0, sourceRef: {kind: HelmRepository, name: a}}}
  install: {strategy: {name: RetryOnFailure}}
#- database/b.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: b, namespace: default}
"#,
    fixed: r#"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: operator, namespace: flux-system}
spec: {interval: 1h, prune: true, wait: true, path: ./operator, sourceRef: {kind: GitRepository, name: flux-system}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: database, namespace: flux-system}
spec:
  interval: 1h
  prune: true
  path: ./database
  dependsOn: [{name: operator}]
  sourceRef: {kind: GitRepository, name: flux-system}
#- operator/a.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: o, namespace: default}
spec:
  interval: 1h
  chart: {spec: {chart: o, version: 1.0.0, sourceRef: {kind: HelmRepository, name: a}}}
  install: {strategy: {name: RetryOnFailure}}
#- database/b.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: b, namespace: default}
"#,
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    // Something in it takes time to become ready; a ConfigMap is there at once.
    let takes_time = |name| {
        let own = subject.objects().filter(|object| object.owner == Owner::Kustomization(name));
        own.into_iter()
            .any(|object| object.pod().is_some() || object.is_release() || object.is_kustomization())
    };
    let mut told = BTreeSet::new();
    for object in subject.objects().filter(|object| object.is_kustomization()) {
        let Some(part) = subject.rendering.part(&Name::of(object.node)) else { continue };
        for (other, expression) in &part.kustomization.depends_on {
            let Some(waited) = subject.rendering.part(other) else { continue };
            let spec = waited.kustomization.object.get("spec");
            let has = |field: &str| {
                spec.and_then(|spec| spec.get(field)).is_some_and(|node| !node.items().is_empty())
            };
            let waits =
                spec.and_then(|spec| spec.get("wait")).is_some_and(|wait| wait.value_text() == "true");
            let is_gated = waits || has("healthChecks") || has("healthCheckExprs") || expression.is_some();
            if is_gated || !takes_time(other) || !told.insert(other.clone()) {
                continue;
            }
            let at = object.at(&["spec", "dependsOn"]).unwrap_or(object.node);
            let message =
                format!("{}: it waits for {other}, which is ready as soon as it is applied", object.title());
            found.at(
                object.place(at),
                message,
                format!("set `wait: true` or `healthChecks` in Kustomization {other}"),
            );
        }
    }
}
