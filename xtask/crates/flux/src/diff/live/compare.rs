//! From the answers to what is different.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};
use yamltree::diagnostic::Diagnostic;

use super::super::field::{self, Setting};
use super::super::pair::{alone, values_of};
use super::super::seal::{self, Known, Seals, Secrets};
use super::super::side::Side;
use super::super::sorted::release_secrets;
use super::super::{Change, ChangeKind, Diff, FaultChange, Identity, OwnerKey, OwnerKind, Waiting, Why};
use super::desired::{Desired, From, Manner, Sent};
use super::fate::{Fates, Fault};
use super::{Answer, Observed, Reply, gone, notes, owners};
use crate::helm::Release;
use crate::helm::chart::{self, Place};
use crate::releases;

/// What comes of an object if its owner does what it is to do.
enum Outcome<'o> {
    Same,
    New(&'o Value),
    Other(&'o Value, std::borrow::Cow<'o, Value>),
}

/// See [`super::announced`].
pub(super) fn announced(side: &Side<'_>, desired: &Desired, observed: &Observed) -> Diff {
    let pairs = || desired.sent.iter().zip(&observed.replies);
    let upgrades = upgrades(side, desired, observed);
    let outcomes: Vec<Outcome<'_>> = pairs().map(|(sent, reply)| outcome(sent, reply, &upgrades)).collect();
    let is_changed: Vec<bool> = outcomes.iter().map(|outcome| !matches!(outcome, Outcome::Same)).collect();
    let fates = Fates::of(side, desired, observed, &is_changed);
    let mut cluster = Cluster::new(side, observed);
    let (mut diff, mut waiting) = (Diff::default(), BTreeMap::<OwnerKey, (usize, Why)>::new());
    for ((sent, reply), outcome) in pairs().zip(&outcomes) {
        if matches!(outcome, Outcome::Same) {
            continue;
        }
        match fates.stopped(sent) {
            Some(why) => waiting.entry(sent.owner.clone()).or_insert((0, why)).0 += 1,
            None => diff.changes.extend(cluster.change(sent, reply, outcome)),
        }
    }
    for (owner, identity, value) in gone::gone(desired, observed, &fates, &upgrades) {
        let value = seal::hidden(&cluster.sealed(&trimmed(value), None));
        diff.changes.push(alone(ChangeKind::Removed, owner, identity, value));
    }
    diff.changes.sort_by(|a, b| (&a.owner, &a.object).cmp(&(&b.owner, &b.object)));
    let fault = |fault: &Fault| FaultChange {
        owner: fault.owner.clone(),
        before: None,
        after: Some(cluster.said(&fault.diagnostic, fault.sent.and_then(|number| desired.sent.get(number)))),
    };
    diff.faults = fates.faults.iter().map(fault).collect();
    diff.faults.sort_by(|a, b| a.owner.cmp(&b.owner));
    diff.waiting =
        waiting.into_iter().map(|(owner, (changes, why))| Waiting { owner, changes, why }).collect();
    diff.owners =
        owners::owners(side, observed, &diff, &fates, |value| seal::hidden(&cluster.sealed(value, None)));
    diff
}

fn outcome<'o>(sent: &'o Sent, reply: &'o Reply, upgrades: &HashMap<OwnerKey, bool>) -> Outcome<'o> {
    let is_idle = sent.owner.kind == OwnerKind::HelmRelease && upgrades.get(&sent.owner) != Some(&true);
    if sent.manner == Manner::Never || is_idle {
        return Outcome::Same;
    }
    match (&reply.live, &reply.answer) {
        (Some(live), _) if sent.manner == Manner::IfAbsent || notes::is_left_alone(live) => Outcome::Same,
        (_, Answer::NotAsked) => Outcome::Same,
        (None, _) => Outcome::New(&sent.object),
        (Some(live), Answer::Takes(object)) if is_same(live, object) => Outcome::Same,
        (Some(live), Answer::Takes(object)) => Outcome::Other(live, std::borrow::Cow::Borrowed(object)),
        (Some(live), _) => Outcome::Other(live, std::borrow::Cow::Owned(laid_over(live, &sent.object))),
    }
}

