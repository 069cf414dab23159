//! The emitter of go-yaml v2 for what kustomize gives it: block mappings with sorted keys, block lists not indented below
//! their key, lines folded after column 80.

mod analysis;
mod json;
mod write;

use super::node::{Field, Mark, Node, Scalar, Style, Tag, Value};
use super::value::{Plain, decide};
use super::{float, folded, order, scalar};
pub(super) use analysis::{Analysis, is_break, is_printable};
pub(super) use write::Writer;

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
    let mut emitter = Emitter { writer: Writer::new(std::mem::take(out)), fields: Vec::new() };
    let result = emitter.value(node, true, false);
    emitter.writer.finish();
    *out = emitter.writer.into_text();
    result
}

struct Emitter<'n> {
    writer: Writer,
    /// The sorted fields of all mappings that are being written, the innermost last.
    fields: Vec<&'n Field>,
}

impl<'n> Emitter<'n> {
    fn value(&mut self, node: &'n Node, is_root: bool, in_mapping: bool) -> Result<(), Unwritable> {
        match &node.value {
            Value::Scalar(scalar) => self.scalar(scalar, node.at),
            Value::Map(fields) if fields.is_empty() => {
                self.writer.flow("{}");
                Ok(())
            }
            Value::Seq(items) if items.is_empty() => {
                self.writer.flow("[]");
                Ok(())
            }
            Value::Map(fields) => self.mapping(fields, is_root),
            Value::Seq(items) => {
                self.writer.open(in_mapping && !self.writer.is_at_indention());
                for item in items {
                    self.writer.write_indent();
                    self.writer.indicator("-", true, false, true);
                    self.value(item, false, false)?;
                }
                self.writer.close();
                Ok(())
            }
        }
    }

    fn mapping(&mut self, fields: &'n [Field], is_root: bool) -> Result<(), Unwritable> {
        let first = self.fields.len();
        self.fields.extend(fields);
        if let Some(sorted) = self.fields.get_mut(first..) {
            order::sort(sorted, |field| field.key.as_str());
        }
        self.writer.open(false);
        for index in first..first + fields.len() {
            let Some(field) = self.fields.get(index).copied() else { break };
            if !field.is_text && !is_root {
                let message = format!("key `{}` is no text; JSON has only texts as keys", field.key);
                return Err(Unwritable { at: field.at, message });
            }
            self.writer.write_indent();
            self.key(field)?;
            self.value(&field.value, false, true)?;
        }
        self.writer.close();
        self.fields.truncate(first);
        Ok(())
    }

    fn key(&mut self, field: &Field) -> Result<(), Unwritable> {
        let writer = &mut self.writer;
        if field.key.len() <= 128 && analysis::is_word(&field.key) {
            writer.word(&field.key);
            writer.indicator(":", false, false, false);
            return Ok(());
        }
        if field.key.len() > json::LONGEST_KEY / 6
            && super::json::text(&field.key).chars().count() > json::LONGEST_KEY
        {
            let message = "the key is too long: kustomize cannot read what it writes".to_owned();
            return Err(Unwritable { at: field.at, message });
        }
        let key = json::key(&field.key).map_err(|message| Unwritable { at: field.at, message })?;
        let analysis = analysis::Analysis::of(&key);
        let is_simple = !analysis.multiline && key.len() <= 128;
        if is_simple {
            text(writer, &key, &analysis, true);
            writer.indicator(":", false, false, false);
        } else {
            writer.indicator("?", true, false, true);
            text(writer, &key, &analysis, false);
            writer.write_indent();
            writer.indicator(":", true, false, true);
        }
        Ok(())
    }

    fn scalar(&mut self, scalar: &Scalar, at: Mark) -> Result<(), Unwritable> {
        let writer = &mut self.writer;
        let may_be_word = matches!(scalar.tag, Tag::Str | Tag::Unset) && scalar.style != Style::Folded;
        if may_be_word && analysis::is_word(&scalar.text) {
            writer.word(&scalar.text);
            return Ok(());
        }
        match decide(scalar).map_err(|message| Unwritable { at, message })? {
            Plain::Null => writer.plain("null", true),
            Plain::Bool(b) => writer.plain(if b { "true" } else { "false" }, true),
            Plain::Int(n) => writer.plain(&n.to_string(), true),
            Plain::UInt(n) => writer.plain(&n.to_string(), true),
            Plain::Float(n) => writer.plain(&number(n), true),
            Plain::Text(t) => {
                if t.starts_with('\t') && is_block(scalar) && folded::may_be_block(&t) {
                    let message =
                        "a text in a block cannot begin with a tab: kustomize cannot read what it writes";
                    return Err(Unwritable { at, message: message.to_owned() });
                }
                let t = json::through(&t).map_err(|message| Unwritable { at, message })?;
                text(writer, &t, &analysis::Analysis::of(&t), false);
            }
        }
        Ok(())
    }
}

/// Does go-yaml v3 write it as a block of lines (`yaml.v3/encode.go`, `node`)?
fn is_block(scalar: &Scalar) -> bool {
    match scalar.style {
        Style::Literal | Style::Commented | Style::Folded => true,
        Style::Plain => scalar.text.contains('\n'),
        Style::Quoted => false,
    }
}

/// The style in which a text reads back once it was written.
pub(crate) fn style(text: &str) -> Style {
    if text.contains('\n') {
        return Style::Literal;
    }
    let is_plain =
        analysis::is_word(text) || analysis::Analysis::of(text).form(text, false) == analysis::Form::Plain;
    if is_plain { Style::Plain } else { Style::Quoted }
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
