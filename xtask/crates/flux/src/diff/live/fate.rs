//! Who comes how far: what fails, what waits for that, and what is suspended.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use yamltree::diagnostic::{Diagnostic, Place};

use super::super::owner;
use super::super::side::Side;
use super::super::{Identity, OwnerKey, OwnerKind, Why};
use super::desired::{Desired, From, Sent, Stage};
use super::{Answer, Holder, Observed};
use crate::helm::Release;
use crate::object::ObjectKey;
use crate::render::{place, value};

/// A Kustomization or release of the rendering.
pub(super) struct Actor {
    /// Who makes it; none if it is in the cluster already.
    pub(super) maker: Option<OwnerKey>,
    /// The component of its Kustomization.
    pub(super) component: String,
    /// Its own object as it will be.
    pub(super) object: Value,
    /// Why it changes nothing; none if it goes.
    pub(super) stopped: Option<Why>,
    /// Where it fails.
    failing: Option<Stage>,
    /// Is it ready in the end?
    is_ready: bool,
    /// Is its own object as it was?
    is_same: bool,
    /// Is its own object in the cluster?
    is_there: bool,
}

/// How far each comes.
pub(super) struct Fates {
    pub(super) actors: BTreeMap<OwnerKey, Actor>,
    /// What fails.
    pub(super) faults: Vec<Fault>,
}

/// What fails.
pub(super) struct Fault {
    pub(super) owner: OwnerKey,
    pub(super) diagnostic: Diagnostic,
    /// Number of the object that is refused; none if it does not even come to that.
    pub(super) sent: Option<usize>,
}

impl Fates {
    /// `is_changed` says of each object that is sent whether it would be another.
    pub(super) fn of(side: &Side<'_>, desired: &Desired, observed: &Observed, is_changed: &[bool]) -> Self {
        let mut fates = Fates { actors: actors(side, desired, observed, is_changed), faults: Vec::new() };
        fates.stay(desired, observed, is_changed);
        fates.fail(side, desired, observed);
        // Each round stops at least one more, or is the last.
        while fates.spread() {}
        // Who waits does not even try.
        let waits = |owner: &OwnerKey| fates.actors.get(owner).is_some_and(|actor| actor.stopped.is_some());
        fates.faults.retain(|fault| !waits(&fault.owner));
        fates
    }

    /// Does the owner do what it is to do with objects of that stage?
    pub(super) fn stopped(&self, sent: &Sent) -> Option<Why> {
        let actor = self.actors.get(&sent.owner)?;
        match actor.failing {
            Some(stage) if actor.stopped.is_none() && sent.stage >= stage => Some(Why::Fails),
            _ => actor.stopped.clone(),
        }
    }

    /// Does everything happen that it is to do?
    pub(super) fn goes(&self, owner: &OwnerKey) -> bool {
        self.actors.get(owner).is_some_and(|actor| actor.stopped.is_none() && actor.failing.is_none())
    }

    /// What is unhealthy stays so where nothing comes that could mend it.
    fn stay(&mut self, desired: &Desired, observed: &Observed, is_changed: &[bool]) {
        let changing: HashSet<&OwnerKey> = desired
            .sent
            .iter()
            .zip(is_changed)
            .filter(|(_, changes)| **changes)
            .map(|(sent, _)| &sent.owner)
            .collect();
        for holder in observed.holders.iter().filter(|holder| is_unhealthy(holder)) {
            let is_its = |owner: &OwnerKey| {
                *owner == holder.key
                    || self.actors.get(owner).is_some_and(|actor| actor.maker.as_ref() == Some(&holder.key))
            };
            let stays = !changing.iter().any(|owner| is_its(owner));
            if let Some(actor) = self.actors.get_mut(&holder.key).filter(|actor| stays && actor.is_same) {
                actor.is_ready = false;
            }
        }
    }

