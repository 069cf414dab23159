//! A text of values as `common.ReadValues` of Helm reads it: `sigs.k8s.io/yaml` v1.6.0 over go-yaml v2, then JSON.
//!
//! Only the first document counts. Every number becomes a `float64`.

mod decode;
mod scalar;
mod tree;

use yamltree::node::Position;

use super::error::TextFault;
use super::go;
use super::heap::{Entries, Heap, Item, MapId, Slot};
use super::node::{Layer, Origin};
use decode::{Decoded, GoMap, Key};

type Result<T> = std::result::Result<T, TextFault>;

fn fault(message: &'static str, at: Position) -> TextFault {
    TextFault { message, at: Some((at.line, at.column)) }
}

/// The map in a text; `None` if there is nothing.
pub(super) fn read(heap: &mut Heap, layer: Layer, bytes: &[u8]) -> Result<Option<MapId>> {
    let text = text(bytes)?;
    let Some(tree) = tree::parse(&text)? else { return Ok(None) };
    let decoded = decode::decode(&tree)?;
    let mut values = Values { heap, layer };
    match values.item(decoded, Position { line: 1, column: 1, offset: 0 })? {
        Item::Map(map) => Ok(Some(map)),
        Item::Null => Ok(None),
        _ => Err(TextFault { message: "the values are not a map", at: None }),
    }
}

/// UTF-8 or, if it begins with its byte order mark, UTF-16.
///
/// go-yaml reads 512 bytes at a time and does not notice what is wrong far behind the first document. Here it is refused.
fn text(bytes: &[u8]) -> Result<String> {
    let units = |read: fn([u8; 2]) -> u16| {
        let pairs = bytes.chunks_exact(2);
        let is_whole = pairs.remainder().is_empty();
        let units = pairs.map(|pair| read([pair[0], pair[1]]));
        char::decode_utf16(units).collect::<std::result::Result<String, _>>().ok().filter(|_| is_whole)
    };
    let text = match bytes {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).ok().map(str::to_owned),
    };
    text.ok_or(TextFault { message: "this is no text in UTF-8", at: None })
}

/// From what go-yaml decodes to what is left after JSON.
struct Values<'a> {
    heap: &'a mut Heap,
    layer: Layer,
}

impl Values<'_> {
    fn item(&mut self, decoded: Decoded, at: Position) -> Result<Item> {
        Ok(match decoded {
            Decoded::Null => Item::Null,
            Decoded::Bool(b) => Item::Bool(b),
            Decoded::Int(n) => Item::Float(n as f64),
            Decoded::Uint(n) => Item::Float(n as f64),
            Decoded::Float(n) if n.is_finite() => Item::Float(n),
            Decoded::Float(_) => return Err(fault("JSON has no infinity and no not-a-number", at)),
            Decoded::Text(text) => Item::Text(text.into()),
            Decoded::List(items) => {
                let slots: Result<Vec<Slot>> =
                    items.into_iter().map(|(item, at)| self.slot(item, at)).collect();
                Item::List(self.heap.put_list(slots?))
            }
            Decoded::Map(map) => Item::Map(self.map(map)?),
        })
    }

    fn map(&mut self, map: GoMap) -> Result<MapId> {
        let mut entries = Entries::new();
        for (key, (value, at)) in map {
            entries.insert(key_text(key, at)?.into(), self.slot(value, at)?);
        }
        Ok(self.heap.put_map(entries))
    }

    fn slot(&mut self, decoded: Decoded, at: Position) -> Result<Slot> {
        let item = self.item(decoded, at)?;
        // The text of the inline values is not one that anybody wrote.
        let at = (self.layer != Layer::Inline).then_some(at);
        Ok(Slot { item, origin: Origin { layer: self.layer, at } })
    }
}

fn key_text(key: Key, at: Position) -> Result<String> {
    match key {
        Key::Text(text) => Ok(text),
        Key::Bool(b) => Ok(b.to_string()),
        Key::Int(n) => Ok(n.to_string()),
        Key::Float(bits) => Ok(go::short_float(f64::from_bits(bits))),
        Key::Uint(_) => Err(fault("a key may not be a number above 9223372036854775807", at)),
        Key::Null => Err(fault("a key may not be `null`", at)),
    }
}
