//! YAML inside a text, written again after a change as go-yaml v3 writes a document that it has read: indented by two, lists
//! not indented below their key, quotes and braces kept.
//!
//! What is kept is looked up by the place of each value in the old text. Comments, anchors, tags, folded texts and texts that
//! would need new quotes are left alone: `None`, and the replacement is refused.

use std::collections::{HashMap, HashSet};

use yamltree::node::Position;
use yamltree::syntax::{Event, Parser, Span, Style};

use crate::yaml::node::{Mark, Node, Scalar, Tag, Value};
use crate::yaml::scalar::{Resolved, resolve};

/// Lines beyond this width may be broken by the original.
const WIDTH: usize = 80;

type Place = (u32, u32);

/// A scalar as it is written.
struct Old {
    style: Style,
    span: Span,
    text: String,
    /// The tag before it, `!!int `.
    tag: String,
}

/// How the values of a text are written.
struct Written<'a> {
    text: &'a str,
    scalars: HashMap<Place, Old>,
    flows: HashSet<Place>,
}

/// The document in the form of the text that it was read from.
pub(super) fn write(document: &Node, text: &str) -> Option<String> {
    let written = Written::read(text)?;
    let mut out = String::new();
    written.block(document, 0, &mut out)?;
    Some(out.trim().to_owned())
}

fn place(at: Position) -> Option<Place> {
    Some((u32::try_from(at.line).ok()?, u32::try_from(at.column).ok()?))
}

fn key_of(at: Mark) -> Place {
    (at.line, at.column)
}

impl<'a> Written<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut written = Written { text, scalars: HashMap::new(), flows: HashSet::new() };
        let mut parser = Parser::new(text);
        let mut inside = Vec::new();
        while let Some((event, span)) = parser.next_event().ok()? {
            let properties = match &event {
                Event::Scalar(.., properties)
                | Event::SequenceStart(_, properties)
                | Event::MappingStart(_, properties) => Some(properties),
                Event::Alias(_) => return None,
                _ => None,
            };
            let is_scalar = matches!(event, Event::Scalar(_, Style::Plain, _));
            let tag = properties.and_then(|p| p.core_tag()).map(|tag| format!("!!{tag} "));
            if properties
                .is_some_and(|p| p.anchor.is_some() || (p.tag.is_some() && (tag.is_none() || !is_scalar)))
            {
                return None;
            }
            match event {
                Event::Scalar(_, Style::Folded, _) => return None,
                Event::Scalar(value, style, _) => {
                    inside.push(span.start.offset..span.end.offset);
                    let old = Old { style, span, text: value.into_owned(), tag: tag.unwrap_or_default() };
                    written.scalars.insert(place(span.start)?, old);
                }
                Event::SequenceStart(true, _) | Event::MappingStart(true, _) => {
                    written.flows.insert(place(span.start)?);
                }
                _ => {}
            }
        }
        let is_plain = |at: usize| !inside.iter().any(|range| range.contains(&at));
        let has_comment = text.match_indices('#').any(|(at, _)| is_plain(at));
        let has_marks =
            text.lines().any(|l| l.starts_with("---") || l.starts_with("...") || l.starts_with('%'));
        (!has_comment && !has_marks && !text.contains('\r')).then_some(written)
    }

    fn is_flow(&self, node: &Node) -> bool {
        node.is_empty() || self.flows.contains(&key_of(node.at))
    }

    /// A value on lines of its own, the first of which has been begun.
    fn block(&self, node: &Node, indent: usize, out: &mut String) -> Option<()> {
        match &node.value {
            Value::Map(fields) if !self.is_flow(node) => {
                for (index, field) in fields.iter().enumerate() {
                    if index > 0 {
                        out.extend(std::iter::repeat_n(' ', indent));
                    }
                    out.push_str(&self.key(&field.key, field.at)?);
                    out.push(':');
                    match &field.value.value {
                        Value::Map(_) if !self.is_flow(&field.value) => {
                            out.push('\n');
                            out.extend(std::iter::repeat_n(' ', indent + 2));
                            self.block(&field.value, indent + 2, out)?;
                        }
                        Value::Seq(_) if !self.is_flow(&field.value) => {
                            out.push('\n');
                            out.extend(std::iter::repeat_n(' ', indent));
                            self.block(&field.value, indent, out)?;
                        }
                        _ => self.line(&field.value, indent, " ", out)?,
                    }
                }
                Some(())
            }
            Value::Seq(items) if !self.is_flow(node) => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.extend(std::iter::repeat_n(' ', indent));
                    }
                    out.push('-');
                    if item.scalar().is_some() || self.is_flow(item) {
                        self.line(item, indent, " ", out)?;
                    } else {
                        out.push(' ');
                        self.block(item, indent + 2, out)?;
                    }
                }
                Some(())
            }
            _ => self.line(node, 0, "", out),
        }
    }

    /// A value to the end of the line, or a literal block.
    fn line(&self, node: &Node, indent: usize, before: &str, out: &mut String) -> Option<()> {
        let start = out.rfind('\n').map_or(0, |at| at + 1);
        match node.scalar() {
            Some(scalar) if self.is_literal(node) => {
                out.push_str(before);
                literal(&scalar.text, indent + 2, out)?;
                return Some(());
            }
            Some(scalar) => {
                let text = self.scalar(scalar, node.at)?;
                out.push_str(if text.is_empty() { "" } else { before });
                out.push_str(&text);
            }
            None => {
                out.push_str(before);
                self.flow(node, out)?;
                if out.get(start..)?.chars().count() > WIDTH {
                    return None;
                }
            }
        }
        out.push('\n');
        Some(())
    }

    fn flow(&self, node: &Node, out: &mut String) -> Option<()> {
        match &node.value {
            Value::Map(fields) => {
                out.push('{');
                for (index, field) in fields.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    out.push_str(&self.key(&field.key, field.at)?);
                    out.push_str(": ");
                    self.flow(&field.value, out)?;
                }
                out.push('}');
            }
            Value::Seq(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    self.flow(item, out)?;
                }
                out.push(']');
            }
            Value::Scalar(scalar) => {
                let text = self.scalar(scalar, node.at).filter(|t| !t.is_empty())?;
                out.push_str(&text);
            }
        }
        Some(())
    }

    fn is_literal(&self, node: &Node) -> bool {
        self.scalars.get(&key_of(node.at)).is_some_and(|old| old.style == Style::Literal)
    }

    fn key(&self, key: &str, at: Mark) -> Option<String> {
        match self.scalars.get(&key_of(at)) {
            Some(old) if old.text == key => self.same(old),
            _ => (is_simple(key) && resolve(key) == Resolved::Str).then(|| key.to_owned()),
        }
    }

    /// What was written there, if it would be written so again.
    fn same(&self, old: &Old) -> Option<String> {
        let text = self.text.get(old.span.start.offset..old.span.end.offset)?.trim_end();
        let text = text.strip_prefix(old.tag.trim_end()).unwrap_or(text).trim_start();
        let has_escapes = text.starts_with('"') && text.contains('\\');
        (!text.contains('\n') && !has_escapes).then(|| format!("{}{text}", old.tag))
    }

    fn scalar(&self, scalar: &Scalar, at: Mark) -> Option<String> {
        let text = scalar.text.as_str();
        let Some(old) = self.scalars.get(&key_of(at)) else { return plain(scalar, text) };
        match old.style {
            _ if old.text == text => self.same(old),
            Style::Single if !text.contains(char::is_control) => {
                Some(format!("'{}'", text.replace('\'', "''")))
            }
            Style::Double if !text.contains(|c: char| c.is_control() || !c.is_ascii()) => {
                Some(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
            }
            Style::Plain if !old.tag.is_empty() => is_simple(text).then(|| format!("{}{text}", old.tag)),
            Style::Plain => plain(scalar, text),
            _ => None,
        }
    }
}

