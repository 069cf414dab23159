//! A value that remembers where and how it was written.
//!
//! kustomize moves scalars around as texts with a tag and a style and decides what they are only when it writes them, so
//! a plain `5` pasted over `"x"` comes out as a text. This model keeps the same three facts.

use std::cell::Cell;
use std::collections::HashMap;

use smol_str::SmolStr;
use yamltree::scalar::Resolved;
use yamltree::syntax::Style as Written;

/// Mappings below this size are searched, larger ones indexed.
pub(crate) const INDEXED: usize = 16;

/// Where something was written; `file` counts the sources of a build from 1, and 0 means that nobody wrote it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark {
    /// Number of the source (a file, and what took the value from it) in [`crate::Built::sources`], from 1.
    pub file: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
}

impl Mark {
    /// The same place, in the source of that number.
    #[must_use]
    pub fn of(self, source: u32) -> Self {
        Mark { file: source, ..self }
    }
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it begins.
    pub at: Mark,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Anything that is neither list nor mapping.
    Scalar(Scalar),
    /// A mapping in its present order.
    Map(Vec<Field>),
    /// A list.
    Seq(Vec<Node>),
}

/// One key of a mapping and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The key.
    pub key: SmolStr,
    /// Does the key read back as a text? A bare `1` or `true` does not, and JSON cannot hold it.
    pub is_text: bool,
    /// Where the key begins.
    pub at: Mark,
    /// The value.
    pub value: Node,
}

/// What a scalar is said to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tag {
    /// Not yet decided: the text decides when it is written.
    Unset,
    /// `!!null`
    Null,
    /// `!!bool`
    Bool,
    /// `!!int`
    Int,
    /// `!!float`
    Float,
    /// `!!str`
    Str,
    /// `!!timestamp`
    Timestamp,
    /// `!!merge`
    Merge,
    /// `!!binary`
    Binary,
    /// A tag of somebody's own.
    Other,
}

impl Tag {
    /// The tag of an unquoted scalar.
    pub fn of(resolved: &Resolved) -> Self {
        match resolved {
            Resolved::Null => Tag::Null,
            Resolved::Bool(_) => Tag::Bool,
            Resolved::Int(_) | Resolved::UInt(_) => Tag::Int,
            Resolved::Float(_) => Tag::Float,
            Resolved::Timestamp(_) => Tag::Timestamp,
            Resolved::Str => Tag::Str,
        }
    }
}

/// How a scalar is written, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In quotes: a text unless tagged otherwise.
    Quoted,
    /// As a literal block (`|`): a text as well, which cannot begin with a tab.
    Literal,
    /// As a literal block at the end of a document, in front of a comment: see `last_break.rs`.
    Commented,
    /// As a folded block (`>`): a text as well, but it does not always come out as it went in.
    Folded,
}

impl From<Written> for Style {
    fn from(style: Written) -> Self {
        match style {
            Written::Plain => Style::Plain,
            Written::Folded => Style::Folded,
            Written::Literal => Style::Literal,
            Written::Single | Written::Double => Style::Quoted,
        }
    }
}

/// A scalar as text, tag and style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text after escapes and folding.
    pub text: SmolStr,
    /// What it is said to be.
    pub tag: Tag,
    /// How it was written.
    pub style: Style,
    /// Was the tag written out (`!!str 5`)?
    pub is_tagged: bool,
    /// Which scalars of the object are one and the same to kustomize: see `shared.rs`.
    pub(crate) shared: Shared,
}

/// A number that scalars share, 0 for none, and whether this one was set after it was made. Every scalar has one, so both lie
/// in four bytes: the highest bit says if it was set.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shared(u32);

/// Values are equal whatever else they are part of.
impl PartialEq for Shared {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Shared {}

thread_local! {
    static SETTINGS: Cell<u64> = const { Cell::new(0) };
}

impl Shared {
    const SET: u32 = 1 << 31;

    /// The number.
    pub(crate) fn number(self) -> u32 {
        self.0 & !Self::SET
    }

    /// Was it set after it was made, and not passed on yet?
    pub(crate) fn is_set(self) -> bool {
        self.0 & Self::SET != 0
    }

    /// The number that is so many further on; nothing was set under it.
    pub(crate) fn after(self, count: usize) -> Self {
        // Labels and annotations by the thousand million are more than memory holds.
        let count = u32::try_from(count).unwrap_or(Self::SET);
        Shared(self.number().saturating_add(count).min(Self::SET - 1))
    }

