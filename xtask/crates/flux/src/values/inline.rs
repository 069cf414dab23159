//! The inline values: `GetValues` of helm-controller.
//!
//! They come from the API server as JSON, and helm-controller reads that JSON as YAML. Not all JSON is YAML for go-yaml: a key of
//! more than 1024 characters or a raw DEL end it, and then helm-controller goes on without inline values, for it drops the error.
//! Some of it is YAML with another meaning: a raw U+0085 is a line break. So the JSON is written here as Go writes it.

use serde_json::Value;

use super::heap::{Heap, MapId};
use super::node::Layer;
use super::yaml;

/// The inline values; `None` if they are no map, or are dropped.
pub(super) fn read(heap: &mut Heap, value: &Value) -> Option<MapId> {
    let mut json = String::new();
    write(value, &mut json);
    yaml::read(heap, Layer::Inline, json.as_bytes()).ok()?
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => write_text(text, out),
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
                write_text(key, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

/// As `encoding/json` does, which escapes the characters of HTML.
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..'\u{20}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
