//! A mapping read into typed fields the way kustomize reads its own files: names without regard to case, unknown ones
//! refused, null as "not there", numbers and booleans never taken for texts.

use std::collections::BTreeMap;

use yamltree::nearest;

use crate::fault::{Fault, Result, fault};
use crate::yaml::node::{Mark, Node, Scalar, Style, Tag, Value};
use crate::yaml::value::{Plain, decide};

/// A mapping whose field names are all known.
pub(crate) struct Record<'a> {
    node: &'a Node,
}

fn wrong(name: &str, node: &Node, wanted: &str) -> Box<Fault> {
    let found = match &node.value {
        Value::Scalar(scalar) if scalar.text.len() < 40 => format!("`{}`", scalar.text),
        _ => node.sort().to_owned(),
    };
    fault("kustomize/wrong-value", node.at, format!("`{name}`: expected {wanted}, found {found}"))
}

/// A text: what a reader of YAML 1.1 takes for one.
pub(crate) fn text(name: &str, node: &Node) -> Result<String> {
    match &node.value {
        Value::Scalar(scalar) if scalar.is_null() => Ok(String::new()),
        Value::Scalar(scalar) if is_text(scalar) => Ok(scalar.text.clone()),
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
        if !matches!(node.value, Value::Map(_)) && !node.is_null() {
            return Err(wrong(what, node, "a mapping"));
        }
        for field in node.fields() {
            if !names.iter().any(|n| n.eq_ignore_ascii_case(&field.key)) {
                let message = format!("unknown field `{}` in {what}", field.key);
                let mut found = fault("kustomize/unknown-field", field.at, message);
                found.help = nearest::suggestion(&field.key, names.iter().copied());
                return Err(found);
            }
        }
        Ok(Record { node })
    }

    pub(crate) fn at(&self) -> Mark {
        self.node.at
    }

    /// The value of a field that is there and not null; the last spelling counts.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Node> {
        let mut fields = self.node.fields().iter().rev();
        fields.find(|f| f.key.eq_ignore_ascii_case(name)).map(|f| &f.value).filter(|n| !n.is_null())
    }

    pub(crate) fn text(&self, name: &str) -> Result<String> {
        self.get(name).map_or_else(|| Ok(String::new()), |n| text(name, n))
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
    pub(crate) fn list<T>(&self, name: &str, read: impl Fn(&'a Node) -> Result<T>) -> Result<Vec<T>> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(node) => match &node.value {
                Value::Seq(items) => items.iter().map(read).collect(),
                _ => Err(wrong(name, node, "a list")),
            },
        }
    }

    pub(crate) fn texts(&self, name: &str) -> Result<Vec<String>> {
        self.list(name, |node| text(name, node))
    }

    /// Texts, each with its place.
    pub(crate) fn entries(&self, name: &str) -> Result<Vec<Entry>> {
        self.list(name, |node| Ok(Entry { text: text(name, node)?, at: node.at }))
    }

    pub(crate) fn text_map(&self, name: &str) -> Result<Option<BTreeMap<String, String>>> {
        let Some(node) = self.get(name) else { return Ok(None) };
        if !matches!(node.value, Value::Map(_)) {
            return Err(wrong(name, node, "a mapping"));
        }
        node.fields()
            .iter()
            .map(|f| Ok((f.key.clone(), text(&f.key, &f.value)?)))
            .collect::<Result<_>>()
            .map(Some)
    }
}

/// A text of a list and where it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) text: String,
    pub(crate) at: Mark,
}
