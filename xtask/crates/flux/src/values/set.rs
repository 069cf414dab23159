//! The line of `helm --set` (`helm.sh/helm/v4/pkg/strvals`, v4.2.4): `a.b[0].c={x,y},d=1`.
//!
//! What is set before an error stays set, but an error ends everything. Running out of text is not always one: `a[0]` alone makes
//! an empty list.

mod reader;

use super::DEEPEST;
use super::error::PathFault;
use super::heap::{Heap, Item, ListId, MapId, Slot};
use super::node::Origin;
use reader::Reader;

/// The highest index of a list.
const MAX_INDEX: usize = 65536;
/// How many dots a name may go through.
const MAX_NESTED_NAME_LEVEL: usize = 30;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typing {
    /// A whole number, `true`, `false` or `null` if it looks like one.
    Guess,
    /// Always a text.
    Text,
}

/// Why reading stopped.
enum Halt {
    /// The line is over: fine.
    End,
    Fault(PathFault),
}

impl From<PathFault> for Halt {
    fn from(fault: PathFault) -> Self {
        Halt::Fault(fault)
    }
}

/// What stands behind `=`.
enum Value {
    Nothing,
    List(Vec<Item>),
    /// Something else, not read so far.
    Scalar,
}

/// How far a key is from the beginning of its name: in dots, as Go counts, and in all.
#[derive(Clone, Copy)]
struct Level {
    dots: usize,
    depth: usize,
}

/// Sets everything in the line.
pub(super) fn parse(
    heap: &mut Heap,
    values: MapId,
    line: &[char],
    typing: Typing,
    origin: Origin,
) -> Result<(), PathFault> {
    let mut setter = Setter { heap, reader: Reader::new(line), typing, origin };
    loop {
        match setter.key(values, Level { dots: 0, depth: 0 }) {
            Ok(()) => {}
            Err(Halt::End) => return Ok(()),
            Err(Halt::Fault(fault)) => return Err(fault),
        }
    }
}

struct Setter<'a> {
    heap: &'a mut Heap,
    reader: Reader<'a>,
    typing: Typing,
    origin: Origin,
}

