//! Values in sentences.

use serde_json::Value;

/// The most characters of a value that are told.
const LONGEST: usize = 60;

/// A value in a sentence: a text as it is, everything else as YAML on one line, cut where it is too long.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => cut(text),
        other => {
            let mut written = String::new();
            flow(other, &mut written);
            cut(&written)
        }
    }
}

/// Writes a value as YAML in one line, without quotes.
fn flow(value: &Value, written: &mut String) {
    // What is cut off needs not be written.
    if written.len() > LONGEST * 8 {
        return;
    }
    match value {
        Value::Object(fields) => {
            written.push('{');
            for (index, (key, value)) in fields.iter().enumerate() {
                written.push_str(if index > 0 { ", " } else { "" });
                written.push_str(key);
                written.push_str(": ");
                flow(value, written);
            }
            written.push('}');
        }
        Value::Array(items) => {
            written.push('[');
            for (index, value) in items.iter().enumerate() {
                written.push_str(if index > 0 { ", " } else { "" });
                flow(value, written);
            }
            written.push(']');
        }
        Value::String(text) => written.push_str(text),
        other => written.push_str(&other.to_string()),
    }
}

/// A text, on one line and not too long.
pub(crate) fn cut(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Texts in a row; `nothing` if there are none.
pub(crate) fn listed<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let texts: Vec<&str> = texts.into_iter().collect();
    if texts.is_empty() { "nothing".to_owned() } else { cut(&texts.join(", ")) }
}

/// A number of things.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
