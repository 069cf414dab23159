use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

pub(super) const RULE: Rule = Rule {
    code: "flux/value-set-twice",
    severity: Severity::Warning,
    says: "A value is set both by a `targetPath` and inline.",
    why: "Which of the two counts rests on how helm-controller's maps share memory, and changes with an unrelated layer.",
    failing: r#"#- k/r.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: n}
spec:
  interval: 1h
  chart: {spec: {chart: c, version: 1.2.3, sourceRef: {kind: HelmRepository, name: a}}}
  install: {strategy: {name: RetryOnFailure}}
  valuesFrom: [{kind: ConfigMap, name: v, valuesKey: count, targetPath: web.replicas}]
  values: {web: {replicas: 1}} # allow flux/inline-values: the example is about something else
---
apiVersion: v1
kind: ConfigMap
metadata: {name: v, namespace: n}
data: {count: "2"}
"#,
    fixed: r#"#- k/r.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: n}
spec:
  interval: 1h
  chart: {spec: {chart: c, version: 1.2.3, sourceRef: {kind: HelmRepository, name: a}}}
  install: {strategy: {name: RetryOnFailure}}
  valuesFrom: [{kind: ConfigMap, name: v, valuesKey: count, targetPath: web.replicas}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: v, namespace: n}
data: {count: "2"}
"#,
    check: Check::Object(check),
};

fn check(object: &Object<'_>, found: &mut Found) {
    if !object.is_release() {
        return;
    }
    let Some(values) = object.at(&["spec", "values"]) else { return };
    let from = object.items(&["spec", "valuesFrom"]);
    for target in from.iter().filter_map(|entry| entry.get("targetPath")) {
        let path = target.value_text();
        // Indices and escapes are left to helm-controller.
        let mut steps = path.split('.');
        if !path.is_empty()
            && !path.contains(['[', '\\'])
            && steps.try_fold(values, |v, step| v.get(step)).is_some()
        {
            let message = format!("{}: `{path}` is set by `targetPath` and inline", object.title());
            found.at(object.place(target), message, "remove one of the two");
        }
    }
}
