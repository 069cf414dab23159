//! A mapping read into typed fields the way kustomize reads its own files: names without regard to case, unknown ones
//! refused, null as "not there", numbers and booleans never taken for texts.

use std::collections::BTreeMap;

use yamltree::nearest;

use crate::fault::{Fault, Result, fault};
use crate::id::Gvk;
use crate::yaml::float;
use crate::yaml::node::{Field, Mark, Node, Scalar, Style, Tag, Value};
use crate::yaml::value::{Plain, decide};

/// How the original reads a file: with which of its readers, and into which types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Kustomization files: unknown fields are refused, numbers and booleans are no texts.
    Exact,
    /// Files under `configurations`: unknown fields are refused, numbers and booleans become texts.
    Strict,
    /// Configuration of plugins: unknown fields are ignored, numbers and booleans become texts.
    Loose,
    /// Structs embedded in that: sigs.k8s.io/yaml does not see that their fields are texts.
    Embedded,
}

impl Reading {
    fn converts(self) -> bool {
        matches!(self, Reading::Strict | Reading::Loose)
    }

    fn ignores_unknown(self) -> bool {
        matches!(self, Reading::Loose | Reading::Embedded)
    }
}

/// A mapping whose field names are all known.
pub(crate) struct Record<'a> {
    node: &'a Node,
    reading: Reading,
}

fn wrong(name: &str, node: &Node, wanted: &str) -> Box<Fault> {
    let found = match &node.value {
        Value::Scalar(scalar) if scalar.text.len() < 40 => format!("`{}`", scalar.text),
        _ => node.sort().to_owned(),
    };
    fault("kustomize/wrong-value", node.at, format!("`{name}`: expected {wanted}, found {found}"))
}

/// A number or boolean as the text that sigs.k8s.io/yaml makes of it where it knows that a text is wanted.
fn converted(scalar: &Scalar) -> Option<String> {
    match decide(scalar).ok()? {
        Plain::Bool(b) => Some(b.to_string()),
        Plain::Int(n) => Some(n.to_string()),
        Plain::UInt(n) => Some(n.to_string()),
        Plain::Float(n) => Some(float::general(n)),
        Plain::Text(text) => Some(text.into_owned()),
        Plain::Null => None,
    }
}

/// A text: what a reader of YAML 1.1 takes for one.
pub(crate) fn text(name: &str, node: &Node) -> Result<String> {
    match &node.value {
        Value::Scalar(scalar) if scalar.is_null() => Ok(String::new()),
        Value::Scalar(scalar) if scalar.tag == Tag::Binary => match decide(scalar) {
            Ok(Plain::Text(text)) => Ok(text.into_owned()),
            _ => Err(wrong(name, node, "base64")),
        },
        Value::Scalar(scalar) if is_text(scalar) => Ok(scalar.text.to_string()),
        _ => Err(wrong(name, node, "a text").with_help("put it in quotes")),
    }
}

fn is_text(scalar: &Scalar) -> bool {
    let is_word = matches!(
        scalar.text.as_str(),
        "y" | "Y"
            | "yes"
            | "Yes"
            | "YES"
            | "on"
            | "On"
            | "ON"
            | "n"
            | "N"
            | "no"
            | "No"
            | "NO"
            | "off"
            | "Off"
            | "OFF"
    );
    let is_bare = scalar.style == Style::Plain && !scalar.is_tagged;
    matches!(scalar.tag, Tag::Str | Tag::Timestamp | Tag::Binary | Tag::Other | Tag::Merge)
        && !(is_bare && is_word)
}

impl<'a> Record<'a> {
    /// Takes a mapping (or null, as an empty one) with these fields and no others.
    pub(crate) fn new(what: &str, node: &'a Node, names: &[&str]) -> Result<Self> {
        Record::read(what, node, names, Reading::Exact)
    }

    /// Takes a mapping (or null, as an empty one) as this reader does.
    pub(crate) fn read(what: &str, node: &'a Node, names: &[&str], reading: Reading) -> Result<Self> {
        if !matches!(node.value, Value::Map(_)) && !node.is_null() {
            return Err(wrong(what, node, "a mapping"));
        }
        for field in node.fields().iter().filter(|_| !reading.ignores_unknown()) {
            if !names.iter().any(|n| n.eq_ignore_ascii_case(&field.key)) {
                let message = format!("unknown field `{}` in {what}", field.key);
                let mut found = fault("kustomize/unknown-field", field.at, message);
                found.help = nearest::suggestion(&field.key, names.iter().copied());
                return Err(found);
            }
        }
        Ok(Record { node, reading })
    }

    pub(crate) fn at(&self) -> Mark {
        self.node.at
    }

