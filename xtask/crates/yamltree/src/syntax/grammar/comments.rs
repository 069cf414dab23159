//! Which event each comment goes with (`parserc.go` of go-yaml: `yaml_parser_unfold_comments` and what calls it).

use super::super::comments::{Comments, Queue};
use super::super::scanner::{Kind, Result};
use super::Parser;

/// Comments that wait for their event.
#[derive(Debug, Default)]
pub(super) struct Pending {
    waiting: Comments,
    /// The head of a list or mapping that is an entry of a list.
    stem: String,
    /// What belongs to the last event.
    event: Comments,
}

fn join(all: &mut String, one: &str) {
    if !one.is_empty() {
        if !all.is_empty() {
            all.push('\n');
        }
        all.push_str(one);
    }
}

impl<'a> Parser<'a> {
    /// A parser that also says which comments there are: see [`Parser::take_comments`].
    pub fn with_comments(text: &'a str) -> Self {
        let mut parser = Parser::new(text);
        parser.scanner.comments = Some(Box::new(Queue::default()));
        parser.comments = Some(Box::default());
        parser
    }

    /// The comments of the last event. Where a list or mapping ends there are those that belong to all of it.
    pub fn take_comments(&mut self) -> Comments {
        self.comments.as_mut().map(|pending| std::mem::take(&mut pending.event)).unwrap_or_default()
    }

    /// Fetches the comments that belong to the next token.
    pub(super) fn unfold(&mut self) -> Result<()> {
        let token = self.scanner.peek()?;
        let (at, is_end) = (token.start.index as usize, token.kind == Kind::BlockEnd);
        if let (Some(pending), Some(queue)) = (&mut self.comments, &mut self.scanner.comments) {
            while let Some(comments) = queue.next(at, is_end) {
                join(&mut pending.waiting.head, &comments.head);
                join(&mut pending.waiting.line, &comments.line);
                join(&mut pending.waiting.foot, &comments.foot);
            }
        }
        Ok(())
    }

    /// A new event, without comments so far.
    pub(super) fn no_comments(&mut self) {
        if let Some(pending) = &mut self.comments {
            pending.event = Comments::default();
        }
    }

    /// What waits goes with this event (`yaml_parser_set_event_comments`).
    pub(super) fn attach(&mut self) {
        if let Some(pending) = &mut self.comments {
            pending.event = std::mem::take(&mut pending.waiting);
            pending.stem.clear();
        }
    }

    /// The comments before a document, up to the last empty line, belong to all of it.
    pub(super) fn attach_document_head(&mut self) {
        let Some(pending) = &mut self.comments else { return };
        let head = &pending.waiting.head;
        let is_split = |at: &usize| head[..*at].ends_with('\n') || at + 1 == head.len();
        let Some(at) = head.rmatch_indices('\n').map(|(at, _)| at).filter(|at| *at > 0).find(is_split) else {
            return;
        };
        let rest = head[at + 1..].to_owned();
        let end = if at + 1 == head.len() { at } else { at - 1 };
        pending.event.head = head[..end].to_owned();
        pending.waiting.head = rest;
    }

    /// What is left at the end of a document is its foot.
    pub(super) fn attach_document_foot(&mut self) {
        self.attach();
        if let Some(pending) = &mut self.comments
            && pending.event.foot.is_empty()
        {
            pending.event.foot = std::mem::take(&mut pending.event.head);
        }
    }

    pub(super) fn head_length(&self) -> usize {
        self.comments.as_ref().map_or(0, |pending| pending.waiting.head.len())
    }

    /// The comments before a `-` belong to the list or mapping that follows it, not to the first entry of that
    /// (`yaml_parser_split_stem_comment`).
    pub(super) fn split_stem(&mut self, length: usize) -> Result<()> {
        if length == 0 {
            return Ok(());
        }
        let is_block = matches!(self.peek()?.kind, Kind::BlockSequenceStart | Kind::BlockMappingStart);
        if let (Some(pending), true) = (&mut self.comments, is_block) {
            let head = std::mem::take(&mut pending.waiting.head);
            pending.waiting.head = head.get(length + 1..).unwrap_or_default().to_owned();
            pending.stem = head.get(..length).unwrap_or_default().to_owned();
        }
        Ok(())
    }

    pub(super) fn attach_stem(&mut self) {
        if let Some(pending) = &mut self.comments {
            pending.event.head = std::mem::take(&mut pending.stem);
        }
    }
}
