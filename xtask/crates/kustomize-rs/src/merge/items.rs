//! A list whose items are found by the values of their keys: small ones are searched, large ones indexed.

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::yaml::node::{INDEXED, Node, Value};

/// The values of an item under the keys of its list.
pub(super) type Values = Vec<SmolStr>;

/// The items; a place whose item was removed stays, so that all others keep theirs.
pub(super) struct Items<'k> {
    slots: Vec<Option<Node>>,
    /// Where a null or an empty mapping was put.
    nothings: Vec<usize>,
    indexes: Vec<Index<'k>>,
}

/// For each set of values under some keys the places of the items that have exactly these.
struct Index<'k> {
    keys: Vec<&'k str>,
    places: HashMap<Values, Vec<usize>>,
}

/// The text of a value as keys are compared.
pub(super) fn text(node: &Node) -> SmolStr {
    node.scalar().map(|scalar| scalar.text.clone()).unwrap_or_default()
}

/// Is the list a set of scalars?
fn is_set(keys: &[&str]) -> bool {
    keys.first().is_none_or(|key| key.is_empty())
}

pub(super) fn is_nothing(node: &Node) -> bool {
    node.is_null() || (matches!(node.value, Value::Map(_)) && node.is_empty())
}

/// Does an item have these values under these keys? An empty value matches any; keys beyond the values repeat the last
/// answer, as in kustomize.
fn matches(item: &Node, keys: &[&str], values: &[SmolStr]) -> bool {
    if is_set(keys) {
        return values.first().is_some_and(|v| item.as_text() == v);
    }
    !values.is_empty()
        && keys
            .iter()
            .zip(values)
            .all(|(key, value)| item.get(key).is_some_and(|n| value.is_empty() || n.as_text() == value))
}

/// Does an item have exactly these values?
fn is_exactly(item: &Node, keys: &[&str], values: &[SmolStr]) -> bool {
    if is_set(keys) {
        return values.first().is_some_and(|v| item.as_text() == v);
    }
    keys.iter().zip(values).all(|(key, value)| item.get(key).is_some_and(|n| n.as_text() == value))
}

impl Index<'_> {
    fn values(&self, item: &Node) -> Option<Values> {
        if is_set(&self.keys) {
            return Some(vec![text(item)]);
        }
        self.keys.iter().map(|key| item.get(key).map(text)).collect()
    }

    fn add(&mut self, place: usize, item: &Node) {
        let Some(values) = self.values(item) else { return };
        let places = self.places.entry(values).or_default();
        let at = places.partition_point(|p| *p < place);
        places.insert(at, place);
    }

    fn remove(&mut self, place: usize, item: &Node) {
        if let Some(places) = self.values(item).and_then(|values| self.places.get_mut(&values))
            && let Ok(at) = places.binary_search(&place)
        {
            places.remove(at);
        }
    }
}

impl<'k> Items<'k> {
    pub(super) fn new(items: Vec<Node>) -> Self {
        let nothings =
            items.iter().enumerate().filter(|(_, item)| is_nothing(item)).map(|(i, _)| i).collect();
        Items { slots: items.into_iter().map(Some).collect(), nothings, indexes: Vec::new() }
    }

    pub(super) fn get(&self, place: usize) -> Option<&Node> {
        self.slots.get(place)?.as_ref()
    }

    pub(super) fn into_nodes(self) -> Vec<Node> {
        self.slots.into_iter().flatten().collect()
    }

    /// The first item that has exactly these values (kyaml's `ElementMatcher`).
    pub(super) fn first(&mut self, keys: &[&'k str], values: &[SmolStr]) -> Option<usize> {
        if self.slots.len() < INDEXED {
            let is_meant = |item: &Option<Node>| item.as_ref().is_some_and(|i| is_exactly(i, keys, values));
            return self.slots.iter().position(is_meant);
        }
        self.places(keys, values).first().copied()
    }

    /// The places of all items that have exactly these values, in order.
    fn places(&mut self, keys: &[&'k str], values: &[SmolStr]) -> &[usize] {
        let count = if is_set(keys) { 1 } else { keys.len().min(values.len()) };
        let (Some(keys), Some(values)) = (keys.get(..count), values.get(..count)) else { return &[] };
        let known = self.indexes.iter().position(|index| index.keys == keys);
        let number = known.unwrap_or_else(|| {
            let mut index = Index { keys: keys.to_vec(), places: HashMap::new() };
            for (place, item) in self.slots.iter().enumerate() {
                item.iter().for_each(|item| index.add(place, item));
            }
            self.indexes.push(index);
            self.indexes.len() - 1
        });
        self.indexes[number].places.get(values).map_or(&[], Vec::as_slice)
    }

    pub(super) fn push(&mut self, item: Node) {
        self.slots.push(None);
        self.set(self.slots.len() - 1, Some(item));
    }

    /// Puts an item in a place, or nothing.
    pub(super) fn set(&mut self, place: usize, item: Option<Node>) {
        let Some(slot) = self.slots.get_mut(place) else { return };
        for index in &mut self.indexes {
            slot.iter().for_each(|old| index.remove(place, old));
            item.iter().for_each(|new| index.add(place, new));
        }
        if item.as_ref().is_some_and(is_nothing) {
            self.nothings.push(place);
        }
        *slot = item;
    }

    /// Puts an item in the place of those that match, or at the end; `None` only removes them (kyaml's `ElementSetter`).
    pub(super) fn put(&mut self, new: Option<&Node>, keys: &[&'k str], values: &[SmolStr]) {
        for place in std::mem::take(&mut self.nothings) {
            if self.get(place).is_some_and(is_nothing) {
                self.set(place, None);
            }
        }
        // Without values nothing matches, and nothing is kept.
        if values.is_empty() {
            *self = Items::new(Vec::new());
        }
        let meant = self.meant(keys, values);
        for place in &meant {
            self.set(*place, new.cloned());
        }
        if let (Some(new), true) = (new, meant.is_empty()) {
            self.push(new.clone());
        }
    }

    /// The places of the items that match.
    fn meant(&mut self, keys: &[&'k str], values: &[SmolStr]) -> Vec<usize> {
        let all = 0..self.slots.len();
        let mut candidates: Vec<usize> = if self.slots.len() < INDEXED {
            all.collect()
        } else if is_set(keys) {
            return self.places(keys, values).to_vec();
        } else {
            // What is empty matches any: that is looked at below.
            let said = || keys.iter().zip(values).filter(|(_, value)| !value.is_empty());
            let said_keys: Vec<&str> = said().map(|(key, _)| *key).collect();
            let said_values: Values = said().map(|(_, value)| value.clone()).collect();
            if said_keys.is_empty() { all.collect() } else { self.places(&said_keys, &said_values).to_vec() }
        };
        candidates.retain(|place| self.get(*place).is_some_and(|item| matches(item, keys, values)));
        candidates
    }
}
