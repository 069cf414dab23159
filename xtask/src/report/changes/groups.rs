//! What is different, by component and owner.

use flux::diff::{Change, Diff, FaultChange, Owner, OwnerKey, OwnerKind, OwnerState};

/// What happened to an owner and its objects.
pub(super) struct Group<'d> {
    pub(super) key: &'d OwnerKey,
    pub(super) owner: Option<&'d Owner>,
    pub(super) changes: Vec<&'d Change>,
    pub(super) faults: Vec<&'d FaultChange>,
}

/// Owners of one component together.
pub(super) fn by_component(diff: &Diff) -> Vec<Group<'_>> {
    let mut keys: Vec<&OwnerKey> = diff.owners.iter().map(|owner| &owner.key).collect();
    keys.extend(diff.changes.iter().map(|change| &change.owner));
    keys.extend(diff.faults.iter().map(|fault| &fault.owner));
    keys.sort();
    keys.dedup();
    let group = |key| Group {
        key,
        owner: diff.owner(key),
        changes: diff.changes.iter().filter(|change| change.owner == *key).collect(),
        faults: diff.faults.iter().filter(|fault| fault.owner == *key).collect(),
    };
    let is_shown = |group: &Group<'_>| {
        let is_other = group.owner.is_some_and(|owner| chart(owner).is_some());
        is_other || !group.changes.is_empty() || !group.faults.is_empty()
    };
    let mut groups: Vec<Group<'_>> = keys.into_iter().map(group).filter(is_shown).collect();
    // A release stands behind the Kustomization of the same name, which most often makes it.
    groups.sort_by_key(|Group { key, owner, .. }| {
        (owner.map_or("", |owner| owner.component.as_str()), &key.namespace, &key.name, key.kind)
    });
    groups
}

/// What its chart was and is, if those are different.
pub(super) fn chart(owner: &Owner) -> Option<(String, String)> {
    let of = |state: &Option<OwnerState>| {
        let chart = state.as_ref()?.chart.as_ref()?;
        Some(format!("{} {}", chart.name, chart.version).trim_end().to_owned())
    };
    match (of(&owner.before), of(&owner.after)) {
        (Some(before), Some(after)) if before != after => Some((before, after)),
        _ => None,
    }
}

/// What becomes of an owner itself; none if it stays as it was.
pub(super) fn fate(owner: &Owner) -> Option<&'static str> {
    let is_known = matches!(owner.key.kind, OwnerKind::Kustomization | OwnerKind::HelmRelease);
    match (&owner.before, &owner.after) {
        (Some(_), None) if is_known => Some("gone"),
        (None, Some(_)) if is_known => Some("new"),
        (_, Some(after)) if after.is_suspended => Some("suspended"),
        _ => None,
    }
}
