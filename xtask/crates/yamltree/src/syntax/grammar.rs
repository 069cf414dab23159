//! Tokens into events (`parserc.go`): libyaml's state machine.

mod collections;
mod comments;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::characters;
use super::cursor::Mark;
use super::scanner::{Kind, Result, Scanner, Token};
use super::{CORE, Event, Properties, Span, Style, SyntaxError};
use comments::Pending;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    ImplicitDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceEntry { is_first: bool },
    FlowSequenceEntryMappingKey,
    FlowSequenceEntryMappingValue,
    FlowSequenceEntryMappingEnd,
    FlowMappingKey { is_first: bool },
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

/// Reads a text event by event.
///
/// ```
/// use yamltree::syntax::{Event, Parser, Style};
///
/// let mut parser = Parser::new("a: 'b'");
/// let mut texts = Vec::new();
/// while let Some((event, span)) = parser.next_event()? {
///     if let Event::Scalar(text, style, _) = event {
///         texts.push((text.into_owned(), style, span.start.column));
///     }
/// }
/// assert_eq!(texts, [("a".to_owned(), Style::Plain, 1), ("b".to_owned(), Style::Single, 4)]);
/// # Ok::<(), yamltree::syntax::SyntaxError>(())
/// ```
#[derive(Debug)]
pub struct Parser<'a> {
    scanner: Scanner<'a>,
    state: State,
    states: Vec<State>,
    /// Where the collections began that are open.
    marks: Vec<Mark>,
    tags: BTreeMap<&'a str, Cow<'a, str>>,
    forbidden: Option<SyntaxError>,
    /// For who wants them.
    comments: Option<Box<Pending>>,
}

type Found<'a> = Result<(Event<'a>, Span)>;

fn span(start: Mark, end: Mark) -> Span {
    Span { start: start.position(), end: end.position() }
}

impl<'a> Parser<'a> {
    /// A parser at the beginning of a text.
    pub fn new(text: &'a str) -> Self {
        Parser {
            scanner: Scanner::new(text),
            state: State::ImplicitDocumentStart,
            states: Vec::new(),
            marks: Vec::new(),
            tags: BTreeMap::new(),
            forbidden: characters::forbidden_error(text),
            comments: None,
        }
    }

    /// A parser that reads as go-yaml v2 does, which accepts a little more; without comments.
    pub fn of_v2(text: &'a str) -> Self {
        let mut parser = Parser::new(text);
        parser.scanner.is_v2 = true;
        parser
    }

    /// The next event; `None` at the end of the text. After an error there is nothing more to read.
    pub fn next_event(&mut self) -> Result<Option<(Event<'a>, Span)>> {
        if self.state == State::End {
            return Ok(None);
        }
        self.no_comments();
        let found = match self.forbidden.take() {
            Some(error) => Err(error),
            None => self.step(),
        };
        if found.is_err() {
            self.state = State::End;
        }
        found
    }

    fn step(&mut self) -> Result<Option<(Event<'a>, Span)>> {
        let event = match self.state {
            State::ImplicitDocumentStart => return self.document_start(true),
            State::DocumentStart => return self.document_start(false),
            State::End => return Ok(None),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(true, false),
            State::BlockSequenceEntry => self.block_sequence_entry(),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceEntry { is_first } => self.flow_sequence_entry(is_first),
            State::FlowSequenceEntryMappingKey => self.flow_sequence_entry_mapping_key(),
            State::FlowSequenceEntryMappingValue => self.flow_sequence_entry_mapping_value(),
            State::FlowSequenceEntryMappingEnd => {
                let mark = self.peek()?.start;
                self.state = State::FlowSequenceEntry { is_first: false };
                Ok((Event::MappingEnd, span(mark, mark)))
            }
            State::FlowMappingKey { is_first } => self.flow_mapping_key(is_first),
            State::FlowMappingValue => self.flow_mapping_value(false),
            State::FlowMappingEmptyValue => self.flow_mapping_value(true),
        };
        event.map(Some)
    }

