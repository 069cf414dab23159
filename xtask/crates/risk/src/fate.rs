//! What happens in the cluster to an object that nobody makes any more.

use flux::diff::{Change, ChangeKind, Diff, OwnerKind};
use serde_json::Value;

use crate::changed::{annotation, label};
use crate::subject::{KUSTOMIZE, Owners};

/// Makers of makers are asked no deeper.
const DEEPEST: usize = 32;

/// What happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is deleted.
    Deleted,
    /// It stays as it is, for this reason.
    Kept(&'static str),
}

/// What happens to an object that is gone.
pub(crate) fn fate(diff: &Diff, owners: &Owners<'_>, change: &Change) -> Fate {
    at_depth(diff, owners, change, 0)
}

fn at_depth(diff: &Diff, owners: &Owners<'_>, change: &Change, depth: usize) -> Fate {
    let object = change.before.as_deref().unwrap_or(&Value::Null);
    let owner = diff.owner(&change.owner);
    match change.owner.kind {
        OwnerKind::Cluster | OwnerKind::Entry => {}
        OwnerKind::HelmRelease if annotation(object, "helm.sh/resource-policy") == "keep" => {
            return Fate::Kept("`helm.sh/resource-policy: keep`");
        }
        OwnerKind::HelmRelease => {}
        OwnerKind::Kustomization => {
            if is_excepted(object) {
                return Fate::Kept("its annotation keeps it from being pruned");
            }
            if owner.and_then(|owner| owner.after.as_ref()).is_some_and(|state| !state.prunes) {
                return Fate::Kept("its Kustomization does not prune");
            }
        }
    }
    let Some(state) = owner.filter(|owner| owner.after.is_none()).and_then(|owner| owner.before.as_ref())
    else {
        return Fate::Deleted;
    };
    // The owner goes too.
    if state.is_suspended {
        return Fate::Kept("its owner is suspended when it goes");
    }
    if change.owner.kind == OwnerKind::Kustomization {
        match state.deletion_policy.as_str() {
            "Orphan" => return Fate::Kept("`deletionPolicy: Orphan`"),
            "Delete" | "WaitForTermination" => {}
            _ if !state.prunes => return Fate::Kept("its Kustomization does not prune"),
            _ => {}
        }
    }
    match owners.change(&change.owner) {
        Some(of_owner) if of_owner.kind == ChangeKind::Removed && depth < DEEPEST => {
            match at_depth(diff, owners, of_owner, depth + 1) {
                Fate::Deleted => Fate::Deleted,
                Fate::Kept(_) => Fate::Kept("its owner stays in the cluster"),
            }
        }
        _ => Fate::Deleted,
    }
}

/// Is it excepted from pruning? kustomize-controller reads labels and annotations, in either case.
pub(crate) fn is_excepted(object: &Value) -> bool {
    ["prune", "reconcile"].iter().any(|what| {
        let key = format!("{KUSTOMIZE}/{what}");
        [annotation(object, &key), label(object, &key)].iter().any(|it| it.eq_ignore_ascii_case("disabled"))
    })
}