/// A text without quotes, with the tag that it must keep.
fn plain(scalar: &Scalar, text: &str) -> Option<String> {
    if !is_simple(text) {
        return None;
    }
    let is = Tag::of(&resolve(text));
    let tag = match &scalar.tag {
        tag if *tag == is => "",
        Tag::Unset => "",
        Tag::Str => return Some(format!("\"{text}\"")),
        Tag::Null => "!!null ",
        Tag::Bool => "!!bool ",
        Tag::Int => "!!int ",
        Tag::Float => "!!float ",
        _ => return None,
    };
    Some(format!("{tag}{text}"))
}

/// Can nothing in it be taken for anything but a text?
fn is_simple(text: &str) -> bool {
    let starts_well =
        text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '+'));
    let is_fine = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '+' | '-' | ' ' | '@' | '=' | '(' | ')')
    };
    // A colon is harmless before anything but a blank or an end.
    let has_colon = text.ends_with(':') || text.contains(": ");
    starts_well && !text.ends_with(' ') && !has_colon && text.chars().all(|c| is_fine(c) || c == ':')
}

fn literal(text: &str, indent: usize, out: &mut String) -> Option<()> {
    let is_odd = text.starts_with([' ', '\n', '\t']) || text.trim().is_empty();
    if is_odd || text.chars().any(|c| c.is_control() && c != '\n') || text.lines().any(|l| l.ends_with(' ')) {
        return None;
    }
    let lines = text.strip_suffix('\n');
    let header = match lines {
        None => "|-\n",
        Some(rest) if rest.ends_with('\n') => return None,
        Some(_) => "|\n",
    };
    out.push_str(header);
    for line in lines.unwrap_or(text).split('\n') {
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
        }
        out.push_str(line);
        out.push('\n');
    }
    Some(())
}
