//! Texts into documents, as kustomize reads them: cut at `---` lines first, then the first document of each piece.

mod common;

use std::borrow::Cow;
use std::collections::HashMap;

use memchr::{memchr_iter, memmem};
use smol_str::SmolStr;
use yamltree::node::Position;
use yamltree::syntax::{Event, Parser};

use super::node::{Field, INDEXED, Mark, Node, Scalar, Style, Tag, Value};
use super::scalar::{Resolved, bool_in_1_1, resolve};
use super::{float, last_break};
use crate::Limits;
use crate::fault::{Fault, Result, fault};
use crate::limits::Extent;

/// What happens when a key is there twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twice {
    /// An error.
    Refused,
    /// Both stay; see [`Node::repeated`].
    Kept,
    /// The last value counts.
    Last,
}

/// The documents of a text of Kubernetes objects; empty ones are left out.
pub(crate) fn objects(limits: Limits, file: u32, text: &str, twice: Twice) -> Result<Vec<Node>> {
    let text =
        if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
    let mut documents = Vec::new();
    for (line, piece) in pieces(file, &text)? {
        let document = first(limits, file, line, piece, twice)?.filter(|d| !d.is_null());
        documents.extend(document.map(|mut document| {
            last_break::note(&mut document, piece);
            document
        }));
    }
    Ok(documents)
}

/// The first document of a text.
pub(crate) fn single(limits: Limits, file: u32, text: &str, twice: Twice) -> Result<Option<Node>> {
    first(limits, file, 0, text, twice)
}

/// A key that was there before, and where it comes again.
pub(crate) type Again = (SmolStr, Mark);

/// The first document of a text in which the last of several equal keys counts, and the keys that came again.
pub(crate) fn configuration(limits: Limits, file: u32, text: &str) -> Result<(Option<Node>, Vec<Again>)> {
    if let Some(node) = common(limits, file, 0, text, Twice::Last)? {
        return Ok((Some(node), Vec::new()));
    }
    let builder = by_grammar(limits, file, 0, text, Twice::Last)?;
    Ok((builder.done, builder.again))
}

/// The text between separators, each with the number of lines before it.
fn pieces(file: u32, text: &str) -> Result<Vec<(u32, &str)>> {
    let mut pieces = Vec::new();
    let separator = memmem::Finder::new("\n---");
    let (mut start, mut line) = (0, 0);
    while let Some(found) = separator.find(&text.as_bytes()[start..]) {
        let at = start + found;
        let Some(length) = text[at + 4..].find('\n') else { break };
        let rest = text[at + 4..at + 4 + length].trim();
        let before = &text[start..at];
        let separator_line = line + lines(before) + 1;
        if !rest.is_empty() && !rest.starts_with('#') {
            let at = Mark { file, line: separator_line + 1, column: 1 };
            let message = format!("invalid document separator: ---{rest}");
            return Err(fault("yaml/separator", at, message).with_help("write `---` on a line of its own"));
        }
        pieces.push((line, &text[start..=at]));
        line = separator_line + 1;
        start = at + 4 + length + 1;
    }
    pieces.push((line, &text[start..]));
    Ok(pieces)
}

/// The document in which a line is, and how many lines there are before it.
pub(crate) fn piece_with(line: u32, text: &str) -> Option<(u32, &str)> {
    pieces(0, text).ok()?.into_iter().rfind(|(before, _)| *before < line)
}

fn lines(text: &str) -> u32 {
    u32::try_from(memchr_iter(b'\n', text.as_bytes()).count()).unwrap_or(u32::MAX)
}

fn first(limits: Limits, file: u32, line: u32, text: &str, twice: Twice) -> Result<Option<Node>> {
    match common(limits, file, line, text, twice)? {
        Some(node) => Ok(Some(node)),
        None => by_grammar(limits, file, line, text, twice).map(|builder| builder.done),
    }
}

/// The document of a text that keeps to the common part, within the limits; `None` if the grammar must read it.
fn common(limits: Limits, file: u32, line: u32, text: &str, twice: Twice) -> Result<Option<Node>> {
    let node = common::read(file, line, text, twice);
    node.iter().filter(|_| limits.may_exceed(text)).try_for_each(|node| limits.check(node))?;
    Ok(node)
}

/// The first document, whatever it is made of.
fn by_grammar(limits: Limits, file: u32, line: u32, text: &str, twice: Twice) -> Result<Builder<'_>> {
    let mut parser = Parser::new(text);
    let mut builder = Builder {
        limits,
        file,
        line,
        twice,
        open: Vec::new(),
        anchors: HashMap::new(),
        again: Vec::new(),
        nodes: 0,
        done: None,
    };
    loop {
        let event = parser
            .next_event()
            .map_err(|error| fault("yaml/syntax", builder.mark(error.at), error.to_string()))?;
        match event {
            None | Some((Event::DocumentEnd, _)) => break,
            Some((event, span)) => builder.event(event, builder.mark(span.start))?,
        }
    }
    Ok(builder)
}

