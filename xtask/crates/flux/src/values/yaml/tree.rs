//! The nodes of the first document, as go-yaml's parser leaves them: aliases and tags are still there.

use std::collections::HashMap;

use yamltree::node::Position;
use yamltree::syntax::{Event, Parser, Properties, Style};

use super::super::DEEPEST;
use super::{Result, fault};

/// A node in the tree.
pub(super) type Id = usize;

pub(super) enum Kind {
    Scalar(Scalar),
    List(Vec<Id>),
    /// Keys and values.
    Map(Vec<(Id, Id)>),
    /// What the alias stands for.
    Alias(Id),
}

pub(super) struct Scalar {
    pub(super) text: String,
    /// In full, or `!`.
    pub(super) tag: Option<String>,
    /// May it, without a tag, be something else than a text?
    pub(super) is_implicit: bool,
}

pub(super) struct Tree {
    nodes: Vec<(Kind, Position)>,
    pub(super) root: Id,
}

impl Tree {
    pub(super) fn kind(&self, id: Id) -> &Kind {
        &self.nodes[id].0
    }

    pub(super) fn start(&self, id: Id) -> Position {
        self.nodes[id].1
    }
}

/// The first document; `None` if there is none.
pub(super) fn parse(text: &str) -> Result<Option<Tree>> {
    let mut parser = Parser::of_v2(text);
    let mut builder = Builder::default();
    loop {
        let event = parser.next_event().map_err(|error| fault(error.message, error.at))?;
        let Some((event, span)) = event else { return Ok(None) };
        if event == Event::DocumentEnd {
            return Ok(builder.root.map(|root| Tree { nodes: builder.nodes, root }));
        }
        builder.event(event, span.start)?;
    }
}

#[derive(Default)]
struct Builder {
    nodes: Vec<(Kind, Position)>,
    /// The collections that are being read, each with the key that waits for its value.
    open: Vec<(Id, Option<Id>)>,
    anchors: HashMap<String, Id>,
    root: Option<Id>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, at: Position) -> Result<()> {
        match event {
            Event::DocumentStart | Event::DocumentEnd => {}
            Event::Scalar(text, style, properties) => {
                let scalar = scalar(text.into_owned(), style, &properties);
                self.add(Kind::Scalar(scalar), at, properties.anchor);
            }
            Event::SequenceStart(_, properties) => {
                self.open(Kind::List(Vec::new()), at, properties.anchor)?
            }
            Event::MappingStart(_, properties) => self.open(Kind::Map(Vec::new()), at, properties.anchor)?,
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
            }
            Event::Alias(name) => {
                let Some(original) = self.anchors.get(name) else {
                    return Err(fault("an alias without an anchor", at));
                };
                self.add(Kind::Alias(*original), at, None);
            }
        }
        Ok(())
    }

    fn open(&mut self, kind: Kind, at: Position, anchor: Option<&str>) -> Result<()> {
        let id = self.add(kind, at, anchor);
        self.open.push((id, None));
        if self.open.len() > DEEPEST { Err(fault("deeper than any honest values", at)) } else { Ok(()) }
    }

    fn add(&mut self, kind: Kind, at: Position, anchor: Option<&str>) -> Id {
        let id = self.nodes.len();
        self.nodes.push((kind, at));
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor.to_owned(), id);
        }
        let Some((parent, key)) = self.open.last_mut() else {
            self.root = Some(id);
            return id;
        };
        match &mut self.nodes[*parent].0 {
            Kind::List(items) => items.push(id),
            Kind::Map(entries) => match key.take() {
                Some(key) => entries.push((key, id)),
                None => *key = Some(id),
            },
            Kind::Scalar(_) | Kind::Alias(_) => {}
        }
        id
    }
}

/// With `!` even a quoted `<<` merges.
fn scalar(text: String, style: Style, properties: &Properties<'_>) -> Scalar {
    let tag = properties.tag.as_deref();
    let is_implicit = tag == Some("!") || (tag.is_none() && style == Style::Plain);
    Scalar { text, tag: tag.map(str::to_owned), is_implicit }
}
