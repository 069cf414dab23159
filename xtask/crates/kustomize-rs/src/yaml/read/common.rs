//! Nodes from the common part of YAML, without events.

use std::borrow::Cow;
use std::collections::HashSet;

use smol_str::SmolStr;
use yamltree::node::Position;
use yamltree::syntax::{self, common};

use super::{Twice, key_in_json, scalar};
use crate::yaml::node::{Field, Mark, Node, Style, Tag, Value};

/// The document of a text that keeps to the common part; `None` if the grammar must read it.
pub(super) fn read(file: u32, line: u32, text: &str, twice: Twice) -> Option<Node> {
    common::read(text, &mut Nodes { file, line, twice })
}

struct Nodes {
    file: u32,
    /// Lines before the text.
    line: u32,
    twice: Twice,
}

impl Nodes {
    fn mark(&self, at: Position) -> Mark {
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Mark { file: self.file, line: small(at.line) + self.line, column: small(at.column) }
    }
}

/// Up to so many keys are compared with each other.
const FEW: usize = 12;

impl<'a> common::Assemble<'a> for Nodes {
    type Node = Node;
    type Field = Field;

    fn scalar(&mut self, text: Cow<'a, str>, style: syntax::Style, at: Position) -> Node {
        let style = Style::from(style);
        Node { at: self.mark(at), value: Value::Scalar(scalar(SmolStr::from(text), style, None)) }
    }

    fn sequence(&mut self, items: Vec<Node>, at: Position) -> Node {
        Node { at: self.mark(at), value: Value::Seq(items) }
    }

    fn mapping(&mut self, fields: Vec<Field>, at: Position) -> Node {
        Node { at: self.mark(at), value: Value::Map(fields) }
    }

    fn field(&mut self, key: Cow<'a, str>, style: syntax::Style, at: Position, value: Node) -> Option<Field> {
        // Merges are the grammar's business, and so is what kustomize does to a text `<<`.
        if key == "<<" {
            return None;
        }
        let style = Style::from(style);
        let key = scalar(SmolStr::from(key), style, None);
        if self.twice == Twice::Last && (key.tag != Tag::Str || key_in_json(&key).is_some()) {
            return None;
        }
        let is_text = self.twice == Twice::Last || key.tag == Tag::Str;
        Some(Field { is_text, key: key.text, at: self.mark(at), value })
    }

    /// A key that is there twice is an error or not, which the grammar's builder says.
    fn complete(&mut self, fields: &[Field]) -> Option<()> {
        let is_unique = if fields.len() <= FEW {
            fields.iter().enumerate().all(|(index, field)| fields[..index].iter().all(|f| f.key != field.key))
        } else {
            let mut seen = HashSet::with_capacity(fields.len());
            fields.iter().all(|field| seen.insert(field.key.as_str()))
        };
        is_unique.then_some(())
    }
}
