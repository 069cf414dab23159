//! Maps and lists as Go has them: a value refers to one, and two values may refer to the same.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::node::{Content, Node, Origin};

/// A map on the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MapId(usize);

/// A list on the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ListId(usize);

/// A value; maps and lists are shared.
#[derive(Clone)]
pub(super) enum Item {
    Null,
    Bool(bool),
    Float(f64),
    Int(i64),
    Text(Rc<str>),
    List(ListId),
    Map(MapId),
}

/// A value in a map or list.
#[derive(Clone)]
pub(super) struct Slot {
    pub(super) item: Item,
    pub(super) origin: Origin,
}

pub(super) type Entries = BTreeMap<Rc<str>, Slot>;

/// All maps and lists of one calculation. Nothing is freed before its end.
#[derive(Default)]
pub(super) struct Heap {
    maps: Vec<Entries>,
    lists: Vec<Vec<Slot>>,
}

impl Heap {
    pub(super) fn new_map(&mut self) -> MapId {
        self.put_map(Entries::new())
    }

    pub(super) fn put_map(&mut self, entries: Entries) -> MapId {
        self.maps.push(entries);
        MapId(self.maps.len() - 1)
    }

    pub(super) fn put_list(&mut self, items: Vec<Slot>) -> ListId {
        self.lists.push(items);
        ListId(self.lists.len() - 1)
    }

    pub(super) fn map(&self, id: MapId) -> &Entries {
        &self.maps[id.0]
    }

    pub(super) fn map_mut(&mut self, id: MapId) -> &mut Entries {
        &mut self.maps[id.0]
    }

    pub(super) fn list(&self, id: ListId) -> &[Slot] {
        &self.lists[id.0]
    }

    pub(super) fn list_mut(&mut self, id: ListId) -> &mut [Slot] {
        &mut self.lists[id.0]
    }

    /// The map with all that is in it, by itself.
    pub(super) fn map_node(&self, id: MapId, origin: Origin) -> Node {
        let entries = self.map(id).iter().map(|(key, slot)| (key.to_string(), self.node(slot)));
        Node { content: Content::Map(entries.collect()), origin }
    }

    fn node(&self, slot: &Slot) -> Node {
        let content = match &slot.item {
            Item::Map(id) => return self.map_node(*id, slot.origin),
            Item::List(id) => Content::List(self.list(*id).iter().map(|slot| self.node(slot)).collect()),
            Item::Null => Content::Null,
            Item::Bool(b) => Content::Bool(*b),
            Item::Float(n) => Content::Float(*n),
            Item::Int(n) => Content::Int(*n),
            Item::Text(text) => Content::Text(text.to_string()),
        };
        Node { content, origin: slot.origin }
    }
}
