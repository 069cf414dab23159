//! Texts into documents, as kustomize reads them: cut at `---` lines first, then the first document of each piece.

use std::collections::HashMap;

use granit_parser::{Event, Marker, Options, Parser, ScalarStyle};

use super::node::{Field, Mark, Node, Scalar, Style, Tag, Value};
use super::scalar::{Resolved, resolve};
use crate::fault::{Fault, Result, fault};

/// How many values one text may hold once its aliases are expanded.
const MOST_NODES: usize = 1_000_000;
/// How deep values may lie.
const DEEPEST: usize = 300;

/// What happens when a key is there twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twice {
    /// An error.
    Refused,
    /// The first value counts.
    First,
    /// The last value counts.
    Last,
}

/// The documents of a text of Kubernetes objects; empty ones are left out.
pub(crate) fn objects(file: u32, text: &str, twice: Twice) -> Result<Vec<Node>> {
    let text =
        if text.contains("\r\n") { text.replace("\r\n", "\n").into() } else { std::borrow::Cow::from(text) };
    let mut documents = Vec::new();
    for (line, piece) in pieces(file, &text)? {
        documents.extend(first(file, line, &piece, twice)?.filter(|d| !d.is_null()));
    }
    Ok(documents)
}

/// The first document of a text.
pub(crate) fn single(file: u32, text: &str, twice: Twice) -> Result<Option<Node>> {
    first(file, 0, text, twice)
}

/// The text between separators, each with the number of lines before it.
fn pieces(file: u32, text: &str) -> Result<Vec<(u32, std::borrow::Cow<'_, str>)>> {
    let mut pieces = Vec::new();
    let (mut start, mut line, mut from) = (0, 0, 0);
    while let Some(found) = text[from..].find("\n---") {
        let at = from + found;
        let Some(length) = text[at + 4..].find('\n') else { break };
        let rest = text[at + 4..at + 4 + length].trim();
        let before = &text[start..at];
        let separator_line = line + lines(before) + 1;
        if !rest.is_empty() && !rest.starts_with('#') {
            let at = Mark { file, line: separator_line + 1, column: 1 };
            let message = format!("invalid document separator: ---{rest}");
            return Err(fault("yaml/separator", at, message).with_help("write `---` on a line of its own"));
        }
        pieces.push((line, format!("{before}\n").into()));
        line = separator_line + 1;
        start = at + 4 + length + 1;
        from = start;
    }
    pieces.push((line, text[start..].into()));
    Ok(pieces)
}

fn lines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|b| *b == b'\n').count()).unwrap_or(u32::MAX)
}

fn first(file: u32, line: u32, text: &str, twice: Twice) -> Result<Option<Node>> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.block_scalar_eof_without_line_feed = true;
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder =
        Builder { file, line, twice, open: Vec::new(), anchors: HashMap::new(), nodes: 0, done: None };
    while let Some(event) = parser.next_event() {
        let (event, span) =
            event.map_err(|error| fault("yaml/syntax", builder.mark(error.marker()), error.info()))?;
        if matches!(event, Event::DocumentEnd) {
            break;
        }
        let at = builder.mark(&span.start);
        builder.event(event, at, span.start.index() == span.end.index())?;
    }
    Ok(builder.done)
}

struct Builder {
    file: u32,
    line: u32,
    twice: Twice,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    done: Option<Node>,
}

/// A list or mapping that is being read.
struct Open {
    node: Node,
    anchor: usize,
    key: Option<(String, bool, Mark)>,
    merge: Option<Node>,
    is_merge: bool,
    seen: HashMap<String, usize>,
}

/// Mappings below this size are searched, larger ones indexed.
const INDEXED: usize = 16;

impl Builder {
    fn mark(&self, mark: &Marker) -> Mark {
        let line = u32::try_from(mark.line()).unwrap_or(0) + self.line;
        Mark { file: self.file, line, column: u32::try_from(mark.col()).unwrap_or(0) + 1 }
    }

