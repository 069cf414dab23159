//! YAML text into documents: everything that can be read, and a diagnostic for everything that cannot.

use std::collections::HashMap;

use serde_json::{Number, Value};

use crate::diagnostic::{Diagnostic, Place};
use crate::node::{Content, Entry, Node, Position};
use crate::scalar::{self, Resolved};
use crate::syntax::{Event, Parser, Properties, Span, Style, SyntaxError};

/// How many values one text may hold once its aliases are expanded.
const MOST_NODES: usize = 1_000_000;
/// How deep values may lie once aliases are expanded.
const DEEPEST: usize = 300;

/// What a text gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// Every document that could be read, in order; empty documents (only comments) are left out.
    pub documents: Vec<Node>,
    /// What is wrong, in the order found. A document with a repeated key is here and in `documents`.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a text of any number of YAML documents.
///
/// A document with a syntax error is left out; reading goes on at the next `---`. `file` is only used in places.
pub fn parse(file: &str, text: &str) -> Parsed {
    let mut builder = Builder { file, ..Builder::default() };
    // After a syntax error reading goes on at the next `---`.
    let mut from = Some(Position { line: 1, column: 1, offset: 0 });
    while let Some(start) = from.take() {
        builder.from = start;
        let mut parser = Parser::new(text.get(start.offset..).unwrap_or_default());
        loop {
            match parser.next_event() {
                Ok(None) => break,
                Ok(Some((event, span))) => {
                    if builder.event(event, span).is_err() {
                        return builder.parsed;
                    }
                }
                Err(error) => {
                    from = next_document(text, start, builder.syntax(&error));
                    break;
                }
            }
        }
    }
    builder.parsed
}

/// Where the first line `---` begins that lies at or behind an error, and behind where reading began.
fn next_document(text: &str, from: Position, error: Position) -> Option<Position> {
    let search = from.offset.max(error.offset.saturating_sub(1));
    let rest = text.get(search..)?;
    let found = rest.match_indices("\n---").find(|(at, _)| {
        rest.as_bytes().get(at + 4).is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
    });
    let offset = search + found?.0 + 1;
    let lines = text.as_bytes().get(from.offset..offset)?.iter().filter(|byte| **byte == b'\n').count();
    Some(Position { line: from.line + lines, column: 1, offset })
}

/// Reads a text of any number of documents as plain values, each with the line it begins at.
pub fn values(file: &str, text: &str) -> (Vec<(usize, Value)>, Vec<Diagnostic>) {
    let Parsed { documents, diagnostics } = parse(file, text);
    (documents.iter().map(|d| (d.start.line, d.to_value())).collect(), diagnostics)
}

/// Reads a text that must hold one document; `None` if there is none. A second document is an error.
pub fn single(file: &str, text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let Parsed { mut documents, mut diagnostics } = parse(file, text);
    if let Some(second) = documents.get(1) {
        diagnostics.push(Diagnostic::error(
            "yaml/several-documents",
            second.place(file),
            "a second document begins here, but this file holds one",
        ));
    }
    documents.truncate(1);
    (documents.pop(), diagnostics)
}

/// Too large or too deep: reading stops.
struct Stop;

#[derive(Default)]
struct Builder<'a> {
    file: &'a str,
    /// Where the text begins that is being parsed.
    from: Position,
    open: Vec<Open<'a>>,
    /// What each anchor holds; nothing yet while its node is open.
    anchors: HashMap<&'a str, Option<Node>>,
    nodes: usize,
    parsed: Parsed,
}

/// A list or mapping that is being read.
struct Open<'a> {
    node: Node,
    anchor: Option<&'a str>,
    /// The key whose value comes next.
    key: Option<(String, Position)>,
    /// Values of `<<`, merged when the mapping ends.
    merges: Vec<Node>,
    is_merge: bool,
}

impl<'a> Builder<'a> {
    fn position(&self, at: Position) -> Position {
        Position {
            line: at.line + self.from.line - 1,
            column: at.column,
            offset: at.offset + self.from.offset,
        }
    }

    fn event(&mut self, event: Event<'a>, span: Span) -> Result<(), Stop> {
        let (start, end) = (self.position(span.start), self.position(span.end));
        match event {
            Event::DocumentStart => {
                self.open.clear();
                self.anchors.clear();
            }
            Event::DocumentEnd => {}
            Event::Scalar(text, style, properties) => {
                let content = scalar_content(&text, style, &properties);
                let is_plain = style == Style::Plain;
                self.finished(Node { content, start, end, flow: false }, properties.anchor, is_plain)?;
            }
            Event::SequenceStart(flow, properties) => {
                let node = Node { content: Content::Seq(Vec::new()), start, end: start, flow };
                self.open(node, properties.anchor)?;
            }
            Event::MappingStart(flow, properties) => {
                let node = Node { content: Content::Map(Vec::new()), start, end: start, flow };
                self.open(node, properties.anchor)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(mut done) = self.open.pop() {
                    done.node.end = end;
                    merge(&mut done);
                    self.finished(done.node, done.anchor, false)?;
                }
            }
            Event::Alias(name) => match self.anchors.get(name).cloned() {
                Some(Some(node)) => {
                    self.nodes += size(&node);
                    if self.open.len() + depth(&node) > DEEPEST {
                        return self.too_much(start);
                    }
                    self.finished(node, None, false)?;
                }
                found => {
                    let (code, message) = match found {
                        Some(_) => ("yaml/recursive-alias", "an alias inside its own anchor".to_owned()),
                        None => ("yaml/unknown-anchor", format!("there is no anchor `{name}`")),
                    };
                    self.error(code, start, message);
                    self.finished(Node { content: Content::Null, start, end, flow: false }, None, false)?;
                }
            },
        }
        Ok(())
    }

