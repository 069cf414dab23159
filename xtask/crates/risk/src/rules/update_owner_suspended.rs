use flux::diff::{FieldPath, Owner};

use crate::rule::{Check, Example, Found, Rule};
use crate::shown::counted;
use crate::subject::{Subject, identity};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/owner-suspended",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "A change is about what Flux leaves alone.",
    why: "It does not arrive until somebody resumes its Kustomization or release, together with all others since.",
    first: "Resume it, or do not count on the change.",
    example: Example {
        of: r#"#- k/kustomization.yaml
resources: [ks.yaml]
#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec: {interval: 1h, prune: true, suspend: true, path: ./shop, sourceRef: {kind: GitRepository, name: flux-system}}
#- shop/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: shop}
data: {<>
"#,
        before: "mode: slow}",
        after: "mode: fast}",
        harmless: r#"mode: slow}
#- k/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: here, namespace: shop}
#- k/kustomization.yaml
resources: [ks.yaml, c.yaml]"#,
    },
    check: Check::Owner(check),
};

fn check(subject: &Subject<'_>, owner: &Owner, found: &mut Found) {
    let is_suspended =
        |state: &Option<flux::diff::OwnerState>| state.as_ref().is_some_and(|state| state.is_suspended);
    if !is_suspended(&owner.after) || (owner.before.is_some() && !is_suspended(&owner.before)) {
        return;
    }
    let count = subject.diff.changes.iter().filter(|change| change.owner == owner.key).count();
    if count > 0 {
        let reason =
            format!("it is suspended: what changed of it does not arrive ({})", counted(count, "object"));
        found.on(identity(&owner.key), &owner.key, FieldPath::default(), reason);
    }
}
