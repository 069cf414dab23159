//! What goes: what owners no longer make and prune, with all that goes along.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use super::super::{Identity, OwnerKey, OwnerKind};
use super::desired::Desired;
use super::fate::Fates;
use super::{Holder, Observed, notes};

/// What goes, with who held it and as it is.
pub(super) fn gone<'o>(
    desired: &Desired,
    observed: &'o Observed,
    fates: &Fates,
    upgrades: &HashMap<OwnerKey, bool>,
) -> Vec<(OwnerKey, Identity, &'o Value)> {
    let mut gone = Gone { observed, wanted: HashSet::new(), found: BTreeMap::new(), next: Vec::new() };
    for (sent, reply) in desired.sent.iter().zip(&observed.replies) {
        gone.wanted.insert(sent.identity_in(reply));
        gone.wanted.insert(sent.identity.clone());
    }
    for holder in observed.holders.iter().filter(|holder| fates.goes(&holder.key)) {
        let Some(actor) = fates.actors.get(&holder.key) else { continue };
        match holder.key.kind {
            OwnerKind::HelmRelease
                if upgrades.get(&holder.key) == Some(&true) && gone.is_rendered(desired, &holder.key) =>
            {
                gone.release(holder);
            }
            OwnerKind::Kustomization if actor.object["spec"]["prune"] == true => gone.kustomization(holder),
            _ => {}
        }
    }
    while let Some(identity) = gone.next.pop() {
        gone.along(&identity);
    }
    gone.found.into_iter().map(|(identity, (owner, value))| (owner, identity, value)).collect()
}

struct Gone<'o> {
    observed: &'o Observed,
    /// What somebody makes.
    wanted: HashSet<Identity>,
    found: BTreeMap<Identity, (OwnerKey, &'o Value)>,
    /// What goes and was not asked yet what goes along.
    next: Vec<Identity>,
}

impl<'o> Gone<'o> {
    /// Is it known what the release makes now?
    fn is_rendered(&self, desired: &Desired, key: &OwnerKey) -> bool {
        desired.sent.iter().any(|sent| sent.owner == *key)
    }

    /// What a Kustomization held and does not make any more, if it is still marked as its own.
    fn kustomization(&mut self, holder: &Holder) {
        self.take(holder, &|live| {
            notes::made_by(live).as_ref() == Some(&holder.key) && !notes::is_kept(live)
        });
    }

    /// What a release had and has no more, if its chart does not keep it.
    fn release(&mut self, holder: &Holder) {
        let keeps = |live: &Value| {
            let note =
                live.pointer("/metadata/annotations").and_then(|notes| notes.get("helm.sh/resource-policy"));
            note.and_then(Value::as_str) == Some("keep")
        };
        self.take(holder, &|live| !keeps(live));
    }

    fn take(&mut self, holder: &Holder, goes: &dyn Fn(&Value) -> bool) {
        for held in &holder.held {
            let Some(live) = self.observed.left.get(&held.identity).filter(|live| goes(live)) else {
                continue;
            };
            self.add(&holder.key, live);
        }
    }

    fn add(&mut self, owner: &OwnerKey, live: &'o Value) {
        let identity = Identity::of(live, "");
        if self.wanted.contains(&identity) || self.found.contains_key(&identity) {
            return;
        }
        self.found.insert(identity.clone(), (owner.clone(), live));
        self.next.push(identity);
    }

    /// What goes because something else does.
    fn along(&mut self, identity: &Identity) {
        let observed = self.observed;
        if let Some(key) = Holder::key_of(identity) {
            let Some(holder) = observed.holders.iter().find(|holder| holder.key == key) else { return };
            let spec = &holder.object["spec"];
            if spec["suspend"] == true {
                return;
            }
            match key.kind {
                OwnerKind::HelmRelease => self.release(holder),
                _ => match spec["deletionPolicy"].as_str().unwrap_or("MirrorPrune") {
                    "MirrorPrune" if spec["prune"] == true => self.kustomization(holder),
                    "Delete" | "WaitForTermination" => self.kustomization(holder),
                    _ => {}
                },
            }
            return;
        }
        let is_in: Box<dyn Fn(&Identity) -> bool> = match identity.kind.as_str() {
            "Namespace" if identity.group.is_empty() => {
                let name = identity.name.clone();
                Box::new(move |other| other.namespace == name)
            }
            "CustomResourceDefinition" => {
                let Some((_, live)) = self.found.get(identity) else { return };
                let text = |pointer: &str| {
                    live.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
                };
                let (group, kind) = (text("/spec/group"), text("/spec/names/kind"));
                Box::new(move |other| other.group == group && other.kind == kind)
            }
            _ => return,
        };
        for holder in &observed.holders {
            for held in holder.held.iter() {
                let Some(live) = observed.left.get(&held.identity) else { continue };
                if is_in(&Identity::of(live, "")) {
                    self.add(&holder.key, live);
                }
            }
        }
    }
}