/// Is nothing different that the controllers look at?
fn is_same(live: &Value, object: &Value) -> bool {
    trimmed(live) == trimmed(object)
}

/// What of an object its controllers look at: no status, and of the metadata names, labels and annotations alone.
fn trimmed(object: &Value) -> Value {
    const KEPT: [&str; 4] = ["name", "namespace", "labels", "annotations"];
    const NOTED: &str = "kubectl.kubernetes.io/last-applied-configuration";
    let Some(fields) = object.as_object() else { return Value::Null };
    let metadata = |metadata: &Value| {
        let kept = metadata.as_object().into_iter().flatten().filter(|(key, _)| KEPT.contains(&key.as_str()));
        let mut kept: Map<String, Value> = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
        if let Some(notes) = kept.get_mut("annotations").and_then(Value::as_object_mut) {
            notes.remove(NOTED);
        }
        kept.retain(|_, value| !value.as_object().is_some_and(Map::is_empty));
        Value::Object(kept)
    };
    let kept = fields.iter().filter(|(key, _)| *key != "status");
    kept.map(|(key, value)| (key.clone(), if key == "metadata" { metadata(value) } else { value.clone() }))
        .collect()
}

/// An object with what another says put over it: what is made anew, as far as that can be known.
fn laid_over(live: &Value, sent: &Value) -> Value {
    match (live, sent) {
        (Value::Object(live), Value::Object(sent)) => {
            let mut all = live.clone();
            for (key, value) in sent {
                let value = live.get(key).map_or_else(|| value.clone(), |live| laid_over(live, value));
                all.insert(key.clone(), value);
            }
            Value::Object(all)
        }
        (_, sent) => sent.clone(),
    }
}

/// Of each release: does helm-controller install or upgrade it, or correct what drifted?
pub(super) fn upgrades(side: &Side<'_>, desired: &Desired, observed: &Observed) -> HashMap<OwnerKey, bool> {
    let mut found = HashMap::new();
    for release in Release::all(side.rendering).filter_map(|(_, release)| release.ok()) {
        let key = OwnerKey::of_release(&release.name);
        let holder = observed.holders.iter().find(|holder| holder.key == key);
        let rendered = crate::render::value(&release.object.node);
        let object = match desired.own(&key, observed).map(|(_, reply)| &reply.answer) {
            Some(Answer::Takes(object)) => object,
            _ => &rendered,
        };
        let is_upgraded = || {
            let (holder, installed) = holder.and_then(|holder| Some((holder, holder.installed.as_ref()?)))?;
            let is_other = |field: &str| holder.object["spec"].get(field) != object["spec"].get(field);
            let is_own = chart::of(side.rendering, &release)
                .is_ok_and(|chart| matches!(chart.place, Place::Source { .. }));
            let values = releases::values(side.rendering, release.object).ok()?.effective.values.to_value();
            let rendered = side.releases.iter().find(|rendered| rendered.name == release.name);
            let version = rendered.and_then(|rendered| Some(rendered.chart.as_ref()?.1.as_str()));
            Some(
                is_own
                    || version.is_some_and(|version| base(version) != base(&installed.version))
                    || !is_same_value(&values, &installed.values)
                    || ["postRenderers", "commonMetadata"].into_iter().any(is_other)
                    || object["spec"]["driftDetection"]["mode"] == "enabled",
            )
        };
        found.insert(key, is_upgraded().unwrap_or(true));
    }
    found
}

/// A version as Flux notes it, without what it was built from: of charts in registries Flux takes a leading `v` away and puts the
/// digest behind, of charts in the repository the revision.
fn base(version: &str) -> &str {
    let version = version.split('+').next().unwrap_or(version);
    version.strip_prefix('v').unwrap_or(version)
}

