//! The emitter of go-yaml v2 for what kustomize gives it: block mappings with sorted keys, block lists not indented below
//! their key, lines folded after column 80.

mod analysis;
mod write;

use super::node::{Field, Mark, Node, Value};
use super::value::{Plain, decide};
use super::{float, order, scalar};
use write::Writer;

/// Why something cannot be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Unwritable {
    /// Where it is.
    pub at: Mark,
    /// What is wrong with it.
    pub message: String,
}

/// Appends one document to `out`, without `---`.
pub fn document(node: &Node, out: &mut String) -> Result<(), Unwritable> {
    let mut writer = Writer::new(std::mem::take(out));
    let result = value(&mut writer, node, true, false);
    writer.finish();
    *out = writer.into_text();
    result
}

fn value(writer: &mut Writer, node: &Node, is_root: bool, in_mapping: bool) -> Result<(), Unwritable> {
    match &node.value {
        Value::Scalar(_) => scalar_value(writer, node),
        Value::Map(fields) if fields.is_empty() => {
            writer.flow("{}");
            Ok(())
        }
        Value::Seq(items) if items.is_empty() => {
            writer.flow("[]");
            Ok(())
        }
        Value::Map(fields) => mapping(writer, fields, is_root),
        Value::Seq(items) => {
            writer.open(in_mapping && !writer.is_at_indention());
            for item in items {
                writer.write_indent();
                writer.indicator("-", true, false, true);
                value(writer, item, false, false)?;
            }
            writer.close();
            Ok(())
        }
    }
}

fn mapping(writer: &mut Writer, fields: &[Field], is_root: bool) -> Result<(), Unwritable> {
    let mut sorted: Vec<&Field> = fields.iter().collect();
    order::sort(&mut sorted, |field| field.key.as_str());
    writer.open(false);
    for field in sorted {
        if !field.is_text && !is_root {
            let message = format!("key `{}` is no text; JSON has only texts as keys", field.key);
            return Err(Unwritable { at: field.at, message });
        }
        writer.write_indent();
        let analysis = analysis::Analysis::of(&field.key);
        let is_simple = !analysis.multiline && field.key.len() <= 128;
        if is_simple {
            text(writer, &field.key, &analysis, true);
            writer.indicator(":", false, false, false);
        } else {
            writer.indicator("?", true, false, true);
            text(writer, &field.key, &analysis, false);
            writer.write_indent();
            writer.indicator(":", true, false, true);
        }
        value(writer, &field.value, false, true)?;
    }
    writer.close();
    Ok(())
}

fn scalar_value(writer: &mut Writer, node: &Node) -> Result<(), Unwritable> {
    let Value::Scalar(scalar) = &node.value else { return Ok(()) };
    match decide(scalar).map_err(|message| Unwritable { at: node.at, message })? {
        Plain::Null => writer.plain("null", true),
        Plain::Bool(b) => writer.plain(if b { "true" } else { "false" }, true),
        Plain::Int(n) => writer.plain(&n.to_string(), true),
        Plain::UInt(n) => writer.plain(&n.to_string(), true),
        Plain::Float(n) => writer.plain(&number(n), true),
        Plain::Text(t) => text(writer, &t, &analysis::Analysis::of(&t), false),
    }
    Ok(())
}

/// A float goes through JSON: a whole number comes back as an integer.
fn number(number: f64) -> String {
    match scalar::resolve(&float::json(number)) {
        scalar::Resolved::Int(n) => n.to_string(),
        scalar::Resolved::UInt(n) => n.to_string(),
        _ => float::general(number),
    }
}

fn text(writer: &mut Writer, text: &str, analysis: &analysis::Analysis, is_key: bool) {
    use analysis::Form;
    // Further lines of a scalar lie deeper than what it belongs to.
    writer.open(false);
    match analysis.form(text, is_key) {
        Form::Plain => writer.plain(text, !is_key),
        Form::Single => writer.single(text, !is_key),
        Form::Double => writer.double(text, !is_key),
        Form::Literal => writer.literal(text),
    }
    writer.close();
}

#[cfg(test)]
mod tests;
