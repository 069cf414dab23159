//! The items of two lists: which is which, and whether their order counts.

use std::collections::{HashMap, HashSet};

use kustomize_rs::KnownType;
use serde_json::Value;

use super::FieldKind;
use super::field::Fields;
use super::path::Segment;

/// Lists longer than this, where they differ, are paired by index alone.
const MOST_ALIGNED: usize = 400;

/// How items are told apart.
enum Apart {
    /// By the values of these fields.
    Keys(Vec<String>),
    /// By what they are.
    Content,
}

/// Compares two lists at the same place.
pub(super) fn lists(fields: &mut Fields<'_>, before: &[Value], after: &[Value], of: Option<KnownType>) {
    let of_items = of.and_then(KnownType::item);
    match apart(fields, before, after, of) {
        Apart::Keys(keys) => keyed(fields, before, after, &keys, of, of_items),
        Apart::Content if is_unordered(fields, of) => unordered(fields, before, after, of_items),
        Apart::Content => ordered(fields, before, after, of_items),
    }
}

fn apart(fields: &Fields<'_>, before: &[Value], after: &[Value], of: Option<KnownType>) -> Apart {
    let are_unique = |keys: &[String]| {
        [before, after].iter().all(|list| {
            let mut seen = HashSet::new();
            list.iter().all(|item| key(item, keys).is_some_and(|key| seen.insert(key)))
        })
    };
    let known = of.and_then(KnownType::merge_keys).filter(|keys| !keys.is_empty());
    let mut candidates: Vec<Vec<String>> = Vec::new();
    candidates.extend(known.map(|keys| keys.iter().map(ToString::to_string).collect()));
    let usual: &[&[&str]] = match field_name(fields) {
        "dependsOn" | "healthChecks" | "substituteFrom" | "valuesFrom" | "parentRefs" | "sourceRefs" => {
            &[&["kind", "namespace", "name", "valuesKey", "sectionName"]]
        }
        _ => &[&["name"], &["id"], &["key"]],
    };
    candidates.extend(usual.iter().map(|keys| keys.iter().map(|&key| key.to_owned()).collect()));
    let are_maps =
        before.iter().chain(after).all(Value::is_object) && !(before.is_empty() && after.is_empty());
    match candidates.into_iter().find(|keys| are_maps && are_unique(keys)) {
        Some(keys) => Apart::Keys(keys),
        None => Apart::Content,
    }
}

/// The values of an item's keys; none if it has none of them.
fn key(item: &Value, keys: &[String]) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    for name in keys {
        let text = match item.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
            // The API server puts it there.
            None if name == "protocol" => "TCP".to_owned(),
            _ => continue,
        };
        found.push((name.clone(), text));
    }
    let is_alone = found.iter().all(|(name, _)| name == "protocol");
    (!is_alone).then_some(found)
}

fn keyed(
    fields: &mut Fields<'_>,
    before: &[Value],
    after: &[Value],
    keys: &[String],
    of: Option<KnownType>,
    of_items: Option<KnownType>,
) {
    let keys_of = |list: &[Value]| -> Vec<Vec<(String, String)>> {
        list.iter().map(|item| key(item, keys).unwrap_or_default()).collect()
    };
    let (old, mut new) = (keys_of(before), keys_of(after));
    // A name that follows its object's hash is the same item.
    for key in &mut new {
        for (_, text) in key {
            if let Some((was, _)) = fields.setting.renamed.iter().find(|(_, is)| *is == text)
                && old.iter().any(|key| key.iter().any(|(_, old)| old == was))
            {
                text.clone_from(was);
            }
        }
    }
    let places: HashMap<&Vec<(String, String)>, usize> =
        new.iter().enumerate().map(|(n, key)| (key, n)).collect();
    for (key, item) in old.iter().zip(before) {
        let segment = Segment::Item(key.clone());
        match places.get(key).and_then(|index| after.get(*index)) {
            Some(other) => fields.below(segment, |fields| fields.values(item, other, of_items)),
            None => fields.below(segment, |fields| fields.gone(item)),
        }
    }
    let known: HashSet<&Vec<(String, String)>> = old.iter().collect();
    for (key, item) in new.iter().zip(after).filter(|(key, _)| !known.contains(key)) {
        fields.below(Segment::Item(key.clone()), |fields| fields.come(item));
    }
    let both = |list: &[Vec<(String, String)>], others: &HashSet<&Vec<(String, String)>>| -> Vec<Value> {
        let said = |key: &Vec<(String, String)>| {
            Value::from(key.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" "))
        };
        list.iter().filter(|key| others.contains(key)).map(said).collect()
    };
    if order_counts(fields, before, after, of) {
        let (was, is) = (both(&old, &new.iter().collect()), both(&new, &known));
        if was != is {
            fields.note(FieldKind::Reordered, Some(&was.into()), Some(&is.into()));
        }
    }
}

/// Does the order of items with keys say something? Of what the schema merges only where one item builds on those before it.
fn order_counts(fields: &Fields<'_>, before: &[Value], after: &[Value], of: Option<KnownType>) -> bool {
    let is_merged = of.and_then(KnownType::merge_keys).is_some();
    match field_name(fields) {
        "initContainers" => true,
        "env" if is_merged => {
            let refers =
                |item: &Value| item.get("value").and_then(Value::as_str).is_some_and(|v| v.contains("$("));
            before.iter().chain(after).any(refers)
        }
        "dependsOn" | "healthChecks" => false,
        _ => !is_merged && !is_unordered(fields, of),
    }
}

