//! A YAML document whose every value knows where it was written.

use serde_json::{Map, Number, Value};

use crate::diagnostic::Place;

/// A point in a text: line and column from 1 (in characters), and the byte offset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// Bytes before it.
    pub offset: usize,
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub content: Content,
    /// Where its first character is; where an alias was expanded, the place of the anchored original.
    pub start: Position,
    /// Where it ends. For a block list or mapping this is where the next token begins, which may be lines further on.
    pub end: Position,
    /// Written as `[…]` or `{…}`? `false` for scalars.
    pub flow: bool,
}

/// What a node holds. Scalars are resolved as [`crate::scalar::resolve`] says.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number that JSON can hold.
    Number(Number),
    /// A text.
    String(String),
    /// A list.
    Seq(Vec<Node>),
    /// A mapping in the order written; each key once.
    Map(Vec<Entry>),
}

/// One key of a mapping and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key as text.
    pub key: String,
    /// Where the key begins.
    pub start: Position,
    /// The value.
    pub value: Node,
}

/// One step of a route into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key of a mapping.
    Key(String),
    /// An index of a list.
    Index(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Step::Key(key.to_owned())
    }
}

impl From<&String> for Step {
    fn from(key: &String) -> Self {
        Step::Key(key.clone())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Step::Index(index)
    }
}

impl Node {
    /// The value of a key; `None` if this is no mapping or lacks the key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|e| &e.value)
    }

    /// Key and value; `None` if this is no mapping or lacks the key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.content {
            Content::Map(entries) => entries.iter().find(|e| e.key == key),
            _ => None,
        }
    }

    /// The items of a list; empty if this is none.
    pub fn items(&self) -> &[Node] {
        match &self.content {
            Content::Seq(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping; empty if this is none.
    pub fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The text of a string; `None` for everything else.
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::String(text) => Some(text),
            _ => None,
        }
    }

    /// The node at the end of a route.
    pub fn at(&self, route: &[Step]) -> Option<&Node> {
        route.iter().try_fold(self, |node, step| match step {
            Step::Key(key) => node.get(key),
            Step::Index(index) => node.items().get(*index),
        })
    }

    /// The place of a route, or of as much of it as exists: an item or value where it begins.
    pub fn place_of(&self, file: &str, route: &[Step]) -> Place {
        let mut node = self;
        for step in route {
            let next = match step {
                Step::Key(key) => node.get(key),
                Step::Index(index) => node.items().get(*index),
            };
            let Some(next) = next else { break };
            node = next;
        }
        node.place(file)
    }

    /// The place of the key at the end of a route, or of as much of the route as exists.
    pub fn place_of_key(&self, file: &str, route: &[Step]) -> Place {
        if let Some((Step::Key(key), parents)) = route.split_last()
            && let Some(entry) = self.at(parents).and_then(|n| n.entry(key))
        {
            return Place::at(file, entry.start.line, entry.start.column);
        }
        self.place_of(file, route)
    }

    /// Where this begins in `file`.
    pub fn place(&self, file: &str) -> Place {
        Place::at(file, self.start.line, self.start.column)
    }

    /// The plain value, keys in the order written.
    pub fn to_value(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(b) => Value::Bool(*b),
            Content::Number(n) => Value::Number(n.clone()),
            Content::String(s) => Value::String(s.clone()),
            Content::Seq(items) => Value::Array(items.iter().map(Node::to_value).collect()),
            Content::Map(entries) => Value::Object(
                entries.iter().map(|e| (e.key.clone(), e.value.to_value())).collect::<Map<_, _>>(),
            ),
        }
    }

    /// What this is, for messages: `a list`, `a text`.
    pub fn sort(&self) -> &'static str {
        match self.content {
            Content::Null => "nothing",
            Content::Bool(_) => "true or false",
            Content::Number(_) => "a number",
            Content::String(_) => "a text",
            Content::Seq(_) => "a list",
            Content::Map(_) => "a mapping",
        }
    }
}
