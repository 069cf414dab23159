//! Which object was which: by owner and identity, then by identity alone, then by a name without its hash.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use kustomize_rs::yaml::node::Node;
use serde_json::Value;
use yamltree::diagnostic::Diagnostic;

use super::field::{self, Setting};
use super::owner::{self, component};
use super::seal::{self, Seals};
use super::side::Side;
use super::sorted::{Found, Sorted};
use super::{Change, ChangeKind, Diff, FaultChange, Identity, Owner, OwnerKey, OwnerKind, hashed};
use crate::helm::Release;
use crate::releases::{self, is_release};
use crate::render::Rendering;
use crate::render::spec::{GROUP, Name, SOURCE_GROUP, text};

/// The key that `valuesFrom` means if it names none.
const DEFAULT_VALUES: &str = "values.yaml";

/// A pair of objects, and what is known about how they belong together.
struct Pair<'r> {
    owner: OwnerKey,
    former_owner: Option<OwnerKey>,
    before: (Identity, Found<'r>),
    after: (Identity, Found<'r>),
}

type Lone<'r> = (OwnerKey, Identity, Found<'r>);

/// See [`super::diff`].
pub(super) fn diff(before: &Side<'_>, after: &Side<'_>) -> Diff {
    let (taken, taking) =
        (left_out(before.rendering, after.rendering), left_out(after.rendering, before.rendering));
    let (mut old, mut new) = (Sorted::of(before, &taken), Sorted::of(after, &taking));
    seal::share(&mut old.hidden, &mut new.hidden);
    let keys: BTreeSet<OwnerKey> = old.owners.keys().chain(new.owners.keys()).cloned().collect();
    let mut diff = Diff::default();
    let (mut pairs, mut gone, mut come) = (Vec::new(), Vec::new(), Vec::new());
    for key in &keys {
        diff.faults.extend(fault(key, &old, &new));
        if old.is_unseen(key, &new) || new.is_unseen(key, &old) {
            diff.unseen.push(key.clone());
            continue;
        }
        by_identity(key, &old, &new, &mut pairs, (&mut gone, &mut come));
    }
    by_identity_alone(&mut gone, &mut come, &mut pairs);
    by_base(&mut gone, &mut come, &mut pairs);
    let renamed: HashMap<String, String> = pairs
        .iter()
        .filter(|pair| pair.before.0.name != pair.after.0.name)
        .map(|pair| (pair.before.0.name.clone(), pair.after.0.name.clone()))
        .collect();
    let seals = Seals::default();
    let values = values_of(before, after);
    let mut followers: BTreeMap<String, Vec<Identity>> = BTreeMap::new();
    for pair in pairs {
        let sides = (old.sealed(pair.before.1, &seals), new.sealed(pair.after.1, &seals));
        let is_values = (values.contains(&pair.before.0) && values.contains(&pair.after.0))
            || [&sides.0, &sides.1].into_iter().all(holds_values_alone);
        let (change, followed) = changed(pair, sides, &renamed, is_values);
        for name in followed {
            followers.entry(name).or_default().push(change.object.clone());
        }
        let is_other = !change.fields.is_empty() || change.former_owner.is_some();
        if is_other || (change.kind == ChangeKind::Renamed && !is_values) {
            diff.changes.push(change);
        }
    }
    for change in diff.changes.iter_mut().filter(|change| change.kind == ChangeKind::Renamed) {
        let found = change.former_name.as_ref().and_then(|name| followers.remove(name));
        change.referrers = found.unwrap_or_default();
        change.referrers.sort();
    }
    diff.changes.extend(gone.into_iter().map(|(owner, object, found)| {
        let value = seal::hidden(&old.sealed(found, &seals));
        alone(ChangeKind::Removed, owner, object, value)
    }));
    diff.changes.extend(come.into_iter().map(|(owner, object, found)| {
        let value = seal::hidden(&new.sealed(found, &seals));
        alone(ChangeKind::Added, owner, object, value)
    }));
    diff.changes.sort_by(|a, b| (&a.owner, &a.object).cmp(&(&b.owner, &b.object)));
    diff.owners = owners(&diff, (&old, &taken), (&new, &taking), &seals);
    diff
}

/// The parts of a rendering that the other took over, and those that it took over from the other.
fn left_out(own: &Rendering, other: &Rendering) -> HashSet<usize> {
    let taking = own.parts.iter().enumerate().filter(|(_, part)| part.same.is_some()).map(|(n, _)| n);
    other.parts.iter().filter_map(|part| part.same).chain(taking).collect()
}

