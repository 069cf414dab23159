//! The inline values: `GetValues` of helm-controller.
//!
//! They come from the API server as JSON, and helm-controller reads that JSON as YAML. Not all JSON is YAML for go-yaml: a key of
//! more than 1024 characters or a raw DEL end it, and then helm-controller goes on without inline values, for it drops the error.
//! Some of it is YAML with another meaning: a raw U+0085 is a line break. So the JSON is written here as Go writes it, which escapes the characters of HTML too.

use kustomize_rs::yaml::json;
use serde_json::Value;

use super::heap::{Heap, MapId};
use super::node::Layer;
use super::yaml;

/// The inline values; `None` if they are no map, or are dropped.
pub(super) fn read(heap: &mut Heap, value: &Value) -> Option<MapId> {
    let mut written = String::new();
    write(value, &mut written);
    yaml::read(heap, Layer::Inline, written.as_bytes()).ok()?
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => out.push_str(&json::text(text)),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&json::text(key));
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}
