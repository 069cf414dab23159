//! Values on their way through JSON, as Go's readers and writers take them.

use yamltree::diagnostic::Diagnostic;

use super::node::{Node, Scalar, Style, Tag, Value};
use super::read::{self, Twice};
use super::scalar::bool_in_1_1;
use super::value::{Plain, decide};
use super::{emit, float};
use crate::Limits;
use crate::fault::{Fault, Result, fault};
use crate::source::Source;

/// The value of a YAML text as a controller has it that turns it into JSON (`sigs.k8s.io/yaml`, YAMLToJSON) and that into an object
/// of kustomize (kyaml, UnmarshalJSON): the last of equal keys counts, `yes` is a truth value, numbers are floats.
///
/// Marks have file 1; `name` is what diagnostics call it. The value of an empty text is null.
pub fn read_as_json(text: &str, name: &str, limits: Limits) -> std::result::Result<Node, Box<Diagnostic>> {
    let read = || {
        let (node, _) = read::configuration(limits, 1, text)?;
        as_json(node.unwrap_or_else(Node::null))
    };
    read().map_err(|fault: Box<Fault>| named(&fault, name))
}

/// The same of a text of many documents; empty ones are left out.
pub fn read_all_as_json(
    text: &str,
    name: &str,
    limits: Limits,
) -> std::result::Result<Vec<Node>, Box<Diagnostic>> {
    read_all(text, name, limits, Twice::Last)
}

/// The same where a key that is there twice is refused, as go-yaml does when it reads into maps.
pub fn read_all_once_as_json(
    text: &str,
    name: &str,
    limits: Limits,
) -> std::result::Result<Vec<Node>, Box<Diagnostic>> {
    read_all(text, name, limits, Twice::Refused)
}

fn read_all(
    text: &str,
    name: &str,
    limits: Limits,
    twice: Twice,
) -> std::result::Result<Vec<Node>, Box<Diagnostic>> {
    let documents = read::objects(limits, 1, text, twice);
    let documents = documents.and_then(|all| all.into_iter().map(as_json).collect());
    documents.map_err(|fault| named(&fault, name))
}

fn as_json(mut node: Node) -> Result<Node> {
    by_v2(&mut node);
    normalise(&mut node)?;
    Ok(node)
}

fn named(fault: &Fault, name: &str) -> Box<Diagnostic> {
    Box::new(fault.diagnostic(&[Source { file: name.into(), by: None }], name))
}

/// Patches in YAML are read by go-yaml v2 (`sigs.k8s.io/yaml`), to which more is a truth value, and points in time are texts.
pub(crate) fn by_v2(node: &mut Node) {
    match &mut node.value {
        Value::Map(fields) => fields.iter_mut().for_each(|field| by_v2(&mut field.value)),
        Value::Seq(items) => items.iter_mut().for_each(by_v2),
        Value::Scalar(scalar) if scalar.tag == Tag::Timestamp => {
            *scalar = Scalar { style: Style::Quoted, ..Scalar::text(scalar.text.clone()) };
        }
        Value::Scalar(scalar) if scalar.style == Style::Plain && !scalar.is_tagged => {
            if let Some(truth) = bool_in_1_1(&scalar.text) {
                *scalar = Scalar { tag: Tag::Bool, ..Scalar::unset(truth.to_string()) };
            }
        }
        Value::Scalar(_) => {}
    }
}

/// Makes every scalar what it is after a way through JSON: numbers are floats there.
pub(crate) fn normalise(node: &mut Node) -> Result<()> {
    match &mut node.value {
        Value::Map(fields) => fields.iter_mut().try_for_each(|f| normalise(&mut f.value)),
        Value::Seq(items) => items.iter_mut().try_for_each(normalise),
        Value::Scalar(scalar) => {
            let plain = decide(scalar).map_err(|m| fault("kustomize/value", node.at, m))?;
            let (tag, text) = match plain {
                Plain::Null => (Tag::Null, "null".to_owned()),
                Plain::Bool(b) => (Tag::Bool, b.to_string()),
                #[expect(clippy::cast_precision_loss, reason = "JSON in Go has floats only")]
                Plain::Int(n) => number(n as f64),
                #[expect(clippy::cast_precision_loss, reason = "JSON in Go has floats only")]
                Plain::UInt(n) => number(n as f64),
                Plain::Float(n) => number(n),
                Plain::Text(text) => (Tag::Str, text.into_owned()),
            };
            // The original writes YAML and reads it back (`ConvertJSONToYamlNode`): what is set over a text that needs quotes, or
            // over a block, stays a text.
            let style = if tag == Tag::Str { emit::style(&text) } else { Style::Plain };
            *scalar = Scalar { tag, style, ..Scalar::unset(text) };
            Ok(())
        }
    }
}

fn number(number: f64) -> (Tag, String) {
    let text = float::general(number);
    let is_whole = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    (if is_whole { Tag::Int } else { Tag::Float }, text)
}

/// A text as Go's JSON (`encoding/json`) writes it, quotes included; the characters of HTML are escaped.
pub fn text(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}