    fn peek(&mut self) -> Result<&Token<'a>> {
        if self.comments.is_some() {
            self.unfold()?;
        }
        self.scanner.peek()
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    fn pop_mark(&mut self) -> Mark {
        self.marks.pop().unwrap_or_default()
    }

    fn error(&self, message: &'static str, at: Mark) -> SyntaxError {
        SyntaxError { message, at: at.position(), context: None }
    }

    fn error_in(&self, context: &'static str, from: Mark, message: &'static str, at: Mark) -> SyntaxError {
        SyntaxError { message, at: at.position(), context: Some((context, from.position())) }
    }

    fn document_start(&mut self, is_implicit: bool) -> Result<Option<(Event<'a>, Span)>> {
        if !is_implicit {
            while self.peek()?.kind == Kind::DocumentEnd {
                self.scanner.take();
            }
        }
        let Token { kind, start, end } = self.peek()?;
        let (start, end) = (*start, *end);
        let is_explicit =
            matches!(kind, Kind::Version { .. } | Kind::TagDirective { .. } | Kind::DocumentStart);
        if *kind == Kind::StreamEnd {
            self.state = State::End;
            return Ok(None);
        }
        if is_implicit && !is_explicit {
            self.directives()?;
            self.states.push(State::DocumentEnd);
            self.state = State::BlockNode;
            self.attach_document_head();
            return Ok(Some((Event::DocumentStart, span(start, end))));
        }
        self.directives()?;
        let token = self.peek()?;
        let (at, end) = (token.start, token.end);
        if token.kind != Kind::DocumentStart {
            return Err(self.error("did not find expected <document start>", at));
        }
        self.scanner.take();
        self.states.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        Ok(Some((Event::DocumentStart, span(start, end))))
    }

    fn directives(&mut self) -> Result<()> {
        let mut has_version = false;
        loop {
            let Token { kind, start, .. } = self.peek()?;
            let start = *start;
            match kind {
                Kind::Version { .. } if has_version => {
                    return Err(self.error("found duplicate %YAML directive", start));
                }
                Kind::Version { major: 1, minor: 1 } => has_version = true,
                Kind::Version { .. } => return Err(self.error("found incompatible YAML document", start)),
                Kind::TagDirective { handle, prefix } => {
                    let (handle, prefix) = (*handle, prefix.clone());
                    if self.tags.insert(handle, prefix).is_some() {
                        return Err(self.error("found duplicate %TAG directive", start));
                    }
                }
                _ => return Ok(()),
            }
            self.scanner.take();
        }
    }

