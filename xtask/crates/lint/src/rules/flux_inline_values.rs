use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

pub(super) const RULE: Rule = Rule {
    code: "flux/inline-values",
    severity: Severity::Warning,
    says: "A HelmRelease has `values` beside `valuesFrom`.",
    why: "helm-controller merges inline values last, so that they win over every override that comes through `valuesFrom`.",
    failing: r#"#- k/r.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: n}
spec:
  interval: 1h
  chart: {spec: {chart: c, version: 1.2.3, sourceRef: {kind: HelmRepository, name: a}}}
  install: {strategy: {name: RetryOnFailure}}
  valuesFrom: [{kind: ConfigMap, name: override, optional: true}]
  values: {replicas: 1}
"#,
    fixed: r#"#- k/r.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: n}
spec:
  interval: 1h
  chart: {spec: {chart: c, version: 1.2.3, sourceRef: {kind: HelmRepository, name: a}}}
  install: {strategy: {name: RetryOnFailure}}
  values: {replicas: 1}
"#,
    check: Check::Object(check),
};

fn check(object: &Object<'_>, found: &mut Found) {
    if !object.is_release() {
        return;
    }
    let from = object.at(&["spec", "valuesFrom"]).filter(|from| !from.items().is_empty());
    let values = object.at(&["spec", "values"]).filter(|values| !values.fields().is_empty());
    if let (Some(_), Some(values)) = (from, values) {
        let message = format!("{}: `values` win over everything in `valuesFrom`", object.title());
        found.at(
            object.place(values),
            message,
            "put them into a ConfigMap that is the first entry of `valuesFrom`",
        );
    }
}