    fn open(&mut self, node: Node, anchor: Option<&'a str>) -> Result<(), Stop> {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, None);
        }
        let start = node.start;
        self.open.push(Open { node, anchor, key: None, merges: Vec::new(), is_merge: false });
        if self.open.len() > DEEPEST { self.too_much(start) } else { Ok(()) }
    }

    /// A whole value was read: it is a key, a value, an item, or the document.
    fn finished(&mut self, node: Node, anchor: Option<&'a str>, plain: bool) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return self.too_much(node.start);
        }
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Some(node.clone()));
        }
        let Some(parent) = self.open.last_mut() else {
            if node.content != Content::Null {
                self.parsed.documents.push(node);
            }
            return Ok(());
        };
        let problem = match &mut parent.node.content {
            Content::Seq(items) => {
                items.push(node);
                None
            }
            Content::Map(entries) => match parent.key.take() {
                None => {
                    let start = node.start;
                    let key = key_text(&node);
                    parent.is_merge = plain && key.as_deref() == Some("<<");
                    parent.key = Some((key.clone().unwrap_or_default(), start));
                    let first = key.as_ref().and_then(|k| entries.iter().find(|e| e.key == *k));
                    match (&key, first) {
                        (None, _) => Some(("yaml/key", start, format!("{} cannot be a key", node.sort()))),
                        (Some(key), Some(first)) => Some((
                            "yaml/duplicate-key",
                            start,
                            format!("key `{key}` is here twice, first in line {}", first.start.line),
                        )),
                        _ => None,
                    }
                }
                Some(_) if parent.is_merge => {
                    parent.merges.push(node);
                    None
                }
                Some((key, start)) => {
                    if entries.iter().all(|e| e.key != key) {
                        entries.push(Entry { key, start, value: node });
                    }
                    None
                }
            },
            _ => None,
        };
        if let Some((code, start, message)) = problem {
            self.error(code, start, message);
        }
        Ok(())
    }

    /// Reports the error and says where it is; the open document is given up.
    fn syntax(&mut self, error: &SyntaxError) -> Position {
        let at = self.position(error.at);
        self.error("yaml/syntax", at, error.to_string());
        self.open.clear();
        at
    }

    fn too_much(&mut self, at: Position) -> Result<(), Stop> {
        self.error("yaml/too-large", at, "more or deeper values than any honest file holds".into());
        Err(Stop)
    }

    fn error(&mut self, code: &'static str, at: Position, message: String) {
        let place = Place::at(self.file, at.line, at.column);
        self.parsed.diagnostics.push(Diagnostic::error(code, place, message));
    }
}

fn scalar_content(text: &str, style: Style, properties: &Properties<'_>) -> Content {
    let core = properties.core_tag();
    let is_text = core == Some("str") || (style != Style::Plain && core.is_none());
    if is_text { Content::String(text.to_owned()) } else { content(text) }
}

/// What an unquoted scalar holds. Points in time stay texts, and so do numbers that JSON cannot hold.
fn content(text: &str) -> Content {
    match scalar::resolve(text) {
        Resolved::Null => Content::Null,
        Resolved::Bool(b) => Content::Bool(b),
        Resolved::Int(n) => Content::Number(n.into()),
        Resolved::UInt(n) => Content::Number(n.into()),
        Resolved::Float(n) => number(n).map_or_else(|| Content::String(text.to_owned()), Content::Number),
        Resolved::Timestamp(_) | Resolved::Str => Content::String(text.to_owned()),
    }
}

/// A whole number that a float holds exactly is written back as one: `1e3` is 1000.
fn number(n: f64) -> Option<Number> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if n.fract() == 0.0 && n.abs() < EXACT { Some((n as i64).into()) } else { Number::from_f64(n) }
}

fn key_text(node: &Node) -> Option<String> {
    match &node.content {
        Content::Null => Some("null".to_owned()),
        Content::Bool(b) => Some(b.to_string()),
        Content::Number(n) => Some(n.to_string()),
        Content::String(s) => Some(s.clone()),
        Content::Seq(_) | Content::Map(_) => None,
    }
}

/// Adds what `<<` brought; the mapping's own keys and earlier merges win.
fn merge(open: &mut Open) {
    let Content::Map(entries) = &mut open.node.content else { return };
    for merged in std::mem::take(&mut open.merges) {
        let sources = if merged.items().is_empty() { vec![merged] } else { merged.items().to_vec() };
        for entry in sources.iter().flat_map(Node::entries) {
            if entries.iter().all(|e| e.key != entry.key) {
                entries.push(entry.clone());
            }
        }
    }
}

fn size(node: &Node) -> usize {
    let below = node.items().iter().map(size).sum::<usize>()
        + node.entries().iter().map(|e| size(&e.value)).sum::<usize>();
    1 + below
}

fn depth(node: &Node) -> usize {
    let items = node.items().iter().map(depth).max().unwrap_or(0);
    let entries = node.entries().iter().map(|e| depth(&e.value)).max().unwrap_or(0);
    1 + items.max(entries)
}

#[cfg(test)]
mod tests;