    fn document_content(&mut self) -> Found<'a> {
        let Token { kind, start, .. } = self.peek()?;
        let start = *start;
        match kind {
            Kind::Version { .. }
            | Kind::TagDirective { .. }
            | Kind::DocumentStart
            | Kind::DocumentEnd
            | Kind::StreamEnd => {
                self.pop_state();
                Ok(nothing(start))
            }
            _ => self.node(true, false),
        }
    }

    fn document_end(&mut self) -> Found<'a> {
        let Token { kind, start, end } = self.peek()?;
        let (start, mut last) = (*start, *start);
        if *kind == Kind::DocumentEnd {
            last = *end;
            self.scanner.take();
        }
        self.tags.clear();
        self.state = State::DocumentStart;
        self.attach_document_foot();
        Ok((Event::DocumentEnd, span(start, last)))
    }

    /// Anchor and tag in either order.
    fn properties(&mut self) -> Result<(Properties<'a>, Mark, Mark)> {
        let mut properties = Properties::default();
        let first = self.peek()?.start;
        let mut last = first;
        let mut has_tag = false;
        loop {
            let Token { kind, start, end } = self.peek()?;
            let (start, end) = (*start, *end);
            match kind {
                Kind::Anchor(name) if properties.anchor.is_none() => properties.anchor = Some(name),
                Kind::Tag { handle, suffix } if !has_tag => {
                    let (handle, suffix) = (*handle, suffix.clone());
                    let tag = self.full_tag(handle, suffix);
                    let Some(tag) = tag else {
                        let message = "found undefined tag handle";
                        return Err(self.error_in("while parsing a node", first, message, start));
                    };
                    has_tag = true;
                    properties.tag = Some(tag).filter(|tag| !tag.is_empty());
                }
                _ => return Ok((properties, first, last)),
            }
            last = end;
            self.scanner.take();
        }
    }

    fn full_tag(&self, handle: &str, suffix: Cow<'a, str>) -> Option<Cow<'a, str>> {
        if handle.is_empty() {
            return Some(suffix);
        }
        let own = self.tags.get(handle).map(Cow::as_ref);
        let prefix = match (own, handle) {
            (Some(prefix), _) => prefix,
            (None, "!") => "!",
            (None, "!!") => CORE,
            _ => return None,
        };
        Some(Cow::Owned(format!("{prefix}{suffix}")))
    }

    fn node(&mut self, is_block: bool, may_be_indentless: bool) -> Found<'a> {
        if let Token { kind: Kind::Alias(name), start, end } = self.peek()? {
            let (name, start, end) = (*name, *start, *end);
            self.attach();
            self.scanner.take();
            self.pop_state();
            return Ok((Event::Alias(name), span(start, end)));
        }
        let (properties, first, last) = self.properties()?;
        let Token { kind, start, end } = self.peek()?;
        let (start, end) = (*start, *end);
        let (event, end) = match kind {
            Kind::BlockEntry if may_be_indentless => {
                self.state = State::IndentlessSequenceEntry;
                (Event::SequenceStart(false, properties), end)
            }
            Kind::Scalar(..) => {
                self.attach();
                self.pop_state();
                let Some(Token { kind: Kind::Scalar(text, style), .. }) = self.scanner.take() else {
                    return Ok(nothing(start));
                };
                (Event::Scalar(text, style, properties), end)
            }
            Kind::FlowSequenceStart => {
                self.attach();
                self.open(start, State::FlowSequenceEntry { is_first: true });
                (Event::SequenceStart(true, properties), end)
            }
            Kind::FlowMappingStart => {
                self.attach();
                self.open(start, State::FlowMappingKey { is_first: true });
                (Event::MappingStart(true, properties), end)
            }
            Kind::BlockSequenceStart if is_block => {
                self.attach_stem();
                self.open(start, State::BlockSequenceEntry);
                (Event::SequenceStart(false, properties), end)
            }
            Kind::BlockMappingStart if is_block => {
                self.attach_stem();
                self.open(start, State::BlockMappingKey);
                (Event::MappingStart(false, properties), end)
            }
            _ if properties != Properties::default() => {
                self.pop_state();
                (Event::Scalar(Cow::Borrowed(""), Style::Plain, properties), last)
            }
            _ => {
                let context =
                    if is_block { "while parsing a block node" } else { "while parsing a flow node" };
                return Err(self.error_in(context, first, "did not find expected node content", start));
            }
        };
        Ok((event, span(first, end)))
    }

    /// Enters a collection whose first token was peeked at.
    fn open(&mut self, start: Mark, state: State) {
        self.marks.push(start);
        self.scanner.take();
        self.state = state;
    }

    /// A child follows, after it `next`.
    fn child(&mut self, next: State, is_block: bool, may_be_indentless: bool) -> Found<'a> {
        self.states.push(next);
        self.node(is_block, may_be_indentless)
    }

    /// Nothing is written where a child could be.
    fn no_child(&mut self, next: State, at: Mark) -> Found<'a> {
        self.state = next;
        Ok(nothing(at))
    }

    fn close(&mut self, event: Event<'a>, start: Mark, end: Mark) -> Found<'a> {
        self.scanner.take();
        self.pop_state();
        self.pop_mark();
        Ok((event, span(start, end)))
    }
}

/// The scalar that stands where nothing is written.
fn nothing<'a>(at: Mark) -> (Event<'a>, Span) {
    (Event::Scalar(Cow::Borrowed(""), Style::Plain, Properties::default()), span(at, at))
}
