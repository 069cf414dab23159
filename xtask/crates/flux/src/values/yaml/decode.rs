//! `decode.go` of go-yaml v2, into what has no type: aliases expanded, `<<` merged, keys still of their own types.

use std::collections::{BTreeMap, HashSet};

use yamltree::node::Position;

use super::super::DEEPEST;
use super::scalar::resolve;
use super::tree::{Id, Kind, Tree};
use super::{Result, fault};

/// A value before JSON.
#[derive(Clone)]
pub(super) enum Decoded {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(String),
    List(Vec<(Decoded, Position)>),
    Map(GoMap),
}

/// A key: `1` and `"1"` are two. Go then makes one of them by chance; here the text wins.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone)]
pub(super) enum Key {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    /// The bits of an `f64`.
    Float(u64),
    Text(String),
}

/// Values with the places of their keys.
pub(super) type GoMap = BTreeMap<Key, (Decoded, Position)>;

/// The value of a document.
pub(super) fn decode(tree: &Tree) -> Result<Decoded> {
    Decoder { tree, inside: HashSet::new(), depth: 0, count: 1, aliased: 0 }.value(tree.root)
}

struct Decoder<'a> {
    tree: &'a Tree,
    /// The aliases that are being expanded.
    inside: HashSet<Id>,
    depth: usize,
    /// How many nodes were decoded (the document was the first), and how many of them below aliases.
    count: u64,
    aliased: u64,
}

impl Decoder<'_> {
    fn value(&mut self, id: Id) -> Result<Decoded> {
        self.step(id)?;
        match self.tree.kind(id) {
            Kind::Scalar(scalar) => resolve(scalar).map_err(|message| fault(message, self.tree.start(id))),
            Kind::List(items) => {
                let items: Result<Vec<_>> =
                    items.iter().map(|item| Ok((self.deeper(*item)?, self.tree.start(*item)))).collect();
                Ok(Decoded::List(items?))
            }
            Kind::Map(_) => {
                let mut map = GoMap::new();
                self.entries(id, &mut map)?;
                Ok(Decoded::Map(map))
            }
            Kind::Alias(original) => self.expand(id, |decoder| decoder.value(*original)),
        }
    }

    fn deeper(&mut self, id: Id) -> Result<Decoded> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(fault("deeper than any honest values", self.tree.start(id)));
        }
        let value = self.value(id);
        self.depth -= 1;
        value
    }

    fn expand<T>(&mut self, id: Id, inner: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if !self.inside.insert(id) {
            return Err(fault("an alias inside its own anchor", self.tree.start(id)));
        }
        let value = inner(self);
        self.inside.remove(&id);
        value
    }

    /// A later key wins over an earlier one, and `<<` over the keys before it.
    fn entries(&mut self, id: Id, map: &mut GoMap) -> Result<()> {
        let Kind::Map(entries) = self.tree.kind(id) else { return Ok(()) };
        for (key, value) in entries {
            if self.is_merge(*key) {
                self.merge(*value, map)?;
                continue;
            }
            let at = self.tree.start(*key);
            let key = match self.deeper(*key)? {
                Decoded::Null => Key::Null,
                Decoded::Bool(b) => Key::Bool(b),
                Decoded::Int(n) => Key::Int(n),
                Decoded::Uint(n) => Key::Uint(n),
                Decoded::Float(n) => Key::Float(n.to_bits()),
                Decoded::Text(text) => Key::Text(text),
                Decoded::List(_) | Decoded::Map(_) => return Err(fault("a list or map cannot be a key", at)),
            };
            let value = self.deeper(*value)?;
            map.insert(key, (value, at));
        }
        Ok(())
    }

    fn is_merge(&self, key: Id) -> bool {
        matches!(self.tree.kind(key), Kind::Scalar(scalar)
            if scalar.text == "<<" && (scalar.is_implicit || scalar.tag.as_deref() == Some("tag:yaml.org,2002:merge")))
    }

    fn merge(&mut self, value: Id, map: &mut GoMap) -> Result<()> {
        match self.tree.kind(value) {
            // Earlier ones win.
            Kind::List(items) => items.iter().rev().try_for_each(|item| self.merge_one(*item, map)),
            _ => self.merge_one(value, map),
        }
    }

    fn merge_one(&mut self, value: Id, map: &mut GoMap) -> Result<()> {
        self.depth += 1;
        let merged = match self.tree.kind(value) {
            _ if self.depth > DEEPEST => Err(fault("deeper than any honest values", self.tree.start(value))),
            Kind::Map(_) => self.step(value).and_then(|()| self.entries(value, map)),
            Kind::Alias(original) if matches!(self.tree.kind(*original), Kind::Map(_)) => {
                self.step(value)?;
                self.expand(value, |decoder| {
                    decoder.step(*original)?;
                    decoder.entries(*original, map)
                })
            }
            _ => Err(fault("`<<` needs a map or a list of maps", self.tree.start(value))),
        };
        self.depth -= 1;
        merged
    }

    /// Counts a node; too many of them below aliases are refused.
    fn step(&mut self, id: Id) -> Result<()> {
        self.count += 1;
        if !self.inside.is_empty() {
            self.aliased += 1;
        }
        let is_checked = self.aliased > 100 && self.count > 1000;
        if is_checked && self.aliased as f64 / self.count as f64 > most_aliased(self.count) {
            return Err(fault("too much of this comes from aliases", self.tree.start(id)));
        }
        Ok(())
    }
}

/// The share of nodes that may come from aliases.
fn most_aliased(count: u64) -> f64 {
    const LOW: u64 = 400_000;
    const HIGH: u64 = 4_000_000;
    match count {
        ..=LOW => 0.99,
        HIGH.. => 0.10,
        _ => 0.99 - 0.89 * ((count - LOW) as f64 / (HIGH - LOW) as f64),
    }
}
