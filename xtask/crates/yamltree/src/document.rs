//! YAML text into documents: everything that can be read, and a diagnostic for everything that cannot.

use std::collections::HashMap;

use granit_parser::{Event, Marker, Options, Parser, ScalarStyle, ScanError, Span, StructureStyle, Tag};
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Place};
use crate::node::{Content, Entry, Node, Position};
use crate::scalar;

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
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder { file, ..Builder::default() };
    loop {
        match parser.next_event() {
            None => break,
            Some(Ok((event, span))) => {
                if builder.event(event, span).is_err() {
                    break;
                }
            }
            Some(Err(error)) => {
                builder.syntax(&error);
                if !parser.proceed_next_document().unwrap_or(false) {
                    break;
                }
            }
        }
    }
    builder.parsed
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
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    parsed: Parsed,
}

/// A list or mapping that is being read.
struct Open {
    node: Node,
    anchor: usize,
    /// The key whose value comes next.
    key: Option<(String, Position)>,
    /// Values of `<<`, merged when the mapping ends.
    merges: Vec<Node>,
    is_merge: bool,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        let (start, end) = (position(&span.start), position(&span.end));
        match event {
            Event::DocumentStart(..) => {
                self.open.clear();
                self.anchors.clear();
            }
            Event::Scalar(text, style, anchor, tag) => {
                let content = scalar_content(&text, style, tag.as_deref());
                self.finished(
                    Node { content, start, end, flow: false },
                    anchor,
                    style == ScalarStyle::Plain,
                )?;
            }
            Event::SequenceStart(style, anchor, _) => {
                self.open(Content::Seq(Vec::new()), style, start, anchor)?
            }
            Event::MappingStart(style, anchor, _) => {
                self.open(Content::Map(Vec::new()), style, start, anchor)?
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(mut done) = self.open.pop() {
                    done.node.end = end;
                    merge(&mut done);
                    self.finished(done.node, done.anchor, false)?;
                }
            }
            Event::Alias(anchor) => {
                if let Some(node) = self.anchors.get(&anchor).cloned() {
                    self.nodes += size(&node);
                    if self.open.len() + depth(&node) > DEEPEST {
                        return self.too_much(start);
                    }
                    self.finished(node, 0, false)?;
                } else {
                    self.error("yaml/recursive-alias", start, "an alias inside its own anchor".into());
                    self.finished(Node { content: Content::Null, start, end, flow: false }, 0, false)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn open(
        &mut self,
        content: Content,
        style: StructureStyle,
        start: Position,
        anchor: usize,
    ) -> Result<(), Stop> {
        let node = Node { content, start, end: start, flow: style == StructureStyle::Flow };
        self.open.push(Open { node, anchor, key: None, merges: Vec::new(), is_merge: false });
        if self.open.len() > DEEPEST { self.too_much(start) } else { Ok(()) }
    }

    /// A whole value was read: it is a key, a value, an item, or the document.
    fn finished(&mut self, node: Node, anchor: usize, plain: bool) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return self.too_much(node.start);
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
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

    fn syntax(&mut self, error: &ScanError) {
        let mark = position(error.marker());
        self.error("yaml/syntax", mark, error.info());
        self.open.clear();
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

fn position(mark: &Marker) -> Position {
    Position { line: mark.line(), column: mark.col() + 1, offset: mark.byte_offset().unwrap_or(0) }
}

fn scalar_content(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Content {
    let core = tag.and_then(Tag::core_suffix);
    let is_text = core == Some("str") || (style != ScalarStyle::Plain && core.is_none());
    if is_text { Content::String(text.to_owned()) } else { scalar::resolve(text) }
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