struct Builder<'a> {
    limits: Limits,
    file: u32,
    line: u32,
    twice: Twice,
    open: Vec<Open<'a>>,
    /// What each anchor holds; nothing yet while its node is open.
    anchors: HashMap<&'a str, Option<Node>>,
    /// Keys that were there before, where the last one counts.
    again: Vec<Again>,
    nodes: usize,
    done: Option<Node>,
}

/// A list or mapping that is being read.
struct Open<'a> {
    node: Node,
    anchor: Option<&'a str>,
    is_flow: bool,
    key: Option<(SmolStr, bool, Mark)>,
    merge: Option<Node>,
    is_merge: bool,
    seen: HashMap<SmolStr, usize>,
}

impl<'a> Builder<'a> {
    fn mark(&self, at: Position) -> Mark {
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Mark { file: self.file, line: small(at.line) + self.line, column: small(at.column) }
    }

    fn event(&mut self, event: Event<'a>, at: Mark) -> Result<()> {
        match event {
            Event::Scalar(text, style, properties) => {
                let style = style.into();
                let tag = properties.is_tagged().then(|| properties.core_tag().unwrap_or("?"));
                let mut scalar = scalar(SmolStr::new(text), style, tag);
                // kustomize writes an object as YAML before it reads it as JSON, with the flow style kept, and there
                // nothing at all is written `''`: a null until then, an empty text in the end.
                if scalar.text.is_empty() && !scalar.is_tagged && self.open.last().is_some_and(|o| o.is_flow)
                {
                    scalar.style = Style::Quoted;
                }
                // Neither may a plain scalar with a colon stand there: a point in time becomes a text.
                if scalar.tag == Tag::Timestamp
                    && scalar.text.contains(':')
                    && self.open.last().is_some_and(|o| o.is_flow)
                {
                    scalar.style = Style::Quoted;
                }
                self.finished(Node { at, value: Value::Scalar(scalar) }, properties.anchor)
            }
            Event::SequenceStart(is_flow, properties) => {
                self.open(Value::Seq(Vec::new()), at, properties.anchor, is_flow)
            }
            Event::MappingStart(is_flow, properties) => {
                self.open(Value::Map(Vec::new()), at, properties.anchor, is_flow)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(mut done) = self.open.pop() else { return Ok(()) };
                if let Some(merged) = done.merge.take() {
                    merge(&mut done.node, &merged, done.is_flow)?;
                }
                // kustomize loses a key `<<` that is a text: it removes the name, merged or not.
                if self.twice != Twice::Last {
                    done.node.remove("<<");
                }
                self.finished(done.node, done.anchor)
            }
            Event::Alias(name) => {
                let mut node = match self.anchors.get(name) {
                    Some(Some(node)) => node.clone(),
                    Some(None) => {
                        let message = format!("anchor `{name}` contains itself");
                        return Err(fault("yaml/recursive-alias", at, message));
                    }
                    None => {
                        let message = format!("unknown anchor `{name}` referenced");
                        return Err(fault("yaml/unknown-anchor", at, message));
                    }
                };
                settle_nothing(&mut node, self.open.last().is_some_and(|o| o.is_flow));
                let Extent { values, depth } = Extent::of(&node);
                self.nodes += values;
                self.check_size(at, depth)?;
                self.finished(node, None)
            }
            Event::DocumentStart | Event::DocumentEnd => Ok(()),
        }
    }

    fn check_size(&self, at: Mark, depth: usize) -> Result<()> {
        self.limits.allow(Extent { values: self.nodes, depth: self.open.len() + depth }, at)
    }

    fn open(&mut self, value: Value, at: Mark, anchor: Option<&'a str>, is_flow: bool) -> Result<()> {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, None);
        }
        let node = Node { at, value };
        let seen = HashMap::new();
        self.open.push(Open { node, anchor, is_flow, key: None, merge: None, is_merge: false, seen });
        self.check_size(at, 0)
    }

    fn finished(&mut self, node: Node, anchor: Option<&'a str>) -> Result<()> {
        self.nodes += 1;
        self.check_size(node.at, 0)?;
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Some(node.clone()));
        }
        let twice = self.twice;
        let Some(parent) = self.open.last_mut() else {
            self.done.get_or_insert(node);
            return Ok(());
        };
        match (&mut parent.node.value, parent.key.take()) {
            (Value::Seq(items), _) => items.push(node),
            (Value::Map(_), None) => {
                let Value::Scalar(scalar) = node.value else {
                    let message = format!("{} cannot be a key", node.sort());
                    return Err(fault("yaml/key", node.at, message));
                };
                parent.is_merge = scalar.tag == Tag::Merge;
                // What configures the build goes through JSON, where every key is a text.
                let (text, is_text) = if twice == Twice::Last {
                    (key_in_json(&scalar).unwrap_or(scalar.text), true)
                } else {
                    (scalar.text, matches!(scalar.tag, Tag::Str | Tag::Merge))
                };
                parent.key = Some((text, is_text, node.at));
            }
            (Value::Map(_), Some((.., at))) if parent.is_merge => {
                if parent.merge.replace(node).is_some() {
                    return Err(fault("yaml/duplicate-key", at, "duplicate merge key"));
                }
            }
            (Value::Map(fields), Some((key, is_text, at))) => match find(fields, &mut parent.seen, &key) {
                None => fields.push(Field { key, is_text, at, value: node }),
                Some(index) => match twice {
                    Twice::Refused => return Err(twice_here(&key, at, fields[index].at)),
                    Twice::Kept => fields.push(Field { key, is_text, at, value: node }),
                    Twice::Last => {
                        fields[index].value = node;
                        self.again.push((key, at));
                    }
                },
            },
            (Value::Scalar(_), _) => {}
        }
        Ok(())
    }
}

