//! Which items of two lists belong together, by the values of their keys.

use std::collections::{BTreeSet, HashMap, HashSet};

use smol_str::SmolStr;

use super::items::{Values, text};
use crate::yaml::node::{INDEXED, Node};

fn values(item: &Node, keys: &[&str]) -> Values {
    if keys.is_empty() {
        return vec![text(item)];
    }
    keys.iter().map(|k| item.get(k).filter(|n| !n.is_empty()).map_or_else(SmolStr::default, text)).collect()
}

/// All values of the keys, the patch's first, each once; those that complete each other are made the same.
pub(super) fn all(target: &[Node], patch: &[Node], keys: &[&str]) -> Vec<Values> {
    let is_small = target.len() + patch.len() < INDEXED;
    let mut all: Vec<Values> = Vec::new();
    let mut seen = HashSet::new();
    for item in patch.iter().chain(target) {
        let found = values(item, keys);
        let is_new = if is_small { !all.contains(&found) } else { seen.insert(found.clone()) };
        if is_new {
            all.push(found);
        }
    }
    // Different values of which none is empty have nothing to give to each other.
    if keys.len() > 1 && all.iter().flatten().any(SmolStr::is_empty) {
        complete(&mut all);
    }
    all
}

/// Makes values that complete each other the same (kyaml's `mergeValues`).
fn complete(all: &mut [Values]) {
    let mut with = (all.len() >= INDEXED).then(|| With::new(all));
    for i in 0..all.len() {
        // As in Go, what is compared is what was there before this round.
        let before = all[i].clone();
        let candidates = match &with {
            None => (0..all.len()).collect(),
            Some(with) => with.candidates(&before, all.len()),
        };
        for j in candidates {
            let Some(both) = agree(&before, &all[j]) else { continue };
            for place in [i, j] {
                if let Some(with) = &mut with {
                    with.change(place, &all[place], &both);
                }
                all[place].clone_from(&both);
            }
        }
    }
}

/// The union of two sets of values of which none contradicts and one is the same.
fn agree(a: &Values, b: &Values) -> Option<Values> {
    let contradicts = a.iter().zip(b).any(|(x, y)| x != y && !x.is_empty() && !y.is_empty());
    let shares = a.iter().zip(b).any(|(x, y)| x == y);
    (!contradicts && shares)
        .then(|| a.iter().zip(b).map(|(x, y)| if x.is_empty() { y } else { x }.clone()).collect())
}

/// For each key and value the places of the sets with that value.
struct With(HashMap<(usize, SmolStr), BTreeSet<usize>>);

impl With {
    fn new(all: &[Values]) -> Self {
        let mut with = With(HashMap::new());
        for (place, values) in all.iter().enumerate() {
            for (key, value) in values.iter().enumerate() {
                with.0.entry((key, value.clone())).or_default().insert(place);
            }
        }
        with
    }

    fn change(&mut self, place: usize, old: &Values, new: &Values) {
        for (key, (old, new)) in old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new) {
            if let Some(places) = self.0.get_mut(&(key, old.clone())) {
                places.remove(&place);
            }
            self.0.entry((key, new.clone())).or_default().insert(place);
        }
    }

    /// What may agree with these values: what has the same under one of the keys, or nothing; the key with the fewest.
    fn candidates(&self, values: &Values, count: usize) -> Vec<usize> {
        let with = |key: usize, value: &SmolStr| self.0.get(&(key, value.clone()));
        let said = values.iter().enumerate().filter(|(_, value)| !value.is_empty());
        let sets = said.map(|(key, value)| [with(key, value), with(key, &SmolStr::default())]);
        let fewest = sets.min_by_key(|sets| sets.iter().flatten().map(|s| s.len()).sum::<usize>());
        let Some(fewest) = fewest else { return (0..count).collect() };
        let mut places: Vec<usize> = fewest.into_iter().flatten().flatten().copied().collect();
        places.sort_unstable();
        places
    }
}
