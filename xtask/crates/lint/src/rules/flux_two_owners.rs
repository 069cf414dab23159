use std::collections::BTreeMap;

use flux::object::ObjectKey;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Owner, Subject};

pub(super) const RULE: Rule = Rule {
    code: "flux/two-owners",
    severity: Severity::Error,
    says: "Two Kustomizations or releases make the same object.",
    why: "Each writes over the other, again and again; and when one of them goes, the object goes with it although the other still wants it.",
    failing: r#"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./a, sourceRef: {kind: GitRepository, name: flux-system}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: b, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./b, sourceRef: {kind: GitRepository, name: flux-system}}
#- a/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: default}
#- b/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: default}
"#,
    fixed: r#"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./a, sourceRef: {kind: GitRepository, name: flux-system}}
#- a/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: default}
"#,
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let mut seen: BTreeMap<(&str, ObjectKey), Object<'_>> = BTreeMap::new();
    for object in subject.objects() {
        // What is only written where it is missing, or not at all, fights with nobody.
        let ssa = object.text(&["metadata", "annotations", "kustomize.toolkit.fluxcd.io/ssa"]);
        if matches!(ssa, "IfNotPresent" | "Ignore" | "Merge") {
            continue;
        }
        // The entry is what a Kustomization makes that was begun with.
        if matches!(object.owner, Owner::Kustomization(name) if name.name.is_empty()) {
            continue;
        }
        let key = (object.group(), object.key());
        match seen.get(&key) {
            Some(first) if first.owner != object.owner => {
                let other = match first.owner {
                    Owner::Kustomization(name) => format!("Kustomization {name}"),
                    Owner::Release(name) => format!("HelmRelease {name}"),
                };
                let message = format!("{}: {other} makes it too", object.title());
                found.at(object.place(object.node), message, "let one of them make it");
            }
            Some(_) => {}
            None => drop(seen.insert(key, object)),
        }
    }
}