    fn fail(&mut self, side: &Side<'_>, desired: &Desired, observed: &Observed) {
        let parts = side.rendering.parts.iter().filter(|part| !part.is_beside);
        let mut found: Vec<(Stage, Fault)> = Vec::new();
        let built = |owner, problem: Option<Diagnostic>| {
            problem.map(|diagnostic| (Stage::Definitions, Fault { owner, diagnostic, sent: None }))
        };
        for part in parts {
            found.extend(built(OwnerKey::of_part(part), part.problem.as_deref().cloned()));
        }
        for release in side.releases {
            found.extend(built(OwnerKey::of_release(&release.name), release.problem.as_deref().cloned()));
        }
        let made = Made::of(desired, side);
        for (number, (sent, reply)) in desired.sent.iter().zip(&observed.replies).enumerate() {
            let said = match &reply.answer {
                Answer::Refuses { .. } if sent.is_made_anew(reply) => continue,
                Answer::Refuses { why, .. } => {
                    format!("the API server refuses it: {}", why.trim_end_matches('.'))
                }
                Answer::NoKind if !made.has_kind(sent) => {
                    format!("there is no kind `{}` in the cluster, and nothing brings it", kind(&sent.object))
                }
                Answer::NoNamespace if !made.namespaces.contains(sent.identity.namespace.as_str()) => {
                    format!("there is no namespace `{}`, and nothing makes it", sent.identity.namespace)
                }
                _ => continue,
            };
            // What a release is made of is applied as a whole, or taken back as a whole.
            let stage =
                if sent.owner.kind == OwnerKind::HelmRelease { Stage::Definitions } else { sent.stage };
            let diagnostic =
                Diagnostic::error("live/refused", place_of(side, sent), format!("{}: {said}", sent.identity));
            let help = "correct it in the repository; what cannot be changed in a cluster needs another name";
            let diagnostic = diagnostic.with_help(help);
            found.push((stage, Fault { owner: sent.owner.clone(), diagnostic, sent: Some(number) }));
        }
        for (stage, fault) in found {
            if let Some(actor) = self.actors.get_mut(&fault.owner) {
                // A suspended owner does not even try.
                if actor.stopped == Some(Why::Suspended) {
                    continue;
                }
                actor.failing = Some(actor.failing.map_or(stage, |before| before.min(stage)));
                actor.is_ready = false;
            }
            self.faults.push(fault);
        }
    }

    /// Lets those wait that wait for one that does not become ready; was there any new one?
    fn spread(&mut self) -> bool {
        let mut next: Vec<(OwnerKey, Option<Why>)> = Vec::new();
        for (key, actor) in self.actors.iter().filter(|(_, actor)| actor.stopped.is_none()) {
            let not_ready = |other: &OwnerKey| self.actors.get(other).is_some_and(|other| !other.is_ready);
            let maker = actor.maker.as_ref().filter(|maker| !self.goes(maker));
            // A child that is there and stays as it is goes on without its maker.
            if let Some(maker) = maker.filter(|_| !actor.is_there || !actor.is_same) {
                next.push((key.clone(), Some(Why::Waits(maker.clone()))));
            } else if let Some(other) =
                dependencies(key, &actor.object).into_iter().find(|other| not_ready(other))
            {
                next.push((key.clone(), Some(Why::Waits(other))));
            } else if actor.is_ready && self.checked(key, actor).any(|child| not_ready(&child)) {
                next.push((key.clone(), None));
            }
        }
        let any = !next.is_empty();
        for (key, why) in next {
            if let Some(actor) = self.actors.get_mut(&key) {
                actor.is_ready = false;
                actor.stopped = why;
            }
        }
        any
    }

    /// The children whose health an owner waits for.
    fn checked<'f>(&'f self, key: &'f OwnerKey, actor: &'f Actor) -> impl Iterator<Item = OwnerKey> + 'f {
        let spec = &actor.object["spec"];
        let named: Option<HashSet<OwnerKey>> = (spec["wait"] != true).then(|| {
            let checks = spec["healthChecks"].as_array().into_iter().flatten();
            let each = checks.filter_map(|check| {
                let text = |field: &str| check[field].as_str().unwrap_or_default();
                Holder::key_of(&Identity {
                    group: text("apiVersion").split_once('/').map_or("", |(group, _)| group).to_owned(),
                    kind: text("kind").to_owned(),
                    namespace: text("namespace").to_owned(),
                    name: text("name").to_owned(),
                })
            });
            each.collect()
        });
        let children = self.actors.iter().filter(move |(_, child)| child.maker.as_ref() == Some(key));
        children
            .map(|(child, _)| child.clone())
            .filter(move |child| named.as_ref().is_none_or(|all| all.contains(child)))
    }
}

