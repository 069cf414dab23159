//! `MergeMaps` of chartutil.

use super::heap::{Heap, Item, MapId, Slot};

/// A new map with the entries of `a` and, over them, those of `b`: where both have a map, these are merged into a new one, and all
/// other maps and lists are shared with `a` or `b`.
pub(super) fn merge(heap: &mut Heap, a: MapId, b: MapId) -> MapId {
    let mut out = heap.map(a).clone();
    let over: Vec<_> = heap.map(b).iter().map(|(key, slot)| (key.clone(), slot.clone())).collect();
    for (key, slot) in over {
        let merged = match (&slot.item, out.get(&key).map(|below| &below.item)) {
            (Item::Map(over), Some(Item::Map(below))) => {
                Slot { item: Item::Map(merge(heap, *below, *over)), origin: slot.origin }
            }
            _ => slot,
        };
        out.insert(key, merged);
    }
    heap.put_map(out)
}

/// A new map with the same entries, which share what is in them.
pub(super) fn copy(heap: &mut Heap, map: MapId) -> MapId {
    let entries = heap.map(map).clone();
    heap.put_map(entries)
}
