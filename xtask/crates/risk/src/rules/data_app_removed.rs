use flux::diff::{OwnerKey, OwnerKind};

use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::counted;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/app-removed",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "A Kustomization or a release is deleted, and with it what it made.",
    why: "Flux deletes what the Kustomization made, Helm what the chart made; claims that are not kept go too.",
    first: "Back up its data; to take away only what runs, leave the Kustomization and empty its folder (`resources: []`).",
    example: Example {
        of: r#"#- k/ks.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: here, namespace: shop}
---
<>
#- shop/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: shop}
"#,
        before: r#"apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./shop, sourceRef: {kind: GitRepository, name: flux-system}}"#,
        after: "",
        harmless: r#"apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec: {interval: 2h, prune: true, path: ./shop, sourceRef: {kind: GitRepository, name: flux-system}}"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is_flux() || !changed.is_deleted() || changed.goes_with_more() {
        return;
    }
    let object = &changed.change.object;
    let kind = if object.kind == "HelmRelease" { OwnerKind::HelmRelease } else { OwnerKind::Kustomization };
    let own = OwnerKey::new(kind, &object.namespace, &object.name);
    let made = changed.subject.changes().filter(|it| it.is_gone() && goes_with(it, &own));
    let (mut count, mut kept) = (0_usize, 0_usize);
    for it in made {
        if it.is_deleted() { count += 1 } else { kept += 1 }
    }
    let moved = changed.subject.changes().any(|it| it.change.former_owner.as_ref() == Some(&own));
    // What others make from now on, or what stays, is told as that.
    if count == 0 && (kept > 0 || moved) {
        return;
    }
    let rest = if kept > 0 { format!("; {} stay", counted(kept, "object")) } else { String::new() };
    let with = if count > 0 { counted(count, "object") } else { "what it made".to_owned() };
    found.object(changed, format!("it is deleted, and {with} with it{rest}"));
}

/// Is the owner among those that made it, or that made its owner?
fn goes_with(changed: &Changed<'_>, own: &OwnerKey) -> bool {
    let mut key = changed.change.owner.clone();
    for _ in 0..32 {
        if key == *own {
            return true;
        }
        let owner = changed.subject.diff.owner(&key);
        let Some(maker) = owner.and_then(|o| o.before.as_ref()).and_then(|before| before.maker.clone())
        else {
            return false;
        };
        key = maker;
    }
    false
}