/// Pairs the objects of one owner.
fn by_identity<'r>(
    key: &OwnerKey,
    old: &Sorted<'_, 'r>,
    new: &Sorted<'_, 'r>,
    pairs: &mut Vec<Pair<'r>>,
    (gone, come): (&mut Vec<Lone<'r>>, &mut Vec<Lone<'r>>),
) {
    let mut left: BTreeMap<&Identity, Vec<Found<'r>>> = BTreeMap::new();
    for (identity, found) in new.objects.get(key).into_iter().flatten() {
        left.entry(identity).or_default().push(*found);
    }
    for (identity, found) in old.objects.get(key).into_iter().flatten() {
        match left.get_mut(identity).filter(|all| !all.is_empty()).map(|all| all.remove(0)) {
            Some(other) if found.is_same(other) => {}
            Some(other) => pairs.push(Pair {
                owner: key.clone(),
                former_owner: None,
                before: (identity.clone(), *found),
                after: (identity.clone(), other),
            }),
            None => gone.push((key.clone(), identity.clone(), *found)),
        }
    }
    for (identity, all) in left {
        come.extend(all.into_iter().map(|found| (key.clone(), identity.clone(), found)));
    }
}

/// Pairs what moved to another owner.
fn by_identity_alone<'r>(gone: &mut Vec<Lone<'r>>, come: &mut Vec<Lone<'r>>, pairs: &mut Vec<Pair<'r>>) {
    pair_by(gone, come, pairs, |_, identity| Some(identity.clone()));
}

/// Pairs what has another hash in its name, of the same owner.
fn by_base<'r>(gone: &mut Vec<Lone<'r>>, come: &mut Vec<Lone<'r>>, pairs: &mut Vec<Pair<'r>>) {
    pair_by(gone, come, pairs, |owner, identity| {
        let base = hashed::base(&identity.kind, &identity.name)?;
        Some((owner.clone(), Identity { name: base.to_owned(), ..identity.clone() }))
    });
}

fn pair_by<'r, K: Ord>(
    gone: &mut Vec<Lone<'r>>,
    come: &mut Vec<Lone<'r>>,
    pairs: &mut Vec<Pair<'r>>,
    key: impl Fn(&OwnerKey, &Identity) -> Option<K>,
) {
    let mut left: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (index, (owner, identity, _)) in come.iter().enumerate() {
        key(owner, identity).into_iter().for_each(|key| left.entry(key).or_default().push(index));
    }
    let mut found: HashSet<usize> = HashSet::new();
    gone.retain(|(owner, identity, object)| {
        let index = key(owner, identity).and_then(|key| left.get_mut(&key)).filter(|all| !all.is_empty());
        let Some(index) = index.map(|all| all.remove(0)) else { return true };
        let (to, name, other) = &come[index];
        pairs.push(Pair {
            owner: to.clone(),
            former_owner: (owner != to).then(|| owner.clone()),
            before: (identity.clone(), *object),
            after: (name.clone(), *other),
        });
        found.insert(index);
        false
    });
    let mut index = 0;
    come.retain(|_| {
        index += 1;
        !found.contains(&(index - 1))
    });
}

/// What changed in a pair, and the renamed names that it follows.
fn changed(
    pair: Pair<'_>,
    (mut before, mut after): (Value, Value),
    renamed: &HashMap<String, String>,
    is_values: bool,
) -> (Change, BTreeSet<String>) {
    let is_renamed = pair.before.0.name != pair.after.0.name;
    let setting =
        Setting { kind: pair.after.0.kind.clone(), group: pair.after.0.group.clone(), renamed, is_values };
    let (shown_before, shown_after) = (seal::hidden(&before), seal::hidden(&after));
    if is_renamed {
        before["metadata"]["name"] = after["metadata"]["name"].clone();
    }
    if pair.former_owner.is_some() {
        of_owner(&mut before);
        of_owner(&mut after);
    }
    let (fields, followed) = field::compare(&before, &after, &setting);
    let change = Change {
        kind: if is_renamed { ChangeKind::Renamed } else { ChangeKind::Changed },
        owner: pair.owner,
        object: pair.after.0,
        former_owner: pair.former_owner,
        former_name: is_renamed.then_some(pair.before.0.name),
        fields,
        referrers: Vec::new(),
        before: Some(Arc::new(shown_before)),
        after: Some(Arc::new(shown_after)),
    };
    (change, followed)
}

/// Takes off the labels by which kustomize-controller knows its objects.
fn of_owner(object: &mut Value) {
    if let Some(Value::Object(labels)) = object.pointer_mut("/metadata/labels") {
        labels.retain(|label, _| ![format!("{GROUP}/name"), format!("{GROUP}/namespace")].contains(label));
    }
}

