//! Any text as YAML.

use std::borrow::Cow;

use yamltree::document;
use yamltree::node::Position;
use yamltree::syntax::common::{self, Assemble};
use yamltree::syntax::{Event, Parser, Properties, Style};

use super::chance::indented;
use super::rules;

/// Reads a text in every way there is.
pub fn yaml(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let text = format!("{}\n", text.trim_end_matches('\n'));
    document::parse("x", &text);
    the_common_part_is_what_the_grammar_reads(&text);
    both_readers_of_objects_agree(&text);
}

/// As the value of a field; with `...` behind it the text is beyond the common part.
fn both_readers_of_objects_agree(text: &str) {
    let field = format!("apiVersion: v1\nkind: A\nmetadata: {{name: a}}\nspec:\n{}", indented(text, "  "));
    for text in [text, &field] {
        let fixture = format!("#- kustomization.yaml\nresources: [a.yaml]\n#- a.yaml\n{text}");
        let one = rules::check(&fixture, "");
        // Where no document is, none can end; of several, the last may be none.
        if one.as_deref() != Some("") && !text.contains("\n---") {
            assert_eq!(one, rules::check(&format!("{fixture}...\n"), ""), "{text:?}");
        }
    }
}

/// A value with what both readers say of it.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Scalar(String, Style),
    Seq(Position, Vec<Value>),
    Map(Position, Vec<(Position, Value, Value)>),
}

struct Common;

impl<'a> Assemble<'a> for Common {
    type Node = (Position, Value);
    type Field = (Position, Value, Value);

    fn scalar(&mut self, text: Cow<'a, str>, style: Style, at: Position) -> Self::Node {
        (at, Value::Scalar(text.into_owned(), style))
    }

    fn sequence(&mut self, items: Vec<Self::Node>, at: Position) -> Self::Node {
        (at, Value::Seq(at, items.into_iter().map(|(_, value)| value).collect()))
    }

    fn mapping(&mut self, fields: Vec<Self::Field>, at: Position) -> Self::Node {
        (at, Value::Map(at, fields))
    }

    fn field(
        &mut self,
        key: Cow<'a, str>,
        style: Style,
        at: Position,
        value: Self::Node,
    ) -> Option<Self::Field> {
        Some((at, Value::Scalar(key.into_owned(), style), value.1))
    }

    fn complete(&mut self, _: &[Self::Field]) -> Option<()> {
        Some(())
    }
}

fn the_common_part_is_what_the_grammar_reads(text: &str) {
    let Some((_, value)) = common::read(text, &mut Common) else { return };
    let mut reader = Reader { parser: Parser::new(text), anchors: Vec::new() };
    assert_eq!(reader.document(), Some(value), "{text:?}");
}

struct Reader<'a> {
    parser: Parser<'a>,
    anchors: Vec<(&'a str, Value)>,
}

impl<'a> Reader<'a> {
    fn event(&mut self) -> Option<(Event<'a>, Position)> {
        let (event, span) = self.parser.next_event().ok()??;
        Some((event, span.start))
    }

    /// The only document; `None` if there is an error or anything behind it.
    fn document(&mut self) -> Option<Value> {
        let (Event::DocumentStart, _) = self.event()? else { return None };
        let (event, at) = self.event()?;
        let value = self.value(event, at)?;
        let (Event::DocumentEnd, _) = self.event()? else { return None };
        matches!(self.parser.next_event(), Ok(None)).then_some(value)
    }

    fn value(&mut self, event: Event<'a>, at: Position) -> Option<Value> {
        match event {
            Event::Scalar(text, style, Properties { anchor, .. }) => {
                let value = Value::Scalar(text.into_owned(), style);
                self.anchors.extend(anchor.map(|name| (name, value.clone())));
                Some(value)
            }
            Event::Alias(name) => {
                self.anchors.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
            }
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match self.event()? {
                        (Event::SequenceEnd, _) => return Some(Value::Seq(at, items)),
                        (event, at) => items.push(self.value(event, at)?),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut fields = Vec::new();
                loop {
                    let (key, key_at) = match self.event()? {
                        (Event::MappingEnd, _) => return Some(Value::Map(at, fields)),
                        (event, at) => (self.value(event, at)?, at),
                    };
                    let (event, at) = self.event()?;
                    fields.push((key_at, key, self.value(event, at)?));
                }
            }
            Event::DocumentStart | Event::DocumentEnd | Event::SequenceEnd | Event::MappingEnd => None,
        }
    }
}
