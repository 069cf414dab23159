//! Events into nodes (the type `parser` in go-yaml's `decode.go`).

use std::collections::HashSet;

use yamltree::node::Position;
use yamltree::syntax::{Comments, Event, Parser, Properties, Style};

use super::{Content, Document, Form, Node, Unreadable, tag};
use crate::Limits;
use crate::yaml::node::Tag;
use crate::yaml::scalar::resolve;

type Result<T> = std::result::Result<T, Unreadable>;

/// What `!!` stands for.
const CORE: &str = "tag:yaml.org,2002:";

pub(super) fn document(text: &str) -> Result<Document> {
    let mut composer = Composer { parser: Parser::with_comments(text), anchors: HashSet::new(), depth: 0 };
    let Some((_, mut comments, _)) = composer.event()? else { return Ok(Document::default()) };
    let first = composer.some_event()?;
    let root = Some(composer.node(first)?);
    comments.foot = composer.some_event()?.1.foot;
    Ok(Document { comments, root })
}

/// An event with its comments and place.
type Found<'a> = (Event<'a>, Comments, Position);

struct Composer<'a> {
    parser: Parser<'a>,
    anchors: HashSet<&'a str>,
    depth: usize,
}

impl<'a> Composer<'a> {
    fn event(&mut self) -> Result<Option<Found<'a>>> {
        let event = self.parser.next_event().map_err(|_| Unreadable::Malformed)?;
        Ok(event.map(|(event, span)| (event, self.parser.take_comments(), span.start)))
    }

    fn some_event(&mut self) -> Result<Found<'a>> {
        self.event()?.ok_or(Unreadable::Malformed)
    }

    fn node(&mut self, (event, comments, start): Found<'a>) -> Result<Node> {
        self.depth += 1;
        if self.depth > Limits::DEEPEST_IN_TEXTS {
            return Err(Unreadable::TooDeep);
        }
        let mut node = match event {
            Event::Alias(name) if self.anchors.contains(name) => {
                Node { comments, ..Node::new(Content::Alias(name.to_owned())) }
            }
            Event::Scalar(text, style, properties) => {
                let default = match style {
                    Style::Plain if text == "<<" => "!!merge",
                    Style::Plain => tag(&Tag::of(&resolve(&text))),
                    _ => "!!str",
                };
                let content = Content::Scalar(text.into_owned(), style);
                Node { comments, ..self.begun(properties, default, content) }
            }
            Event::SequenceStart(is_flow, properties) => {
                let node = self.begun(properties, "!!seq", Content::Seq(Vec::new(), form(is_flow)));
                self.sequence(node, comments)?
            }
            Event::MappingStart(is_flow, properties) => {
                let node = self.begun(properties, "!!map", Content::Map(Vec::new(), form(is_flow)));
                self.mapping(node, comments)?
            }
            _ => return Err(Unreadable::Malformed),
        };
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        node.at = (small(start.line), small(start.column));
        self.depth -= 1;
        Ok(node)
    }

    /// A node with its tag and anchor.
    fn begun(&mut self, properties: Properties<'a>, default: &str, content: Content) -> Node {
        let is_tagged = properties.is_tagged();
        let tag = match properties.tag {
            Some(tag) if is_tagged => match tag.strip_prefix(CORE) {
                Some(name) => format!("!!{name}"),
                None => tag.into_owned(),
            },
            _ => default.to_owned(),
        };
        self.anchors.extend(properties.anchor);
        let anchor = properties.anchor.map(str::to_owned);
        Node { tag, is_tagged, anchor, ..Node::new(content) }
    }

    fn sequence(&mut self, mut node: Node, start: Comments) -> Result<Node> {
        let Content::Seq(items, _) = &mut node.content else { return Err(Unreadable::Malformed) };
        loop {
            let (event, comments, at) = self.some_event()?;
            if event == Event::SequenceEnd {
                node.comments = Comments { head: start.head, ..comments };
                return Ok(node);
            }
            items.push(self.node((event, comments, at))?);
        }
    }

    fn mapping(&mut self, mut node: Node, start: Comments) -> Result<Node> {
        let Content::Map(fields, form) = &mut node.content else { return Err(Unreadable::Malformed) };
        loop {
            let (event, mut comments, at) = self.some_event()?;
            if event == Event::MappingEnd {
                if let (Form::Block, Some((key, _)), false) =
                    (&form, fields.last_mut(), comments.foot.is_empty())
                {
                    key.comments.foot = std::mem::take(&mut comments.foot);
                }
                node.comments = Comments { head: start.head, ..comments };
                return Ok(node);
            }
            let mut key = self.node((event, comments, at))?;
            // A foot before a key that is further out belongs to what is before it.
            if let (Form::Block, Some((last, _)), false) =
                (&form, fields.last_mut(), key.comments.foot.is_empty())
            {
                last.comments.foot = std::mem::take(&mut key.comments.foot);
            }
            let next = self.some_event()?;
            let mut value = self.node(next)?;
            if key.comments.foot.is_empty() {
                key.comments.foot = std::mem::take(&mut value.comments.foot);
            }
            fields.push((key, value));
        }
    }
}

fn form(is_flow: bool) -> Form {
    if is_flow { Form::Flow } else { Form::Block }
}