/// Lists without an order, whatever they hold.
fn is_unordered(fields: &Fields<'_>, of: Option<KnownType>) -> bool {
    if of.and_then(KnownType::merge_keys).is_some_and(<[_]>::is_empty) {
        return true;
    }
    let (group, kind, name) =
        (fields.setting.group.as_str(), fields.setting.kind.as_str(), field_name(fields));
    if name == "finalizers" {
        return true;
    }
    match group {
        "rbac.authorization.k8s.io" => true,
        "networking.k8s.io" if kind == "NetworkPolicy" => true,
        group if is_built_in(group) => {
            matches!(name, "accessModes" | "tolerations" | "matchExpressions" | "nodeSelectorTerms" | "tls")
                || (matches!(name, "add" | "drop") && above(fields) == "capabilities")
                || (name == "values" && above(fields) == "matchExpressions")
        }
        _ => false,
    }
}

/// Is it a group of Kubernetes itself?
pub(super) fn is_built_in(group: &str) -> bool {
    matches!(
        group,
        "" | "apps"
            | "batch"
            | "autoscaling"
            | "policy"
            | "networking.k8s.io"
            | "storage.k8s.io"
            | "scheduling.k8s.io"
    )
}

fn field_name<'f>(fields: &'f Fields<'_>) -> &'f str {
    name_of(fields.path.last())
}

fn name_of(segment: Option<&Segment>) -> &str {
    match segment {
        Some(Segment::Key(key)) => key,
        _ => "",
    }
}

/// The nearest field above the list.
fn above<'f>(fields: &'f Fields<'_>) -> &'f str {
    let keys = fields.path.iter().rev().skip(1);
    name_of(keys.into_iter().find(|segment| matches!(segment, Segment::Key(_))))
}

/// One way to write a value: keys in order, no nulls, whole numbers without a dot.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut all: Vec<(&String, &Value)> =
                fields.iter().filter(|(_, value)| !value.is_null()).collect();
            all.sort_unstable_by_key(|(key, _)| *key);
            let all: Vec<String> =
                all.iter().map(|(key, value)| format!("{key:?}:{}", canonical(value))).collect();
            format!("{{{}}}", all.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

fn unordered(fields: &mut Fields<'_>, before: &[Value], after: &[Value], of_items: Option<KnownType>) {
    let mut left: HashMap<String, usize> = HashMap::new();
    for item in after {
        *left.entry(canonical(item)).or_default() += 1;
    }
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut gone = Vec::new();
    for item in before {
        let form = canonical(item);
        let (had, used) = (left.get(&form).copied().unwrap_or(0), taken.entry(form).or_default());
        if *used < had { *used += 1 } else { gone.push(item) }
    }
    let mut come = Vec::new();
    for (index, item) in after.iter().enumerate() {
        match taken.get_mut(&canonical(item)).filter(|used| **used > 0) {
            Some(used) => *used -= 1,
            None => come.push((index, item)),
        }
    }
    let mut gone: Vec<(usize, &Value)> = gone.into_iter().enumerate().collect();
    // Nothing says that a text took the place of another.
    let is_scalar = |(_, item): &&(usize, &Value)| !item.is_object() && !item.is_array();
    for (index, item) in gone.iter().filter(is_scalar) {
        fields.below(Segment::Index(*index), |fields| fields.gone(item));
    }
    for (index, item) in come.iter().filter(is_scalar) {
        fields.below(Segment::Index(*index), |fields| fields.come(item));
    }
    gone.retain(|item| !is_scalar(&item));
    come.retain(|item| !is_scalar(&item));
    pairs(fields, &gone, &come, of_items);
}

fn ordered(fields: &mut Fields<'_>, before: &[Value], after: &[Value], of_items: Option<KnownType>) {
    let (old, new): (Vec<String>, Vec<String>) =
        (before.iter().map(canonical).collect(), after.iter().map(canonical).collect());
    let front = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - front;
    let back = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[front..old.len() - back], &new[front..new.len() - back]);
    if old.is_empty() && new.is_empty() {
        return;
    }
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort_unstable();
        list
    };
    if old.len() == new.len() && sorted(old) == sorted(new) {
        let (was, is) = (Value::from(before.to_vec()), Value::from(after.to_vec()));
        return fields.note(FieldKind::Reordered, Some(&was), Some(&is));
    }
    let mut gone: Vec<(usize, &Value)> = Vec::new();
    let mut come: Vec<(usize, &Value)> = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (a, b) in common(old, new).into_iter().chain([(old.len(), new.len())]) {
        gone.extend((i..a).map(|n| (front + n, &before[front + n])));
        come.extend((j..b).map(|n| (front + n, &after[front + n])));
        pairs(fields, &gone, &come, of_items);
        gone.clear();
        come.clear();
        (i, j) = (a + 1, b + 1);
    }
}

/// The places of the longest common subsequence.
fn common(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    if old.len() > MOST_ALIGNED || new.len() > MOST_ALIGNED {
        return Vec::new();
    }
    let mut longest = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = match old[i] == new[j] {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let (mut i, mut j, mut found) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            found.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[i + 1][j] >= longest[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

/// What is left over on both sides, in its order: what may be the same item is compared, the rest came and went.
fn pairs(
    fields: &mut Fields<'_>,
    gone: &[(usize, &Value)],
    come: &[(usize, &Value)],
    of_items: Option<KnownType>,
) {
    for pair in 0..gone.len().max(come.len()) {
        match (gone.get(pair), come.get(pair)) {
            (Some((_, old)), Some((index, new))) => {
                fields.below(Segment::Index(*index), |fields| fields.values(old, new, of_items));
            }
            (Some((index, old)), None) => fields.below(Segment::Index(*index), |fields| fields.gone(old)),
            (None, Some((index, new))) => fields.below(Segment::Index(*index), |fields| fields.come(new)),
            (None, None) => {}
        }
    }
}