    /// The same number, to be passed on.
    pub(crate) fn set(self) -> Self {
        if self.number() == 0 {
            return self;
        }
        SETTINGS.set(SETTINGS.get() + 1);
        Shared(self.0 | Self::SET)
    }

    /// The same number, passed on.
    pub(crate) fn passed_on(self) -> Self {
        Shared(self.number())
    }

    /// How often a scalar with a number was set by this thread so far. A transformer that set none leaves nothing to pass on,
    /// and most set none: then no object need be looked through.
    pub(crate) fn settings() -> u64 {
        SETTINGS.get()
    }
}

impl Scalar {
    /// A scalar whose text decides what it is.
    pub fn unset(text: impl Into<SmolStr>) -> Self {
        Scalar {
            text: text.into(),
            tag: Tag::Unset,
            style: Style::Plain,
            is_tagged: false,
            shared: Shared::default(),
        }
    }

    /// A text.
    pub fn text(text: impl Into<SmolStr>) -> Self {
        Scalar { tag: Tag::Str, ..Scalar::unset(text) }
    }

    /// Is it tagged null?
    pub fn is_null(&self) -> bool {
        self.tag == Tag::Null
    }

    /// What happens to a scalar that is set as a field (kyaml's `FieldSetter`): a text that a reader of YAML 1.1 would take for
    /// something else is put in quotes, and keeps them whatever is put over it.
    pub(crate) fn set_as_field(&mut self) {
        let is_text = matches!(self.tag, Tag::Unset | Tag::Str);
        let is_bare = is_text && self.style == Style::Plain && !self.text.is_empty();
        if is_bare && super::scalar::needs_quotes(&self.text) {
            self.style = Style::Quoted;
        }
    }
}

impl Field {
    /// A key that kustomize itself adds, without quotes.
    pub fn new(key: impl Into<SmolStr>, value: Node) -> Self {
        let key = key.into();
        let is_text = super::scalar::key_is_text(&key);
        Field { key, is_text, at: value.at, value }
    }
}

impl From<Scalar> for Node {
    fn from(scalar: Scalar) -> Self {
        Node { at: Mark::default(), value: Value::Scalar(scalar) }
    }
}

impl Node {
    /// A text.
    pub fn text(text: impl Into<SmolStr>) -> Self {
        Scalar::text(text).into()
    }

    /// An empty mapping.
    pub fn map() -> Self {
        Node { at: Mark::default(), value: Value::Map(Vec::new()) }
    }

    /// A null.
    pub fn null() -> Self {
        Scalar { tag: Tag::Null, ..Scalar::unset("null") }.into()
    }

    /// The same value, all of it said to be written in that file.
    #[must_use]
    pub fn of(mut self, file: u32) -> Self {
        self.set_file(file);
        self
    }

    fn set_file(&mut self, file: u32) {
        self.at.file = file;
        match &mut self.value {
            Value::Scalar(_) => {}
            Value::Map(fields) => fields.iter_mut().for_each(|field| {
                field.at.file = file;
                field.value.set_file(file);
            }),
            Value::Seq(items) => items.iter_mut().for_each(|item| item.set_file(file)),
        }
    }

    /// The same value, said to be written there.
    #[must_use]
    pub fn at(mut self, at: Mark) -> Self {
        self.at = at;
        self
    }

    /// Changes its marks and those of everything below.
    pub fn each_mark(&mut self, change: &mut dyn FnMut(&mut Mark)) {
        change(&mut self.at);
        match &mut self.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => items.iter_mut().for_each(|item| item.each_mark(change)),
            Value::Map(fields) => fields.iter_mut().for_each(|field| {
                change(&mut field.at);
                field.value.each_mark(change);
            }),
        }
    }

    /// The same value, all of it said to be written there.
    #[must_use]
    pub fn all_at(mut self, at: Mark) -> Self {
        self.each_mark(&mut |mark| *mark = at);
        self
    }

    /// The scalar, if it is one.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar; empty for a list, a mapping or a null without text.
    pub fn as_text(&self) -> &str {
        self.scalar().map_or("", |s| &s.text)
    }

    /// The text of a scalar that is not null.
    pub fn value_text(&self) -> &str {
        if self.is_null() { "" } else { self.as_text() }
    }

