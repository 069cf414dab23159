//! A document into a Rust type: every unknown key is found, each with its place and the nearest known name.

use std::fmt;

use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};

use crate::diagnostic::{Diagnostic, Place};
use crate::nearest;
use crate::node::{Content, Entry, Node, Position};

/// Reads a document into `T` (whose structs say `deny_unknown_fields`).
///
/// All unknown keys are reported; of the other faults (a missing key, a value of the wrong sort) the first. The value is
/// there exactly if there is no diagnostic other than unknown keys.
pub fn from_node<T: DeserializeOwned>(file: &str, node: &Node) -> (Option<T>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut node = node.clone();
    loop {
        let error = match T::deserialize(NodeDeserializer { node: &node }) {
            Ok(value) => return (Some(value), diagnostics),
            Err(error) => error,
        };
        let at = error.at.unwrap_or(node.start);
        let place = Place::at(file, at.line, at.column);
        match error.fault {
            Fault::UnknownKey { key, expected } => {
                let mut found = Diagnostic::error("yaml/unknown-key", place, format!("unknown key `{key}`"));
                found.help = nearest::suggestion(&key, expected.iter().copied());
                diagnostics.push(found);
                if !remove_at(&mut node, at) {
                    return (None, diagnostics);
                }
            }
            Fault::MissingKey(key) => {
                diagnostics.push(Diagnostic::error(
                    "yaml/missing-key",
                    place,
                    format!("key `{key}` is missing"),
                ));
                return (None, diagnostics);
            }
            Fault::Other(message) => {
                diagnostics.push(Diagnostic::error("yaml/wrong-value", place, message));
                return (None, diagnostics);
            }
        }
    }
}

/// Removes the entry whose key was written at that position.
fn remove_at(node: &mut Node, at: Position) -> bool {
    match &mut node.content {
        Content::Seq(items) => items.iter_mut().any(|item| remove_at(item, at)),
        Content::Map(entries) => {
            let before = entries.len();
            entries.retain(|e| e.start != at);
            entries.len() < before || entries.iter_mut().any(|e| remove_at(&mut e.value, at))
        }
        _ => false,
    }
}

#[derive(Debug)]
enum Fault {
    UnknownKey { key: String, expected: &'static [&'static str] },
    MissingKey(&'static str),
    Other(String),
}

#[derive(Debug)]
struct TypedError {
    fault: Fault,
    at: Option<Position>,
}

impl TypedError {
    fn or_at(mut self, at: Position) -> Self {
        self.at.get_or_insert(at);
        self
    }
}

impl From<Fault> for TypedError {
    fn from(fault: Fault) -> Self {
        TypedError { fault, at: None }
    }
}

impl fmt::Display for TypedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            Fault::UnknownKey { key, .. } => write!(f, "unknown key `{key}`"),
            Fault::MissingKey(key) => write!(f, "key `{key}` is missing"),
            Fault::Other(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for TypedError {}

impl de::Error for TypedError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Fault::Other(message.to_string()).into()
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match found {
            de::Unexpected::Unit | de::Unexpected::Option => "nothing".to_owned(),
            de::Unexpected::Bool(b) => format!("`{b}`"),
            de::Unexpected::Unsigned(n) => format!("the number {n}"),
            de::Unexpected::Signed(n) => format!("the number {n}"),
            de::Unexpected::Float(n) => format!("the number {n}"),
            de::Unexpected::Str(_) => "a text".to_owned(),
            de::Unexpected::Seq => "a list".to_owned(),
            de::Unexpected::Map => "a mapping".to_owned(),
            other => other.to_string(),
        };
        let expected = match expected.to_string().as_str() {
            "a string" => "a text".to_owned(),
            "a sequence" => "a list".to_owned(),
            "a map" => "a mapping".to_owned(),
            "a boolean" => "`true` or `false`".to_owned(),
            other if other.starts_with("struct ") => "a mapping".to_owned(),
            other => other.to_owned(),
        };
        Fault::Other(format!("expected {expected}, found {found}")).into()
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Fault::UnknownKey { key: field.to_owned(), expected }.into()
    }

    fn missing_field(field: &'static str) -> Self {
        Fault::MissingKey(field).into()
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let help = nearest::suggestion(variant, expected.iter().copied());
        let help = help.map(|h| format!(", {h}")).unwrap_or_default();
        Fault::Other(format!("unknown value `{variant}`{help}")).into()
    }
}

struct NodeDeserializer<'a> {
    node: &'a Node,
}

impl<'de> de::Deserializer<'de> for NodeDeserializer<'_> {
    type Error = TypedError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypedError> {
        let start = self.node.start;
        let value = match &self.node.content {
            Content::Null => visitor.visit_unit(),
            Content::Bool(b) => visitor.visit_bool(*b),
            Content::String(s) => visitor.visit_str(s),
            Content::Number(n) => match (n.as_u64(), n.as_i64(), n.as_f64()) {
                (Some(n), ..) => visitor.visit_u64(n),
                (_, Some(n), _) => visitor.visit_i64(n),
                (.., n) => visitor.visit_f64(n.unwrap_or(f64::NAN)),
            },
            Content::Seq(items) => visitor.visit_seq(Items { items: items.iter() }),
            Content::Map(entries) => visitor.visit_map(Entries { entries: entries.iter(), current: None }),
        };
        value.map_err(|e| e.or_at(start))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypedError> {
        if self.node.content == Content::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypedError> {
        let start = self.node.start;
        visitor.visit_newtype_struct(self).map_err(|e| e.or_at(start))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypedError> {
        let start = self.node.start;
        match &self.node.content {
            Content::String(name) => {
                let name: de::value::StrDeserializer<'_, TypedError> = name.as_str().into_deserializer();
                visitor.visit_enum(name).map_err(|e| e.or_at(start))
            }
            _ => Err(TypedError::from(Fault::Other(format!("expected a name, found {}", self.node.sort())))
                .or_at(start)),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

struct Items<'a> {
    items: std::slice::Iter<'a, Node>,
}

impl<'de> de::SeqAccess<'de> for Items<'_> {
    type Error = TypedError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, TypedError> {
        self.items.next().map(|node| seed.deserialize(NodeDeserializer { node })).transpose()
    }
}

struct Entries<'a> {
    entries: std::slice::Iter<'a, Entry>,
    current: Option<&'a Entry>,
}

impl<'de> de::MapAccess<'de> for Entries<'_> {
    type Error = TypedError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, TypedError> {
        self.current = self.entries.next();
        let Some(entry) = self.current else { return Ok(None) };
        let key: de::value::StrDeserializer<'_, TypedError> = entry.key.as_str().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|e| e.or_at(entry.start))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, TypedError> {
        let Some(entry) = self.current else {
            return Err(Fault::Other("value before key".to_owned()).into());
        };
        let value = seed.deserialize(NodeDeserializer { node: &entry.value });
        value.map_err(|error| match error.fault {
            // A plain sentence of serde's own gets the key it is about.
            Fault::Other(message) if error.at.is_none_or(|at| at == entry.value.start) => {
                TypedError { fault: Fault::Other(format!("`{}`: {message}", entry.key)), at: error.at }
            }
            fault => TypedError { fault, at: error.at },
        })
    }
}

#[cfg(test)]
mod tests;
