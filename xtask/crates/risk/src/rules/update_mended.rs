use flux::diff::FieldPath;

use super::update_fails::message;
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::{Subject, identity};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/mended",
    class: Class::UpdateFlow,
    severity: Severity::Note,
    says: "Something can be built again.",
    why: "Everything that was changed since it failed arrives at once.",
    first: "Look at what that is.",
    example: Example {
        of: r#"#- k/kustomization.yaml
resources: [ks.yaml]
<>
#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./shop, sourceRef: {kind: GitRepository, name: flux-system}}
"#,
        before: "",
        after: r#"#- shop/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: shop}"#,
        harmless: "labels: [{pairs: {tier: shop}}]",
    },
    check: Check::All(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    for fault in subject.diff.faults.iter().filter(|fault| fault.after.is_none()) {
        let before = fault.before.as_ref().map(|before| message(&fault.owner, &before.message));
        let reason = format!("it failed: {}", before.unwrap_or_default());
        found.on(identity(&fault.owner), &fault.owner, FieldPath::default(), reason);
    }
}
