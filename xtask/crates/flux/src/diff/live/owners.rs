//! Who makes what changes, as it is in the cluster and as it will be.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::owner;
use super::super::side::Side;
use super::super::{ChartState, Diff, Owner, OwnerKey, OwnerKind};
use super::fate::Fates;
use super::{Holder, Observed};

/// The owners of everything in the result; `shown` takes the secrets out of an object.
pub(super) fn owners(
    side: &Side<'_>,
    observed: &Observed,
    diff: &Diff,
    fates: &Fates,
    mut shown: impl FnMut(&Value) -> Value,
) -> Vec<Owner> {
    let mut keys: BTreeSet<OwnerKey> = diff.changes.iter().map(|change| change.owner.clone()).collect();
    keys.extend(diff.changes.iter().filter_map(|change| change.former_owner.clone()));
    keys.extend(diff.faults.iter().map(|fault| fault.owner.clone()));
    keys.extend(diff.waiting.iter().map(|waiting| waiting.owner.clone()));
    keys.extend(diff.changes.iter().filter_map(|change| Holder::key_of(&change.object)));
    let owner = |key: OwnerKey| {
        let actor = fates.actors.get(&key);
        let holder = observed.holders.iter().find(|holder| holder.key == key);
        let maker = actor.and_then(|actor| actor.maker.clone());
        let chart = owner::release(side, &key).and_then(|(_, release)| owner::chart(side, &release));
        let former = holder.and_then(|holder| holder.installed.as_ref()).map(|installed| ChartState {
            version: installed.version.clone(),
            ..chart.clone().unwrap_or(ChartState {
                name: String::new(),
                version: String::new(),
                from: String::new(),
            })
        });
        Owner {
            component: actor.map(|actor| actor.component.clone()).unwrap_or_default(),
            before: holder
                .map(|holder| owner::of_object(key.kind, &shown(&holder.object), maker.clone(), former)),
            after: actor.map(|actor| owner::of_object(key.kind, &shown(&actor.object), maker, chart)),
            key,
        }
    };
    let known =
        keys.into_iter().filter(|key| matches!(key.kind, OwnerKind::HelmRelease | OwnerKind::Kustomization));
    known.map(owner).collect()
}
