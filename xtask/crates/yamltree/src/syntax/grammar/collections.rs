//! The entries of lists and mappings.

use super::super::scanner::{Kind, Result, Token};
use super::super::{Event, Properties};
use super::{Found, Parser, State, span};

impl<'a> Parser<'a> {
    pub(super) fn block_sequence_entry(&mut self) -> Found<'a> {
        let Token { kind, start, end } = self.peek()?;
        let (start, end) = (*start, *end);
        match kind {
            Kind::BlockEntry => {
                let head = self.head_length();
                self.scanner.take();
                self.split_stem(head)?;
                match self.peek()?.kind {
                    Kind::BlockEntry | Kind::BlockEnd => self.no_child(State::BlockSequenceEntry, end),
                    _ => self.child(State::BlockSequenceEntry, true, false),
                }
            }
            Kind::BlockEnd => self.close(Event::SequenceEnd, start, end),
            _ => {
                let from = self.pop_mark();
                let message = "did not find expected '-' indicator";
                Err(self.error_in("while parsing a block collection", from, message, start))
            }
        }
    }

    pub(super) fn indentless_sequence_entry(&mut self) -> Found<'a> {
        let Token { kind, start, end } = self.peek()?;
        let (start, end) = (*start, *end);
        if *kind != Kind::BlockEntry {
            self.pop_state();
            return Ok((Event::SequenceEnd, span(start, start)));
        }
        let head = self.head_length();
        self.scanner.take();
        self.split_stem(head)?;
        match self.peek()?.kind {
            Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd => {
                self.no_child(State::IndentlessSequenceEntry, end)
            }
            _ => self.child(State::IndentlessSequenceEntry, true, false),
        }
    }

    pub(super) fn block_mapping_key(&mut self) -> Found<'a> {
        let Token { kind, start, end } = self.peek()?;
        let (start, end) = (*start, *end);
        match kind {
            Kind::Key => {
                self.scanner.take();
                match self.peek()?.kind {
                    Kind::Key | Kind::Value | Kind::BlockEnd => self.no_child(State::BlockMappingValue, end),
                    _ => self.child(State::BlockMappingValue, true, true),
                }
            }
            Kind::BlockEnd => {
                self.attach();
                self.close(Event::MappingEnd, start, end)
            }
            _ => {
                let from = self.pop_mark();
                let message = "did not find expected key";
                Err(self.error_in("while parsing a block mapping", from, message, start))
            }
        }
    }

    pub(super) fn block_mapping_value(&mut self) -> Found<'a> {
        let Token { kind, start, end } = self.peek()?;
        let (start, end) = (*start, *end);
        if *kind != Kind::Value {
            return self.no_child(State::BlockMappingKey, start);
        }
        self.scanner.take();
        match self.peek()?.kind {
            Kind::Key | Kind::Value | Kind::BlockEnd => self.no_child(State::BlockMappingKey, end),
            _ => self.child(State::BlockMappingKey, true, true),
        }
    }

    /// Goes over the comma between two entries of a flow collection.
    fn comma(&mut self, context: &'static str, message: &'static str) -> Result<()> {
        let Token { kind, start, .. } = self.peek()?;
        let start = *start;
        if *kind != Kind::FlowEntry {
            let from = self.pop_mark();
            return Err(self.error_in(context, from, message, start));
        }
        self.scanner.take();
        Ok(())
    }

    pub(super) fn flow_sequence_entry(&mut self, is_first: bool) -> Found<'a> {
        if !is_first && self.peek()?.kind != Kind::FlowSequenceEnd {
            self.comma("while parsing a flow sequence", "did not find expected ',' or ']'")?;
        }
        let Token { kind, start, end } = self.peek()?;
        let (start, end) = (*start, *end);
        match kind {
            Kind::FlowSequenceEnd => {
                self.attach();
                self.close(Event::SequenceEnd, start, end)
            }
            Kind::Key => {
                self.scanner.take();
                self.state = State::FlowSequenceEntryMappingKey;
                Ok((Event::MappingStart(true, Properties::default()), span(start, end)))
            }
            _ => self.child(State::FlowSequenceEntry { is_first: false }, false, false),
        }
    }

    pub(super) fn flow_sequence_entry_mapping_key(&mut self) -> Found<'a> {
        let Token { kind, end, .. } = self.peek()?;
        let end = *end;
        match kind {
            Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd => {
                // go-yaml eats the token here, and so `[? ]` is an error there too.
                self.scanner.take();
                self.no_child(State::FlowSequenceEntryMappingValue, end)
            }
            _ => self.child(State::FlowSequenceEntryMappingValue, false, false),
        }
    }

    pub(super) fn flow_sequence_entry_mapping_value(&mut self) -> Found<'a> {
        let Token { kind, start, .. } = self.peek()?;
        let mut start = *start;
        if *kind == Kind::Value {
            self.scanner.take();
            let token = self.peek()?;
            start = token.start;
            if !matches!(token.kind, Kind::FlowEntry | Kind::FlowSequenceEnd) {
                return self.child(State::FlowSequenceEntryMappingEnd, false, false);
            }
        }
        self.no_child(State::FlowSequenceEntryMappingEnd, start)
    }

    pub(super) fn flow_mapping_key(&mut self, is_first: bool) -> Found<'a> {
        if !is_first && self.peek()?.kind != Kind::FlowMappingEnd {
            self.comma("while parsing a flow mapping", "did not find expected ',' or '}'")?;
        }
        let Token { kind, start, end } = self.peek()?;
        let (start, end) = (*start, *end);
        match kind {
            Kind::FlowMappingEnd => {
                self.attach();
                self.close(Event::MappingEnd, start, end)
            }
            Kind::Key => {
                self.scanner.take();
                let token = self.peek()?;
                let start = token.start;
                match token.kind {
                    Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd => {
                        self.no_child(State::FlowMappingValue, start)
                    }
                    _ => self.child(State::FlowMappingValue, false, false),
                }
            }
            _ => self.child(State::FlowMappingEmptyValue, false, false),
        }
    }

    pub(super) fn flow_mapping_value(&mut self, is_empty: bool) -> Found<'a> {
        let next = State::FlowMappingKey { is_first: false };
        let Token { kind, start, .. } = self.peek()?;
        let mut start = *start;
        if !is_empty && *kind == Kind::Value {
            self.scanner.take();
            let token = self.peek()?;
            start = token.start;
            if !matches!(token.kind, Kind::FlowEntry | Kind::FlowMappingEnd) {
                return self.child(next, false, false);
            }
        }
        self.no_child(next, start)
    }
}