fn actors(
    side: &Side<'_>,
    desired: &Desired,
    observed: &Observed,
    is_changed: &[bool],
) -> BTreeMap<OwnerKey, Actor> {
    let parts = &side.rendering.parts;
    let mut actors = BTreeMap::new();
    let mut add = |key: OwnerKey, maker: Option<OwnerKey>, component: String, rendered: Value| {
        let reply = desired.own(&key, observed);
        let object = match reply.map(|(_, reply)| &reply.answer) {
            Some(Answer::Takes(object)) => object.clone(),
            _ => rendered,
        };
        let is_suspended = object["spec"]["suspend"] == true;
        let actor = Actor {
            is_there: reply.is_none_or(|(_, reply)| reply.live.is_some()),
            is_same: reply.is_none_or(|(number, _)| !is_changed.get(number).copied().unwrap_or_default()),
            stopped: is_suspended.then_some(Why::Suspended),
            // It stays as ready as it was, of a revision that is none of those who wait for it.
            is_ready: !is_suspended || key.kind == OwnerKind::HelmRelease,
            failing: None,
            maker,
            component,
            object,
        };
        actors.insert(key, actor);
    };
    for part in parts.iter().filter(|part| !part.is_beside && !part.kustomization.name.name.is_empty()) {
        let maker = part.made_by.and_then(|number| parts.get(number)).filter(|maker| !maker.is_beside);
        let component = owner::component(side, part);
        add(
            OwnerKey::of_part(part),
            maker.map(OwnerKey::of_part),
            component,
            value(&part.kustomization.object),
        );
    }
    for (number, release) in Release::all(side.rendering) {
        let Ok(release) = release else { continue };
        let Some(part) = parts.get(number) else { continue };
        let maker = (!part.is_beside).then(|| OwnerKey::of_part(part));
        add(
            OwnerKey::of_release(&release.name),
            maker,
            owner::component(side, part),
            value(&release.object.node),
        );
    }
    actors
}

/// Is it not ready because of what it made?
fn is_unhealthy(holder: &Holder) -> bool {
    let conditions = holder.object.pointer("/status/conditions").and_then(Value::as_array);
    let ready = conditions.into_iter().flatten().find(|condition| condition["type"] == "Ready");
    ready.is_some_and(|ready| {
        let is_of_health =
            holder.key.kind == OwnerKind::HelmRelease || ready["reason"] == "HealthCheckFailed";
        ready["status"] == "False" && is_of_health && ready["reason"] != "DependencyNotReady"
    })
}

/// Who an owner waits for.
fn dependencies(key: &OwnerKey, object: &Value) -> Vec<OwnerKey> {
    let kind = match key.kind {
        OwnerKind::HelmRelease => "HelmRelease",
        _ => "Kustomization",
    };
    let all = object["spec"]["dependsOn"].as_array().into_iter().flatten();
    all.filter_map(|other| ObjectKey::referred(other, kind, &key.namespace))
        .map(|other| OwnerKey::new(key.kind, &other.namespace, &other.name))
        .collect()
}

/// What is not in the cluster yet and will be.
struct Made<'d> {
    namespaces: HashSet<&'d str>,
    kinds: HashSet<(&'d str, &'d str)>,
    /// Do releases bring things that were not looked at?
    is_open: bool,
}

impl<'d> Made<'d> {
    fn of(desired: &'d Desired, side: &Side<'_>) -> Self {
        let mut made = Made { namespaces: HashSet::new(), kinds: HashSet::new(), is_open: false };
        for sent in &desired.sent {
            match sent.identity.kind.as_str() {
                "Namespace" => drop(made.namespaces.insert(sent.identity.name.as_str())),
                "CustomResourceDefinition" => {
                    let text = |pointer: &str| {
                        sent.object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
                    };
                    made.kinds.insert((text("/spec/group"), text("/spec/names/kind")));
                }
                _ => {}
            }
        }
        made.is_open = Release::all(side.rendering).count() > side.releases.len();
        made
    }

    fn has_kind(&self, sent: &Sent) -> bool {
        self.is_open || self.kinds.contains(&(sent.identity.group.as_str(), sent.identity.kind.as_str()))
    }
}

fn kind(object: &Value) -> String {
    let text = |field: &str| object[field].as_str().unwrap_or_default();
    format!("{} {}", text("apiVersion"), text("kind"))
}

/// Where an object is written.
fn place_of(side: &Side<'_>, sent: &Sent) -> Place {
    let found = match sent.from {
        From::Part(part, object) => side
            .rendering
            .parts
            .get(part)
            .and_then(|part| place(part.objects.get(object)?.node.at, &part.sources)),
        From::Release(..) => owner::release(side, &sent.owner)
            .and_then(|(_, release)| place(release.object.node.at, &release.part.sources)),
    };
    found.unwrap_or_else(|| Place::file(sent.owner.to_string()))
}
