//! The result: values that know where they came from.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Number, Value};
use yamltree::node::Position;

/// Which layer wrote a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// The entry of `valuesFrom` with this index.
    Reference(usize),
    /// `spec.values`.
    Inline,
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The layer. For a map or list that several layers wrote into, the last of them.
    pub layer: Layer,
    /// Where its key (for items of lists: the item) begins in the text of that layer, if that text is a YAML document: where an
    /// alias or `<<` brought it, the place of the original. Inline values lie in the HelmRelease at the same keys as here.
    pub at: Option<Position>,
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub content: Content,
    /// Where it came from.
    pub origin: Origin,
}

/// What a node holds. Shows no values when it is printed: they may be secret.
#[derive(Clone, PartialEq)]
pub enum Content {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number of a YAML text or of the inline values; Go holds them all as `float64`, so whole numbers above 2^53 are rounded.
    Float(f64),
    /// A whole number that `targetPath` set: an `int64`.
    Int(i64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, sorted by key as Go's JSON is.
    Map(BTreeMap<String, Node>),
}

impl Content {
    /// What it is, for messages.
    pub fn sort(&self) -> &'static str {
        match self {
            Content::Null => "nothing",
            Content::Bool(_) => "true or false",
            Content::Float(_) | Content::Int(_) => "a number",
            Content::Text(_) => "a text",
            Content::List(_) => "a list",
            Content::Map(_) => "a map",
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Content::List(items) => items.fmt(f),
            Content::Map(entries) => entries.fmt(f),
            other => f.write_str(other.sort()),
        }
    }
}

impl Node {
    /// The value of a key; `None` if this is no map or lacks the key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.content {
            Content::Map(entries) => entries.get(key),
            _ => None,
        }
    }

    /// The plain value. A whole number below 2^53 has no fraction, as in Go's JSON.
    pub fn to_value(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(b) => Value::Bool(*b),
            Content::Float(n) => float(*n),
            Content::Int(n) => Value::from(*n),
            Content::Text(text) => Value::from(text.as_str()),
            Content::List(items) => items.iter().map(Node::to_value).collect(),
            Content::Map(entries) => {
                Value::Object(entries.iter().map(|(key, node)| (key.clone(), node.to_value())).collect())
            }
        }
    }
}

fn float(n: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let is_whole = n.fract() == 0.0 && n.abs() < EXACT && !(n == 0.0 && n.is_sign_negative());
    if is_whole { Value::from(n as i64) } else { Number::from_f64(n).map_or(Value::Null, Value::Number) }
}