    fn event(&mut self, event: Event<'_>, at: Mark, is_nothing: bool) -> Result<()> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let suffix = tag.as_deref().map(|t| t.core_suffix().unwrap_or("?").to_owned());
                let style = if style == ScalarStyle::Plain { Style::Plain } else { Style::Quoted };
                // The parser says `~` where nothing is written.
                let is_nothing = is_nothing && style == Style::Plain;
                let text = if is_nothing { String::new() } else { text.into_owned() };
                let scalar = scalar(text, style, suffix.as_deref());
                self.finished(Node { at, value: Value::Scalar(scalar) }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => self.open(Value::Seq(Vec::new()), at, anchor),
            Event::MappingStart(_, anchor, _) => self.open(Value::Map(Vec::new()), at, anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(mut done) = self.open.pop() else { return Ok(()) };
                if let Some(merged) = done.merge.take() {
                    merge(&mut done.node, &merged)?;
                }
                // kustomize loses a key `<<` that is a text: it removes the name, merged or not.
                if self.twice != Twice::Last {
                    done.node.remove("<<");
                }
                self.finished(done.node, done.anchor)
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(fault("yaml/recursive-alias", at, "an alias inside its own anchor"));
                };
                let (size, depth) = extent(&node);
                self.nodes += size;
                self.check_size(at, depth)?;
                self.finished(node, 0)
            }
            _ => Ok(()),
        }
    }

    fn check_size(&self, at: Mark, depth: usize) -> Result<()> {
        if self.nodes > MOST_NODES || self.open.len() + depth > DEEPEST {
            return Err(fault("yaml/too-large", at, "more or deeper values than any honest file holds"));
        }
        Ok(())
    }

    fn open(&mut self, value: Value, at: Mark, anchor: usize) -> Result<()> {
        let node = Node { at, value };
        self.open.push(Open { node, anchor, key: None, merge: None, is_merge: false, seen: HashMap::new() });
        self.check_size(at, 0)
    }

    fn finished(&mut self, node: Node, anchor: usize) -> Result<()> {
        self.nodes += 1;
        self.check_size(node.at, 0)?;
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
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
                let is_text = matches!(scalar.tag, Tag::Str | Tag::Merge);
                parent.key = Some((scalar.text, is_text, node.at));
            }
            (Value::Map(_), Some((.., at))) if parent.is_merge => {
                if parent.merge.replace(node).is_some() {
                    return Err(fault("yaml/duplicate-key", at, "duplicate merge key"));
                }
            }
            (Value::Map(fields), Some((key, is_text, at))) => match find(fields, &mut parent.seen, &key) {
                None => fields.push(Field { key, is_text, at, value: node }),
                Some(index) => match twice {
                    Twice::Refused => {
                        let line = fields[index].at.line;
                        let message = format!("key `{key}` is here twice, first in line {line}");
                        return Err(fault("yaml/duplicate-key", at, message));
                    }
                    Twice::First => {}
                    Twice::Last => fields[index].value = node,
                },
            },
            (Value::Scalar(_), _) => {}
        }
        Ok(())
    }
}

fn find(fields: &[Field], seen: &mut HashMap<String, usize>, key: &str) -> Option<usize> {
    if fields.len() < INDEXED {
        return fields.iter().position(|f| f.key == key);
    }
    if fields.len() == INDEXED && seen.is_empty() {
        seen.extend(fields.iter().enumerate().map(|(i, f)| (f.key.clone(), i)));
    }
    let found = seen.get(key).copied();
    if found.is_none() {
        seen.insert(key.to_owned(), fields.len());
    }
    found
}

/// A scalar as it was written, its tag decided as go-yaml v3 does on reading.
fn scalar(text: String, style: Style, tag: Option<&str>) -> Scalar {
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
        None if style == Style::Quoted => Tag::Str,
        None if text == "<<" => Tag::Merge,
        None => match resolve(&text) {
            Resolved::Null => Tag::Null,
            Resolved::Bool(_) => Tag::Bool,
            Resolved::Int(_) | Resolved::UInt(_) => Tag::Int,
            Resolved::Float(_) => Tag::Float,
            Resolved::Timestamp(_) => Tag::Timestamp,
            Resolved::Str => Tag::Str,
        },
    };
    Scalar { text, tag, style, is_tagged }
}

/// Adds what `<<` brought; the mapping's own keys win, then the first of several.
fn merge(node: &mut Node, merged: &Node) -> Result<()> {
    let sources = match &merged.value {
        Value::Map(_) => std::slice::from_ref(merged),
        Value::Seq(items) => items.as_slice(),
        Value::Scalar(_) => {
            return Err(fault("yaml/merge", merged.at, "`<<` needs a mapping or a list of mappings"));
        }
    };
    let Value::Map(fields) = &mut node.value else { return Ok(()) };
    for source in sources {
        let Value::Map(theirs) = &source.value else {
            return Err(fault("yaml/merge", source.at, "`<<` needs a mapping or a list of mappings"));
        };
        for field in theirs {
            if fields.iter().all(|f| f.key != field.key) {
                fields.push(field.clone());
            }
        }
    }
    Ok(())
}

/// How many values there are, and how deep they lie.
fn extent(node: &Node) -> (usize, usize) {
    let below = node.items().iter().chain(node.fields().iter().map(|f| &f.value)).map(extent);
    let (size, depth) = below.fold((0, 0), |(n, d), (size, depth)| (n + size, d.max(depth)));
    (size + 1, depth + 1)
}

impl Fault {
    /// Did the text itself not parse (rather than what it says be refused)?
    pub(crate) fn is_malformed(&self) -> bool {
        self.code.starts_with("yaml/")
    }
}