/// An object that comes or goes.
pub(super) fn alone(kind: ChangeKind, owner: OwnerKey, object: Identity, value: Value) -> Change {
    let value = Some(Arc::new(value));
    let (before, after) = if kind == ChangeKind::Removed { (value, None) } else { (None, value) };
    Change {
        kind,
        owner,
        object,
        former_owner: None,
        former_name: None,
        fields: Vec::new(),
        referrers: Vec::new(),
        before,
        after,
    }
}

fn fault(key: &OwnerKey, old: &Sorted<'_, '_>, new: &Sorted<'_, '_>) -> Option<FaultChange> {
    let problem = |sorted: &Sorted<'_, '_>| sorted.owners.get(key).and_then(|(_, problem)| problem.cloned());
    let (before, after) = (problem(old), problem(new));
    let said = |found: &Option<Diagnostic>| found.as_ref().map(|d| (d.code, d.message.clone()));
    (said(&before) != said(&after)).then(|| FaultChange { owner: key.clone(), before, after })
}

/// ConfigMaps and Secrets that releases take their values from.
pub(super) fn values_of(before: &Side<'_>, after: &Side<'_>) -> HashSet<Identity> {
    let mut found = HashSet::new();
    let parts = [before, after].into_iter().flat_map(|side| &side.rendering.parts);
    for release in parts.flat_map(|part| &part.objects).filter(|object| is_release(object)) {
        let from = release.node.get("spec").and_then(|spec| spec.get("valuesFrom"));
        let namespace = Name::of(&release.node).namespace;
        found.extend(from.map_or(&[][..], Node::items).iter().map(|item| Identity {
            group: String::new(),
            kind: text(Some(item), "kind").to_owned(),
            namespace: namespace.clone(),
            name: text(Some(item), "name").to_owned(),
        }));
    }
    found
}

/// Is it a ConfigMap with nothing but what a release reads where it names no key? Which ones are read may depend on variables.
fn holds_values_alone(object: &Value) -> bool {
    let data = object.get("data").and_then(Value::as_object);
    object["kind"] == "ConfigMap"
        && data.is_some_and(|data| data.len() == 1 && data.contains_key(DEFAULT_VALUES))
}

/// The owners of everything in the result, and the releases whose charts are others.
fn owners(
    diff: &Diff,
    before: (&Sorted<'_, '_>, &HashSet<usize>),
    after: (&Sorted<'_, '_>, &HashSet<usize>),
    seals: &Seals,
) -> Vec<Owner> {
    let mut keys: BTreeSet<OwnerKey> = diff.changes.iter().map(|change| change.owner.clone()).collect();
    keys.extend(diff.changes.iter().filter_map(|change| change.former_owner.clone()));
    keys.extend(diff.faults.iter().map(|fault| fault.owner.clone()));
    let releases = diff.changes.iter().filter(|change| is_release_of(&change.object));
    keys.extend(releases.map(|c| OwnerKey::new(OwnerKind::HelmRelease, &c.object.namespace, &c.object.name)));
    // A chart's version may be written in a source that another part makes.
    let is_source = |change: &Change| change.object.group == SOURCE_GROUP;
    let all = diff.changes.iter().any(is_source);
    let mut charts: BTreeMap<OwnerKey, [Option<super::ChartState>; 2]> = BTreeMap::new();
    for (index, (Sorted { side, .. }, left_out)) in [before, after].into_iter().enumerate() {
        let parts = side.rendering.parts.iter().enumerate();
        let parts = parts.filter(|(number, _)| all || !left_out.contains(number));
        for release in parts.flat_map(|(_, part)| Release::all_of(part)).filter_map(Result::ok) {
            let state = owner::chart(side, &release);
            charts.entry(OwnerKey::of_release(&release.name)).or_default()[index] = state;
        }
    }
    // Where only one side knows the chart, its source is what cannot be seen.
    let are_others = |[before, after]: &[Option<super::ChartState>; 2]| matches!((before, after), (Some(before), Some(after)) if before != after);
    keys.extend(charts.into_iter().filter(|(_, charts)| are_others(charts)).map(|(key, _)| key));
    let owner = |key: OwnerKey| {
        let (before, after) = (owner_on(before.0, &key, seals), owner_on(after.0, &key, seals));
        let component =
            after.as_ref().or(before.as_ref()).map_or(String::new(), |(_, component)| component.clone());
        Owner { key, component, before: before.map(|(state, _)| state), after: after.map(|(state, _)| state) }
    };
    keys.into_iter().map(owner).collect()
}

fn is_release_of(object: &Identity) -> bool {
    object.group == releases::GROUP && object.kind == "HelmRelease"
}

fn owner_on(sorted: &Sorted<'_, '_>, key: &OwnerKey, seals: &Seals) -> Option<(super::OwnerState, String)> {
    let (state, part) = owner::state(sorted.side, key, seals, &sorted.hidden)?;
    Some((state, part.map_or(String::new(), |part| component(sorted.side, part))))
}