/// The same values, whatever the order of keys and the form of numbers; what is null is not there.
fn is_same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let there = |value: Option<&Value>| value.is_some_and(|value| !value.is_null());
            let is_in = |(key, value): (&String, &Value), other: &Map<String, Value>| {
                value.is_null() || other.get(key).is_some_and(|other| is_same_value(value, other))
            };
            one.iter().all(|entry| is_in(entry, other))
                && other.iter().all(|(key, value)| value.is_null() || there(one.get(key)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same_value(one, other))
        }
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Null, Value::Object(other)) | (Value::Object(other), Value::Null) => other.is_empty(),
        (one, other) => one == other,
    }
}

/// What is needed to show objects of a cluster without its secrets.
struct Cluster<'c> {
    side: &'c Side<'c>,
    seals: Seals,
    secrets: Secrets,
    of_releases: HashMap<OwnerKey, Known>,
    values: std::collections::HashSet<Identity>,
}

impl<'c> Cluster<'c> {
    fn new(side: &'c Side<'c>, observed: &Observed) -> Self {
        Cluster {
            side,
            seals: Seals::default(),
            secrets: Secrets::in_cluster(&observed.secrets, &observed.public, side.rendering),
            of_releases: HashMap::new(),
            values: values_of(side, side),
        }
    }

    fn change(&mut self, sent: &Sent, reply: &Reply, outcome: &Outcome<'_>) -> Option<Change> {
        let identity = sent.identity_in(reply);
        let (before, after) = match outcome {
            Outcome::Same => return None,
            Outcome::New(object) => {
                let value = seal::hidden(&self.sealed(object, Some(sent)));
                return Some(alone(ChangeKind::Added, sent.owner.clone(), identity, value));
            }
            Outcome::Other(before, after) => (trimmed(before), trimmed(after)),
        };
        let (before, after) = (self.sealed(&before, Some(sent)), self.sealed(&after, Some(sent)));
        let setting = Setting {
            kind: identity.kind.clone(),
            group: identity.group.clone(),
            renamed: &HashMap::new(),
            is_values: self.values.contains(&identity),
        };
        let (fields, _) = field::compare(&before, &after, &setting);
        let former_owner = notes::made_by(reply.live.as_ref()?).filter(|owner| *owner != sent.owner);
        (!fields.is_empty() || former_owner.is_some()).then(|| Change {
            kind: ChangeKind::Changed,
            owner: sent.owner.clone(),
            object: identity,
            former_owner,
            former_name: None,
            fields,
            referrers: Vec::new(),
            before: Some(Arc::new(seal::hidden(&before))),
            after: Some(Arc::new(seal::hidden(&after))),
        })
    }

    /// An object with its secrets sealed; `sent` says what was put into it.
    fn sealed(&mut self, object: &Value, sent: Option<&Sent>) -> Value {
        match sent.map(|sent| (sent, sent.from)) {
            Some((_, From::Part(part, index))) => {
                let parts = &self.side.rendering.parts;
                let found = parts.get(part).and_then(|part| Some((part, part.objects.get(index)?)));
                let places = found.map(|(part, rendered)| seal::Places::of(part, rendered, &self.secrets));
                self.seals.in_cluster(object, places.as_ref(), &self.secrets)
            }
            Some((sent, From::Release(number, _))) => {
                let side = self.side;
                let known = self.of_releases.entry(sent.owner.clone()).or_insert_with(|| {
                    side.releases
                        .get(number)
                        .map_or_else(Known::default, |release| release_secrets(side, release))
                });
                let sealed = self.seals.in_cluster(object, None, &self.secrets);
                self.seals.without(sealed, known)
            }
            None => self.seals.in_cluster(object, None, &self.secrets),
        }
    }

    /// What the API server said may quote the object.
    fn said(&mut self, diagnostic: &Diagnostic, sent: Option<&Sent>) -> Diagnostic {
        let message = self.sealed(&Value::from(diagnostic.message.as_str()), sent);
        let message = seal::hidden(&message).as_str().unwrap_or_default().to_owned();
        Diagnostic { message, ..diagnostic.clone() }
    }
}
