//! Changes to YAML texts that nobody has to decide about, made without touching another character.

use std::ops::Range;

use serde_json::Value;

use crate::diagnostic::Place;
use crate::document::{parse, single};
use crate::node::{Content, Entry, Node, Step};

/// How the text at the place of a finding is put right. Each says what it expects there, and without that it does nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fix {
    /// The scalar there reads otherwise.
    Replace {
        /// What it reads now.
        from: String,
        /// What it is to read.
        to: String,
    },
    /// The value there goes, and its key with it, since another key beside it makes it idle. Not if that would take a comment with it.
    Remove {
        /// The key.
        key: String,
        /// The other key.
        beside: String,
        /// The other key's value, as JSON.
        value: String,
    },
    /// The mapping there gets one more key.
    Insert {
        /// The key whose value the mapping is.
        under: String,
        /// The new key and its value, as lines of YAML in a block.
        lines: String,
    },
    /// The comment there goes, to the end of its line; with the line, if nothing else is in it.
    Uncomment {
        /// What the comment begins with.
        begins: String,
    },
}

/// Some bytes of a text, and what is to be there in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes.
    pub range: Range<usize>,
    /// What replaces them.
    pub with: String,
}

impl Fix {
    /// The edit of a text at a place in it; none if it does not fit there, or would change a value that it does not mean.
    pub fn edit(&self, text: &str, place: &Place) -> Option<Edit> {
        let at = (place.line?, place.column?);
        let parsed = parse("", text);
        if !parsed.diagnostics.is_empty() {
            return None;
        }
        let mut wanted: Vec<Value> = parsed.documents.iter().map(Node::to_value).collect();
        let mut documents = parsed.documents.iter().zip(&mut wanted);
        let edit = match self {
            Fix::Uncomment { begins } => uncommented(text, at, begins),
            Fix::Replace { from, to } => documents.find_map(|(document, wanted)| {
                let (route, node) = find(document, &|node| is_scalar(node) && begins(node, at))?;
                *below(wanted, &route)? = Value::String(to.clone());
                replaced(text, node, from, to)
            }),
            Fix::Remove { key, beside, value } => documents.find_map(|(document, wanted)| {
                let (route, mapping) = find(document, &|node| has(node, key, at))?;
                let other = mapping.get(beside)?.to_value().to_string();
                below(wanted, &route)?.as_object_mut()?.shift_remove(key)?;
                removed(text, mapping, key).filter(|_| other == *value)
            }),
            Fix::Insert { under, lines } => documents.find_map(|(document, wanted)| {
                let (mut route, mapping) = find(document, &|node| has(node, under, at))?;
                route.push(under.into());
                let (fragment, _) = single("", lines);
                let entry = fragment.as_ref()?.entries().first()?;
                let fields = below(wanted, &route)?.as_object_mut()?;
                let before = fields.insert(entry.key.clone(), entry.value.to_value());
                inserted(text, mapping.get(under)?, lines).filter(|_| before.is_none())
            }),
        }?;
        let after = parse("", &apply(text, std::slice::from_ref(&edit)));
        let values = after.documents.iter().map(Node::to_value);
        (after.diagnostics.is_empty() && values.eq(wanted)).then_some(edit)
    }
}

/// The text with the edits; of two that overlap the later one is left out, and of equal ones all but one.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.range.start, edit.range.end));
    sorted.dedup();
    let (mut after, mut done) = (String::with_capacity(text.len()), 0);
    for edit in sorted {
        let (Some(between), Some(_)) = (text.get(done..edit.range.start), text.get(edit.range.clone()))
        else {
            continue;
        };
        after.push_str(between);
        after.push_str(&edit.with);
        done = edit.range.end;
    }
    after.push_str(text.get(done..).unwrap_or_default());
    after
}

fn is_scalar(node: &Node) -> bool {
    !matches!(node.content, Content::Seq(_) | Content::Map(_))
}

fn begins(node: &Node, at: (usize, usize)) -> bool {
    (node.start.line, node.start.column) == at
}

/// Has it a key whose value begins there?
fn has(node: &Node, key: &str, at: (usize, usize)) -> bool {
    node.get(key).is_some_and(|value| begins(value, at))
}

/// The first node of which that is true, and the way to it.
fn find<'n>(node: &'n Node, is_it: &dyn Fn(&Node) -> bool) -> Option<(Vec<Step>, &'n Node)> {
    if is_it(node) {
        return Some((Vec::new(), node));
    }
    let fields = node.entries().iter().map(|entry| (Step::from(&entry.key), &entry.value));
    let items = node.items().iter().enumerate().map(|(index, item)| (Step::from(index), item));
    fields.chain(items).find_map(|(step, child)| {
        let (mut route, found) = find(child, is_it)?;
        route.insert(0, step);
        Some((route, found))
    })
}

fn below<'v>(value: &'v mut Value, route: &[Step]) -> Option<&'v mut Value> {
    route.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.get_mut(index),
    })
}

fn replaced(text: &str, node: &Node, from: &str, to: &str) -> Option<Edit> {
    let range = node.start.offset..node.end.offset;
    let written = text.get(range.clone())?;
    let quote = ["", "'", "\""].into_iter().find(|quote| written == format!("{quote}{from}{quote}"))?;
    Some(Edit { range, with: format!("{quote}{to}{quote}") })
}

fn removed(text: &str, mapping: &Node, key: &str) -> Option<Edit> {
    let Entry { start, value, .. } = mapping.entry(key)?;
    let range = line_start(text, start.offset)..line_end(text, end(value).checked_sub(1)?);
    let is_first_of_line = text.get(range.start..start.offset)?.trim().is_empty();
    let has_comment = text.get(range.clone())?.contains('#');
    (!mapping.flow && is_first_of_line && !has_comment).then(|| Edit { range, with: String::new() })
}

/// Where the last character of a value ends: blocks themselves end where the next token begins.
fn end(node: &Node) -> usize {
    let last = node.items().last().or_else(|| node.entries().last().map(|entry| &entry.value));
    match last {
        Some(last) if !node.flow => end(last),
        _ => node.end.offset,
    }
}

/// Behind the first key whose value is in one line: there nothing is between a comment and what it is about.
fn inserted(text: &str, mapping: &Node, lines: &str) -> Option<Edit> {
    let is_in_a_line = |entry: &&Entry| {
        let value = &entry.value;
        is_scalar(value) && entry.start.line == value.start.line && value.start.line == value.end.line
    };
    let entry = mapping.entries().iter().find(is_in_a_line).filter(|_| !mapping.flow)?;
    let at = line_end(text, entry.value.end.offset);
    let line = text.get(line_start(text, entry.start.offset)..at)?;
    let newline = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
    let indent = " ".repeat(entry.start.column.saturating_sub(1));
    let mut with: String = lines.lines().flat_map(|line| [indent.as_str(), line, newline]).collect();
    if !line.ends_with('\n') {
        with = format!("{newline}{}", with.trim_end());
    }
    Some(Edit { range: at..at, with })
}

fn uncommented(text: &str, (line, column): (usize, usize), begins: &str) -> Option<Edit> {
    let before: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let line = text.get(before..line_end(text, before))?;
    let (at, _) = line.char_indices().nth(column.checked_sub(1)?)?;
    let (kept, comment) = (line[..at].trim_end(), &line[at..]);
    let end = if kept.is_empty() { line.len() } else { line.trim_end_matches(['\r', '\n']).len() };
    let range = before + kept.len()..before + end;
    comment.starts_with(begins).then(|| Edit { range, with: String::new() })
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// Where the line after the one with `at` begins.
fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline + 1)
}

#[cfg(test)]
mod tests;