    /// Where the fields are that are there and not null, by their proper names.
    pub(crate) fn places(&self, names: &[&'static str]) -> Vec<(&'static str, Mark)> {
        let fields = self.node.fields().iter().filter(|f| !f.value.is_null());
        let named = |key: &str| names.iter().find(|n| n.eq_ignore_ascii_case(key)).copied();
        fields.filter_map(|f| Some((named(&f.key)?, f.at))).collect()
    }

    /// The value of a field that is there and not null. Of several spellings the last in the order of bytes counts, since
    /// kustomize goes through JSON with sorted keys.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Node> {
        let fields = self.node.fields().iter().filter(|f| f.key.eq_ignore_ascii_case(name));
        fields.filter(|f| !f.value.is_null()).max_by_key(|f| &f.key).map(|f| &f.value)
    }

    pub(crate) fn text(&self, name: &str) -> Result<String> {
        self.get(name).map_or_else(|| Ok(String::new()), |n| self.text_of(name, n))
    }

    /// Group, version and kind, which are embedded wherever they are.
    pub(crate) fn gvk(&self) -> Result<Gvk> {
        let text = |name| self.embedded_text(name);
        Ok(Gvk { group: text("group")?.into(), version: text("version")?.into(), kind: text("kind")?.into() })
    }

    /// The text of a field of an embedded struct.
    pub(crate) fn embedded_text(&self, name: &str) -> Result<String> {
        self.get(name).map_or_else(|| Ok(String::new()), |n| text(name, n))
    }

    /// A text with its place.
    pub(crate) fn entry(&self, name: &str) -> Result<Entry> {
        let at = self.get(name).map_or(self.at(), |n| n.at);
        Ok(Entry { text: self.text(name)?, at })
    }

    fn text_of(&self, name: &str, node: &Node) -> Result<String> {
        match node.scalar().filter(|_| self.reading.converts()).and_then(converted) {
            Some(text) => Ok(text),
            None => text(name, node),
        }
    }

    /// A field that is a mapping of its own.
    pub(crate) fn nested<T>(
        &self,
        name: &str,
        read: impl Fn(&'a Node, Reading) -> Result<T>,
    ) -> Result<Option<T>> {
        self.get(name).map(|node| read(node, self.reading)).transpose()
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool> {
        let Some(node) = self.get(name) else { return Ok(false) };
        match node.scalar().map(decide) {
            Some(Ok(Plain::Bool(b))) => Ok(b),
            _ => match node
                .scalar()
                .filter(|s| s.style == Style::Plain && !is_text(s))
                .map(|s| s.text.to_lowercase())
            {
                Some(word) if matches!(word.as_str(), "y" | "yes" | "on") => Ok(true),
                Some(word) if matches!(word.as_str(), "n" | "no" | "off") => Ok(false),
                _ => Err(wrong(name, node, "`true` or `false`")),
            },
        }
    }

    pub(crate) fn number(&self, name: &str) -> Result<i64> {
        let Some(node) = self.get(name) else { return Ok(0) };
        match node.scalar().map(decide) {
            Some(Ok(Plain::Int(n))) => Ok(n),
            #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
            Some(Ok(Plain::Float(n))) if n.fract() == 0.0 && n.abs() < 1e15 => Ok(n as i64),
            _ => Err(wrong(name, node, "a whole number")),
        }
    }

    /// The items of a list, each read by `read`.
    pub(crate) fn list<T>(
        &self,
        name: &str,
        read: impl Fn(&'a Node, Reading) -> Result<T>,
    ) -> Result<Vec<T>> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(node) => match &node.value {
                Value::Seq(items) => items.iter().map(|item| read(item, self.reading)).collect(),
                _ => Err(wrong(name, node, "a list")),
            },
        }
    }

    pub(crate) fn texts(&self, name: &str) -> Result<Vec<String>> {
        self.list(name, |node, _| self.text_of(name, node))
    }

    /// Texts, each with its place.
    pub(crate) fn entries(&self, name: &str) -> Result<Vec<Entry>> {
        self.list(name, |node, _| Ok(Entry { text: self.text_of(name, node)?, at: node.at }))
    }

    /// A mapping to texts, each with its place; empty if there is none.
    pub(crate) fn pairs(&self, name: &str) -> Result<Pairs> {
        let Some(node) = self.get(name) else { return Ok(Pairs::new()) };
        if !matches!(node.value, Value::Map(_)) {
            return Err(wrong(name, node, "a mapping"));
        }
        let pair = |f: &Field| {
            Ok((f.key.to_string(), Entry { text: self.text_of(&f.key, &f.value)?, at: f.value.at }))
        };
        node.fields().iter().map(pair).collect()
    }

    pub(crate) fn text_map(&self, name: &str) -> Result<Option<BTreeMap<String, String>>> {
        let Some(node) = self.get(name) else { return Ok(None) };
        if !matches!(node.value, Value::Map(_)) {
            return Err(wrong(name, node, "a mapping"));
        }
        node.fields()
            .iter()
            .map(|f| Ok((f.key.to_string(), self.text_of(&f.key, &f.value)?)))
            .collect::<Result<_>>()
            .map(Some)
    }
}

/// Texts by name.
pub(crate) type Pairs = BTreeMap<String, Entry>;

/// A text and where it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Entry {
    pub(crate) text: String,
    pub(crate) at: Mark,
}