    /// Is it a null?
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(Scalar::is_null)
    }

    /// Is it a null, an empty list or an empty mapping?
    pub fn is_empty(&self) -> bool {
        match &self.value {
            Value::Scalar(scalar) => scalar.is_null(),
            Value::Map(fields) => fields.is_empty(),
            Value::Seq(items) => items.is_empty(),
        }
    }

    /// The fields of a mapping; none for anything else.
    pub fn fields(&self) -> &[Field] {
        match &self.value {
            Value::Map(fields) => fields,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Seq(items) => items,
            _ => &[],
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.fields().iter().find(|f| f.key == key).map(|f| &f.value)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        match &mut self.value {
            Value::Map(fields) => fields.iter_mut().find(|f| f.key == key).map(|f| &mut f.value),
            _ => None,
        }
    }

    /// Removes a key and says what it held.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let Value::Map(fields) = &mut self.value else { return None };
        let index = fields.iter().position(|f| f.key == key)?;
        Some(fields.remove(index).value)
    }

    /// Sets a key of a mapping: a scalar put over an old one takes the old one's style. No mapping: nothing happens.
    pub fn set(&mut self, key: &str, value: Node) {
        let Value::Map(fields) = &mut self.value else { return };
        let place = fields.iter().position(|f| f.key == key);
        set_at(fields, place, key, value);
    }

    /// Sets many keys, each as [`Node::set`] does, without a search for each.
    pub(crate) fn set_all<K: Into<SmolStr>>(&mut self, values: impl ExactSizeIterator<Item = (K, Node)>) {
        if self.fields().len() + values.len() < INDEXED {
            return values.for_each(|(key, value)| self.set(&key.into(), value));
        }
        let Value::Map(fields) = &mut self.value else { return };
        let mut places: HashMap<SmolStr, usize> = HashMap::with_capacity(fields.len() + values.len());
        for (place, field) in fields.iter().enumerate() {
            places.entry(field.key.clone()).or_insert(place);
        }
        for (key, value) in values {
            let key = key.into();
            let place = places.get(&key).copied();
            set_at(fields, place, &key, value);
            places.entry(key).or_insert(fields.len() - 1);
        }
    }

    /// The mapping under a key, made if there is none (a null counts as none).
    pub fn map_at(&mut self, key: &str) -> &mut Node {
        if let Value::Scalar(_) | Value::Seq(_) = self.value {
            self.value = Value::Map(Vec::new());
        }
        if self.get(key).is_none_or(Node::is_null) {
            let at = self.remove(key).map_or(self.at, |old| old.at);
            self.set(key, Node::map().at(at));
        }
        match &mut self.value {
            Value::Map(fields) => {
                let index = fields.iter().position(|f| f.key == key).unwrap_or(0);
                &mut fields[index].value
            }
            _ => unreachable!("made a mapping above"),
        }
    }

    /// A key that a mapping in it has twice, as only patches may for a while: the second field, and where the first is.
    pub(crate) fn repeated(&self) -> Option<(&Field, Mark)> {
        let fields = self.fields();
        let mut seen = HashMap::with_capacity(fields.len());
        for field in fields {
            if let Some(first) = seen.insert(field.key.as_str(), field.at) {
                return Some((field, first));
            }
        }
        let below = self.items().iter().chain(fields.iter().map(|f| &f.value));
        below.into_iter().find_map(Node::repeated)
    }

    /// What this is, for messages.
    pub fn sort(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) if scalar.is_null() => "null",
            Value::Scalar(_) => "a scalar",
            Value::Map(_) => "a mapping",
            Value::Seq(_) => "a list",
        }
    }
}

/// Sets the field at a place, or a new one.
fn set_at(fields: &mut Vec<Field>, place: Option<usize>, key: &str, mut value: Node) {
    let old = place.and_then(|place| fields.get_mut(place));
    if let Value::Scalar(scalar) = &mut value.value {
        match old.as_ref().and_then(|f| f.value.scalar()) {
            Some(was) => {
                scalar.style = was.style;
                scalar.shared = was.shared.set();
            }
            None if old.is_some() => scalar.style = Style::Plain,
            None => scalar.set_as_field(),
        }
    }
    match old {
        Some(field) => field.value = value,
        None => fields.push(Field::new(key, value)),
    }
}