impl Setter<'_> {
    fn key(&mut self, data: MapId, level: Level) -> Result<(), Halt> {
        if level.depth > DEEPEST {
            return Err(PathFault::TooDeep.into());
        }
        let (name, stop) = self.reader.until(&['=', '[', ',', '.']);
        match stop {
            None if name.is_empty() => Err(Halt::End),
            None => Err(PathFault::NoValue.into()),
            Some('[') => self.key_of_list(data, &name, level),
            Some('=') => self.key_of_value(data, &name),
            Some('.') => self.key_of_map(data, &name, level),
            Some(_) => Err(PathFault::NoValue.into()),
        }
    }

    fn key_of_list(&mut self, data: MapId, name: &str, level: Level) -> Result<(), Halt> {
        let index = self.index()?;
        let list = match self.heap.map(data).get(name).map(|slot| &slot.item) {
            None => self.heap.put_list(Vec::new()),
            Some(Item::List(list)) => *list,
            Some(_) => return Err(PathFault::NotAList.into()),
        };
        let changed = self.item(list, index, level);
        self.set(data, name, Item::List(*changed.as_ref().unwrap_or(&list)));
        changed.map(|_| ())
    }

    fn key_of_value(&mut self, data: MapId, name: &str) -> Result<(), Halt> {
        match self.value()? {
            Value::Nothing => {
                self.set(data, name, Item::Text("".into()));
                Err(Halt::End)
            }
            Value::List(items) => {
                let list = self.list_of(items);
                self.set(data, name, list);
                Ok(())
            }
            Value::Scalar => {
                let item = self.scalar();
                self.set(data, name, item);
                Ok(())
            }
        }
    }

    fn key_of_map(&mut self, data: MapId, name: &str, level: Level) -> Result<(), Halt> {
        let level = Level { dots: level.dots + 1, depth: level.depth + 1 };
        if level.dots > MAX_NESTED_NAME_LEVEL {
            return Err(PathFault::TooNested.into());
        }
        let inner = match self.heap.map(data).get(name).map(|slot| &slot.item) {
            None => self.heap.new_map(),
            Some(Item::Map(map)) => *map,
            Some(_) => return Err(PathFault::NotAMap.into()),
        };
        let outcome = self.key(inner, level);
        if !self.heap.map(inner).is_empty() {
            self.set(data, name, Item::Map(inner));
        } else if outcome.is_ok() {
            return Err(PathFault::NoValue.into());
        }
        outcome
    }

    /// The number up to `]`.
    fn index(&mut self) -> Result<usize, Halt> {
        let (digits, stop) = self.reader.until(&[']']);
        if stop.is_none() {
            return Err(Halt::End);
        }
        let index: i64 = digits.parse().map_err(|_| PathFault::BadIndex)?;
        usize::try_from(index).map_err(|_| PathFault::BadIndex.into())
    }

    /// Goes on behind `]`; the list that has the item, which is a new one if the list was too short.
    fn item(&mut self, list: ListId, index: usize, level: Level) -> Result<ListId, Halt> {
        let level = Level { depth: level.depth + 1, ..level };
        if level.depth > DEEPEST {
            return Err(PathFault::TooDeep.into());
        }
        let (name, stop) = self.reader.until(&['[', '.', '=']);
        if !name.is_empty() {
            return Err(PathFault::AfterIndex.into());
        }
        let item = match stop {
            Some('=') => match self.value()? {
                Value::Nothing => Item::Text("".into()),
                Value::List(items) => self.list_of(items),
                Value::Scalar => self.scalar(),
            },
            Some('[') => self.list_in_list(list, index, level)?,
            Some(_) => self.map_in_list(list, index, level)?,
            None => return Err(Halt::End),
        };
        self.set_index(list, index, item)
    }

    fn list_in_list(&mut self, list: ListId, index: usize, level: Level) -> Result<Item, Halt> {
        let next = self.index()?;
        let inner = match self.heap.list(list).get(index).map(|slot| &slot.item) {
            None | Some(Item::Null) => self.heap.put_list(Vec::new()),
            Some(Item::List(inner)) => *inner,
            Some(_) => return Err(PathFault::NotAList.into()),
        };
        Ok(Item::List(self.item(inner, next, level)?))
    }

    fn map_in_list(&mut self, list: ListId, index: usize, level: Level) -> Result<Item, Halt> {
        let inner = match self.heap.list(list).get(index).map(|slot| &slot.item) {
            Some(Item::Map(inner)) => *inner,
            found => {
                let is_there = found.is_some();
                let inner = self.heap.new_map();
                // Whatever else was there is gone, in the list that others may share too.
                if is_there {
                    self.put(list, index, Item::Map(inner));
                }
                inner
            }
        };
        self.key(inner, level)?;
        Ok(Item::Map(inner))
    }

    fn value(&mut self) -> Result<Value, PathFault> {
        match self.reader.peek() {
            None => return Ok(Value::Nothing),
            Some('{') => self.reader.skip(),
            Some(_) => return Ok(Value::Scalar),
        }
        let mut items = Vec::new();
        loop {
            let (text, stop) = self.reader.until(&[',', '}']);
            let Some(stop) = stop else { return Err(PathFault::OpenList) };
            items.push(self.typed(text));
            if stop == '}' {
                if self.reader.peek() == Some(',') {
                    self.reader.skip();
                }
                return Ok(Value::List(items));
            }
        }
    }

    fn scalar(&mut self) -> Item {
        let (text, _) = self.reader.until(&[',']);
        self.typed(text)
    }

    fn typed(&self, text: String) -> Item {
        match self.typing {
            Typing::Text => Item::Text(text.into()),
            Typing::Guess => guess(text),
        }
    }

    fn list_of(&mut self, items: Vec<Item>) -> Item {
        let slots = items.into_iter().map(|item| Slot { item, origin: self.origin }).collect();
        Item::List(self.heap.put_list(slots))
    }

    /// An empty name is not set.
    fn set(&mut self, data: MapId, name: &str, item: Item) {
        if !name.is_empty() {
            let slot = Slot { item, origin: self.origin };
            self.heap.map_mut(data).insert(name.into(), slot);
        }
    }

    fn set_index(&mut self, list: ListId, index: usize, item: Item) -> Result<ListId, Halt> {
        if index > MAX_INDEX {
            return Err(PathFault::BadIndex.into());
        }
        let old = self.heap.list(list);
        if index < old.len() {
            self.put(list, index, item);
            return Ok(list);
        }
        let mut longer = old.to_vec();
        longer.resize(index + 1, Slot { item: Item::Null, origin: self.origin });
        let longer = self.heap.put_list(longer);
        self.put(longer, index, item);
        Ok(longer)
    }

    fn put(&mut self, list: ListId, index: usize, item: Item) {
        let origin = self.origin;
        if let Some(slot) = self.heap.list_mut(list).get_mut(index) {
            *slot = Slot { item, origin };
        }
    }
}

/// `typedVal`: no fractions, and what begins with `0` is a text unless it is `0`.
fn guess(text: String) -> Item {
    // Go folds the long s too.
    let folded = text.replace('ſ', "s").to_ascii_lowercase();
    match folded.as_str() {
        "true" => return Item::Bool(true),
        "false" => return Item::Bool(false),
        "null" => return Item::Null,
        "0" => return Item::Int(0),
        _ => {}
    }
    match text.parse() {
        Ok(number) if !text.starts_with('0') => Item::Int(number),
        _ => Item::Text(text.into()),
    }
}
