//! What schemas of both sorts, OpenAPI documents and definitions, say in the same words.

use kustomize_rs::yaml::node::{Node, Value};
use kustomize_rs::yaml::value::{Plain, decide};
use smol_str::SmolStr;

use crate::types::{Is, Keyed, Table, Type, TypeId};

/// What a value of the schema is.
pub(crate) fn is_of(schema: &Node) -> Is {
    let text = |key: &str| schema.get(key).map_or("", Node::value_text);
    match text("type") {
        "object" => Is::Object,
        "array" => Is::List,
        "string" => Is::Text,
        "integer" => Is::Whole(if text("format") == "int32" { 32 } else { 64 }),
        "number" => Is::Number,
        "boolean" => Is::Truth,
        _ => Is::Anything,
    }
}

/// What makes two items of a list of the schema the same.
pub(crate) fn keyed(schema: &Node) -> Keyed {
    match schema.get("x-kubernetes-list-type").map_or("", Node::value_text) {
        "set" => Keyed::Set,
        "map" => Keyed::Map(texts(schema.get("x-kubernetes-list-map-keys"))),
        _ => Keyed::Atomic,
    }
}

/// Adds a type, and gives its number.
pub(crate) fn push(found: Type, table: &mut Table) -> TypeId {
    table.types.push(found);
    TypeId::try_from(table.types.len() - 1).unwrap_or(TypeId::MAX)
}

pub(crate) fn texts(list: Option<&Node>) -> Vec<SmolStr> {
    list.map_or(&[][..], Node::items).iter().map(|item| item.value_text().into()).collect()
}

/// A value in JSON, keys sorted: equal values give equal texts.
pub(crate) fn json(node: &Node) -> String {
    let mut text = String::new();
    write_json(node, &mut text);
    text
}

fn write_json(node: &Node, into: &mut String) {
    let between = |index: usize, into: &mut String| {
        if index > 0 {
            into.push(',');
        }
    };
    match &node.value {
        Value::Map(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|a, b| a.key.cmp(&b.key));
            into.push('{');
            for (index, field) in fields.iter().enumerate() {
                between(index, into);
                write_text(&field.key, into);
                into.push(':');
                write_json(&field.value, into);
            }
            into.push('}');
        }
        Value::Seq(items) => {
            into.push('[');
            for (index, item) in items.iter().enumerate() {
                between(index, into);
                write_json(item, into);
            }
            into.push(']');
        }
        Value::Scalar(scalar) => match decide(scalar) {
            Ok(Plain::Bool(truth)) => into.push_str(if truth { "true" } else { "false" }),
            Ok(Plain::Int(number)) => into.push_str(&number.to_string()),
            Ok(Plain::UInt(number)) => into.push_str(&number.to_string()),
            Ok(Plain::Float(number)) => into.push_str(&number.to_string()),
            Ok(Plain::Text(text)) => write_text(&text, into),
            Ok(Plain::Null) | Err(_) => into.push_str("null"),
        },
    }
}

fn write_text(text: &str, into: &mut String) {
    into.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => into.extend(['\\', c]),
            '\n' => into.push_str("\\n"),
            c if (c as u32) < 0x20 => into.push_str(&format!("\\u{:04x}", c as u32)),
            c => into.push(c),
        }
    }
    into.push('"');
}