/// The fault of a key that was there before.
pub(crate) fn twice_here(key: &str, at: Mark, first: Mark) -> Box<Fault> {
    let message = format!("key `{key}` is here twice, first in line {}", first.line);
    fault("yaml/duplicate-key", at, message)
}

/// Where each key is, if there are many.
fn indexed(fields: &[Field]) -> HashMap<SmolStr, usize> {
    let many = fields.iter().enumerate().filter(|_| fields.len() >= INDEXED);
    many.map(|(i, f)| (f.key.clone(), i)).collect()
}

fn find(fields: &[Field], seen: &mut HashMap<SmolStr, usize>, key: &str) -> Option<usize> {
    if fields.len() < INDEXED {
        return fields.iter().position(|f| f.key == key);
    }
    if fields.len() == INDEXED && seen.is_empty() {
        *seen = indexed(fields);
    }
    let found = seen.get(key).copied();
    if found.is_none() {
        seen.insert(SmolStr::new(key), fields.len());
    }
    found
}

/// The text that go-yaml v2 and JSON make of a key that is none.
fn key_in_json(key: &Scalar) -> Option<SmolStr> {
    if key.style != Style::Plain || key.is_tagged {
        return None;
    }
    if let Some(truth) = bool_in_1_1(&key.text) {
        return Some(truth.to_string().into());
    }
    match resolve(&key.text) {
        Resolved::Int(number) => Some(number.to_string().into()),
        Resolved::UInt(number) => Some(number.to_string().into()),
        Resolved::Float(number) => Some(float::general(number).into()),
        _ => None,
    }
}

/// A scalar as it was written, its tag decided as go-yaml v3 does on reading.
fn scalar(text: SmolStr, style: Style, tag: Option<&str>) -> Scalar {
    let is_tagged = tag.is_some();
    let tag = match tag {
        Some("str") => Tag::Str,
        Some("null") => Tag::Null,
        Some("bool") => Tag::Bool,
        Some("int") => Tag::Int,
        Some("float") => Tag::Float,
        Some("timestamp") => Tag::Timestamp,
        Some("binary") => Tag::Binary,
        Some("merge") => Tag::Merge,
        Some(_) => Tag::Other,
        None if style != Style::Plain => Tag::Str,
        None if text == "<<" => Tag::Merge,
        None => Tag::of(&resolve(&text)),
    };
    Scalar { style, is_tagged, tag, ..Scalar::unset(text) }
}

/// Nothing at all is what its new place makes of it: in flow style an empty text. What lies in flow style is flow style, all of it.
fn settle_nothing(node: &mut Node, is_flow: bool) {
    match &mut node.value {
        Value::Seq(items) if is_flow => items.iter_mut().for_each(|item| settle_nothing(item, true)),
        Value::Map(fields) if is_flow => fields.iter_mut().for_each(|f| settle_nothing(&mut f.value, true)),
        _ => {}
    }
    if let Value::Scalar(scalar) = &mut node.value
        && scalar.is_null()
        && scalar.text.is_empty()
        && !scalar.is_tagged
    {
        scalar.style = if is_flow { Style::Quoted } else { Style::Plain };
    }
}

/// Adds what `<<` brought; the mapping's own keys win, then the first of several.
fn merge(node: &mut Node, merged: &Node, is_flow: bool) -> Result<()> {
    let sources = match &merged.value {
        Value::Map(_) => std::slice::from_ref(merged),
        Value::Seq(items) => items.as_slice(),
        Value::Scalar(_) => {
            return Err(fault("yaml/merge", merged.at, "`<<` needs a mapping or a list of mappings"));
        }
    };
    let Value::Map(fields) = &mut node.value else { return Ok(()) };
    let mut seen = indexed(fields);
    for source in sources {
        let Value::Map(theirs) = &source.value else {
            return Err(fault("yaml/merge", source.at, "`<<` needs a mapping or a list of mappings"));
        };
        for field in theirs {
            if find(fields, &mut seen, &field.key).is_none() {
                let mut field = field.clone();
                settle_nothing(&mut field.value, is_flow);
                fields.push(field);
            }
        }
    }
    Ok(())
}

impl Fault {
    /// Did the text itself not parse (rather than what it says be refused)?
    pub(crate) fn is_malformed(&self) -> bool {
        self.code.starts_with("yaml/")
    }
}

#[cfg(test)]
mod tests;
