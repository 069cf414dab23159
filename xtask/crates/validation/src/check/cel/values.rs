//! Values as CEL sees them.
//!
//! Behaviour: k8s.io/apiserver, `pkg/cel/common/values.go` and `pkg/cel/escaping.go`.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use kube_cel::cel::Value;
use kube_cel::cel::objects::{Key, Map};
use kustomize_rs::yaml::node::{self, Node};
use kustomize_rs::yaml::value::{Plain, decide};

use super::super::formats::{BASE64, duration};
use crate::types::{Is, Table, Type};

/// A value of the type.
pub(super) fn of(node: &Node, of: &Type, table: &Table) -> Value {
    let anything = Type::default();
    match &node.value {
        node::Value::Map(fields) => {
            let mut map = HashMap::with_capacity(fields.len());
            for field in fields {
                let known = of.fields.binary_search_by(|(name, _)| name.as_str().cmp(&field.key)).ok();
                let id = known.and_then(|index| of.fields.get(index)).map(|(_, id)| *id);
                let below = id.or(of.others).and_then(|id| table.at(id));
                let is_own = of.is_object && matches!(field.key.as_str(), "apiVersion" | "kind" | "metadata");
                // CEL does not see fields that the kind does not have.
                if below.is_none() && !is_own && of.is == Is::Object {
                    continue;
                }
                let below = below.unwrap_or(&anything);
                // Null is not there, unless null is a value.
                if field.value.is_null() && !below.nullable {
                    continue;
                }
                let name = if id.is_some() || is_own { escaped(&field.key) } else { field.key.to_string() };
                map.insert(Key::String(Arc::new(name)), self::of(&field.value, below, table));
            }
            Value::Map(Map { map: Arc::new(map) })
        }
        node::Value::Seq(items) => {
            let below = of.items.and_then(|id| table.at(id)).unwrap_or(&anything);
            Value::List(Arc::new(items.iter().map(|item| self::of(item, below, table)).collect()))
        }
        node::Value::Scalar(scalar) => match decide(scalar) {
            Ok(Plain::Bool(truth)) => Value::Bool(truth),
            Ok(Plain::Int(number)) if of.is == Is::Number => Value::Float(number as f64),
            Ok(Plain::Int(number)) => Value::Int(number),
            Ok(Plain::UInt(number)) => Value::Float(number as f64),
            Ok(Plain::Float(number)) if matches!(of.is, Is::Whole(_)) => Value::Int(number as i64),
            Ok(Plain::Float(number)) => Value::Float(number),
            Ok(Plain::Text(text)) => text_of(&text, of),
            Ok(Plain::Null) | Err(_) => Value::Null,
        },
    }
}

fn text_of(text: &str, of: &Type) -> Value {
    let format = of.limits.as_ref().and_then(|limits| limits.format.as_deref());
    let found = match format.filter(|_| of.is == Is::Text) {
        Some("date-time") => chrono::DateTime::parse_from_rfc3339(text).ok().map(Value::Timestamp),
        Some("date") => {
            chrono::DateTime::parse_from_rfc3339(&format!("{text}T00:00:00Z")).ok().map(Value::Timestamp)
        }
        Some("duration") => duration(text).map(chrono::Duration::nanoseconds).map(Value::Duration),
        Some("byte") => BASE64.decode(text).ok().map(|bytes| Value::Bytes(Arc::new(bytes))),
        _ => None,
    };
    found.unwrap_or_else(|| Value::String(Arc::new(text.to_owned())))
}

/// Words of the language, which cannot be names of fields.
const RESERVED: [&str; 21] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// The name of a field as rules write it.
pub(crate) fn escaped(name: &str) -> String {
    if RESERVED.contains(&name) {
        return format!("__{name}__");
    }
    if !name.contains(['.', '-', '/']) && !name.contains("__") {
        return name.to_owned();
    }
    let name = name.replace("__", "__underscores__");
    name.replace('.', "__dot__").replace('-', "__dash__").replace('/', "__slash__")
}
