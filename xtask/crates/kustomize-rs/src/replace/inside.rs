//! Replacements inside texts that hold JSON or YAML.
//!
//! As kustomize does it (`setValueInStructuredData` in `api/filters/replacement`): the first scalar on the path that can be read
//! as YAML is read, changed and written again with its comments and quotes; JSON is written anew with sorted keys. Whatever fails here is tried as a plain path
//! afterwards, whose errors are the ones that are told.

mod path;

use crate::Limits;
use crate::fault::Result;
use crate::yaml::document::{self, Content, Document, Unreadable};
use crate::yaml::float;
use crate::yaml::json::text as json_text;
use crate::yaml::node::{Node, Scalar, Tag, Value};
use crate::yaml::read::{self, Twice};
use crate::yaml::value::{Plain, decide};
use path::Made;

use super::target::find;

/// Sets a value inside a text on the path; says if there was such a text and place.
pub(super) fn set(
    limits: Limits,
    node: &mut Node,
    steps: &[String],
    value: &Node,
    written: &dyn Fn() -> document::Node,
    create: bool,
) -> Result<bool> {
    let Some((scalar, mut document, rest)) = text_on(node, steps)? else { return Ok(false) };
    let Value::Scalar(text) = &mut scalar.value else { return Ok(false) };
    let mut count = 0;
    let walked = path::walk_document(&mut document, rest, create.then(|| Made::like(value)), &mut |found| {
        count += 1;
        match &mut found.content {
            // A scalar keeps what it was said to be; delimiters do not count inside texts.
            Content::Scalar(text, _) => value.as_text().clone_into(text),
            _ => *found = written(),
        }
    });
    if walked.is_err() || count == 0 {
        return Ok(false);
    }
    let again = document.written();
    let changed = if text.text.trim_start().starts_with(['{', '[']) {
        let is_pretty = text.text.contains('\n') && text.text.contains("  ");
        match json_of(limits, &again, is_pretty) {
            Some(json) => json,
            None => return Ok(false),
        }
    } else {
        again.trim().to_owned()
    };
    text.text = changed.into();
    scalar.at = value.at;
    Ok(true)
}

/// What the path leads to in a text that is changed and then forgotten. `None` if it cannot lead on there at all.
pub(super) fn forgotten(text: &str, steps: &[String], create: Option<&Node>) -> Option<Vec<Node>> {
    let mut all = Vec::new();
    let walked = path::forgotten(text, steps, create.map(Made::like), &mut |found| {
        all.push(match &found.content {
            Content::Scalar(text, _) => Node::text(text.as_str()),
            _ => Node::map(),
        });
    });
    walked.ok().map(|()| all)
}

/// The first scalar on the path that holds YAML, what it holds, and the rest of the path.
type Found<'n, 's> = (&'n mut Node, Document, &'s [String]);

fn text_on<'n, 's>(node: &'n mut Node, steps: &'s [String]) -> Result<Option<Found<'n, 's>>> {
    let named = |step: &&String| !step.trim().is_empty();
    let mut node = node;
    for (index, step) in steps.iter().enumerate().filter(|(_, s)| named(s)) {
        let Some(place) = find(node, step.trim()).ok().flatten() else { return Ok(None) };
        let next = match &mut node.value {
            Value::Map(fields) => fields.get_mut(place).map(|field| &mut field.value),
            Value::Seq(items) => items.get_mut(place),
            Value::Scalar(_) => None,
        };
        let Some(next) = next else { return Ok(None) };
        node = next;
        let rest = steps.get(index + 1..).unwrap_or_default();
        if let (Value::Scalar(scalar), false) = (&node.value, rest.is_empty()) {
            match Document::read(&scalar.text) {
                Ok(document) => return Ok(Some((node, document, rest))),
                Err(Unreadable::TooDeep) => return Err(Limits::too_deep_in_text(node.at)),
                Err(Unreadable::Malformed) => {}
            }
        }
    }
    Ok(None)
}

/// YAML as JSON, as Go reads and writes it.
fn json_of(limits: Limits, written: &str, is_pretty: bool) -> Option<String> {
    let document = read::single(limits, 0, written, Twice::Refused).ok()??;
    let mut out = String::new();
    json(&document, is_pretty.then_some(0), &mut out)?;
    Some(out)
}

/// Writes as Go's JSON does, keys sorted; `None` if JSON cannot hold it.
fn json(node: &Node, indent: Option<usize>, out: &mut String) -> Option<()> {
    let below = indent.map(|n| n + 2);
    let line = |out: &mut String, indent: Option<usize>| {
        if let Some(indent) = indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
        }
    };
    match &node.value {
        Value::Scalar(scalar) => out.push_str(&json_scalar(scalar)?),
        Value::Seq(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                line(out, below);
                json(item, below, out)?;
            }
            line(out, indent.filter(|_| !items.is_empty()));
            out.push(']');
        }
        Value::Map(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|a, b| a.key.cmp(&b.key));
            out.push('{');
            for (index, field) in fields.iter().enumerate() {
                if !field.is_text {
                    return None;
                }
                out.push_str(if index > 0 { "," } else { "" });
                line(out, below);
                out.push_str(&json_text(&field.key));
                out.push_str(if indent.is_some() { ": " } else { ":" });
                json(&field.value, below, out)?;
            }
            line(out, indent.filter(|_| !fields.is_empty()));
            out.push('}');
        }
    }
    Some(())
}

fn json_scalar(scalar: &Scalar) -> Option<String> {
    if scalar.tag == Tag::Null {
        return Some("null".to_owned());
    }
    Some(match decide(scalar).ok()? {
        Plain::Null => "null".to_owned(),
        Plain::Bool(b) => b.to_string(),
        Plain::Int(n) => n.to_string(),
        Plain::UInt(n) => n.to_string(),
        Plain::Float(n) => float::json(n),
        Plain::Text(text) => json_text(&text),
    })
}
