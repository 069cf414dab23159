use flux::diff::{FieldPath, OwnerKey, OwnerKind};
use flux::graph::Graph;
use flux::object::ObjectKey;
use std::collections::BTreeSet;

use crate::changed::path;
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::{Subject, identity, key_of};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/depends-on",
    class: Class::UpdateFlow,
    severity: Severity::Danger,
    says: "Something waits for what never gets ready.",
    why: "It waits for something that is not there, that is suspended, that fails, or that waits for it: it is never applied \
          again.",
    first: "Name what is there, resume what it waits for, or let it wait no more.",
    example: Example {
        of: r#"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./a, sourceRef: {kind: GitRepository, name: flux-system}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: b, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./b, sourceRef: {kind: GitRepository, name: flux-system}, dependsOn: [<>]}
#- a/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: shop}
#- b/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: b, namespace: shop}
"#,
        before: "",
        after: "{name: c}",
        harmless: "{name: a}",
    },
    check: Check::All(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let gone: BTreeSet<ObjectKey> = subject
        .changes()
        .filter(|it| it.is_flux() && it.is_gone())
        .map(|it| key_of(&it.change.object))
        .collect();
    let mut never: Vec<(ObjectKey, &str)> = gone.into_iter().map(|key| (key, "is gone")).collect();
    for owner in &subject.diff.owners {
        if let (Some(object), Some(state)) = (identity(&owner.key), &owner.after)
            && state.is_suspended
        {
            never.push((key_of(&object), "is suspended"));
        }
    }
    let suspended =
        subject.changes().filter(|it| it.is_flux() && *crate::changed::at(it.after, "spec.suspend") == true);
    never.extend(suspended.map(|it| (key_of(&it.change.object), "is suspended")));
    for fault in subject.diff.faults.iter().filter(|fault| fault.after.is_some()) {
        never.extend(identity(&fault.owner).map(|object| (key_of(&object), "fails")));
    }
    let waits = subject.waits();
    let mut told: BTreeSet<ObjectKey> = BTreeSet::new();
    let mut tell = |who: &ObjectKey, reason: String| {
        if let Some(owner) = owner_of(subject, who)
            && told.insert(who.clone())
        {
            found.on(identity(&as_owner(who)), &owner, path("spec.dependsOn"), reason);
        }
    };
    for (who, others) in &waits {
        if let Some((other, why)) = never.iter().find(|(key, _)| others.contains(key)) {
            tell(who, format!("it waits for {other}, which {why}"));
        }
        if leads_to(&waits, who) {
            tell(
                who,
                format!(
                    "it waits for itself, by way of {}",
                    others.first().map(ToString::to_string).unwrap_or_default()
                ),
            );
        }
    }
    let Some((before, after)) = subject.graphs else { return };
    let known: BTreeSet<(&str, &str)> =
        before.findings.iter().map(|it| (it.code, it.message.as_str())).collect();
    for finding in after.findings.iter().filter(|it| !known.contains(&(it.code, it.message.as_str()))) {
        let who = after
            .nodes
            .iter()
            .enumerate()
            .find(|(number, _)| after.depends_on(*number).any(|edge| edge.is_faulty))
            .map(|(_, node)| &node.key);
        let named = after
            .nodes
            .iter()
            .map(|node| &node.key)
            .find(|key| finding.message.starts_with(&key.to_string()));
        match named.or(who) {
            Some(who) => tell_known(subject, who, finding.message.clone(), found, &mut told),
            None => found.on(
                None,
                &OwnerKey::new(OwnerKind::Entry, "", ""),
                FieldPath::default(),
                finding.message.clone(),
            ),
        }
    }
    let never = |graph: &Graph, of: usize| {
        graph.nodes.get(of).and_then(|node| {
            if node.suspended { Some("is suspended") } else { node.problem.as_ref().map(|_| "fails") }
        })
    };
    for (number, node) in after.nodes.iter().enumerate() {
        for edge in after.depends_on(number) {
            let (Some(why), Some(other)) = (never(after, edge.to), after.nodes.get(edge.to)) else {
                continue;
            };
            let was = before.nodes.iter().position(|it| it.key == node.key);
            let waited = was.is_some_and(|was| {
                before.depends_on(was).any(|edge| {
                    before.nodes.get(edge.to).is_some_and(|it| it.key == other.key)
                        && never(before, edge.to).is_some()
                })
            });
            if !waited {
                tell_known(
                    subject,
                    &node.key,
                    format!("it waits for {}, which {why}", other.key),
                    found,
                    &mut told,
                );
            }
        }
    }
}

/// Tells of something that need not have changed itself.
fn tell_known(
    subject: &Subject<'_>,
    who: &ObjectKey,
    reason: String,
    found: &mut Found,
    told: &mut BTreeSet<ObjectKey>,
) {
    if told.insert(who.clone()) {
        let own = as_owner(who);
        let owner = owner_of(subject, who).unwrap_or_else(|| own.clone());
        found.on(identity(&own), &owner, path("spec.dependsOn"), reason);
    }
}

fn as_owner(key: &ObjectKey) -> OwnerKey {
    let kind = if key.kind == "HelmRelease" { OwnerKind::HelmRelease } else { OwnerKind::Kustomization };
    OwnerKey::new(kind, &key.namespace, &key.name)
}

/// Who makes it: as its change says, else the owner itself.
fn owner_of(subject: &Subject<'_>, key: &ObjectKey) -> Option<OwnerKey> {
    let own = as_owner(key);
    let maker = || {
        subject.diff.owner(&own).and_then(|owner| owner.after.as_ref()).and_then(|state| state.maker.clone())
    };
    subject.of_owner(&own).map(|changed| changed.change.owner.clone()).or_else(maker)
}

/// Does it wait for itself, through others?
fn leads_to(waits: &std::collections::BTreeMap<ObjectKey, Vec<ObjectKey>>, who: &ObjectKey) -> bool {
    let mut seen: BTreeSet<&ObjectKey> = BTreeSet::new();
    let mut next: Vec<&ObjectKey> = waits.get(who).into_iter().flatten().collect();
    while let Some(key) = next.pop() {
        if key == who {
            return true;
        }
        if seen.insert(key) {
            next.extend(waits.get(key).into_iter().flatten());
        }
    }
    false
}
