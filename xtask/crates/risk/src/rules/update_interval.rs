use crate::amount::seconds;
use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/interval",
    class: Class::UpdateFlow,
    severity: Severity::Note,
    says: "Flux looks at something less often than once a day.",
    why: "A change that nothing tells Flux of arrives late, and what was changed by hand stays so for as long.",
    first: "An hour is often enough, and not too often.",
    example: Example {
        of: r#"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec: {interval: <>, path: ./shop, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
#- shop/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: shop}
"#,
        before: "1h",
        after: "72h",
        harmless: "12h",
    },
    check: Check::Object(check),
};

const DAY: f64 = 86_400.0;

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.change.object.group.ends_with("fluxcd.io") {
        return;
    }
    if let Some(two) = changed.differs("spec.interval") {
        let long =
            |value: &serde_json::Value| value.as_str().and_then(seconds).is_some_and(|seconds| seconds > DAY);
        if long(two.after) && !long(two.before) {
            found.field(changed, "spec.interval", format!("interval {two}"));
        }
    }
}
