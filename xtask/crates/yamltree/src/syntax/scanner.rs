//! Characters into tokens (`scannerc.go`): indentation becomes tokens, and what turns out to be a key gets its token afterwards.

mod keys;

use std::collections::VecDeque;

use super::SyntaxError;
use super::comments::Queue;
use super::cursor::{Cursor, Mark};
pub(super) use super::token::{Kind, Token};
use keys::SimpleKey;

/// How deep flow collections and indentation may nest, as in go-yaml.
const DEEPEST: usize = 10_000;
/// Two byte order marks, of which the first is always gone over.
const TWO_MARKS: &str = "\u{feff}\u{feff}";

#[derive(Debug)]
pub(super) struct Scanner<'a> {
    pub(super) cursor: Cursor<'a>,
    tokens: VecDeque<Token<'a>>,
    /// How many tokens were taken.
    taken: usize,
    is_ended: bool,
    pub(super) flow: usize,
    pub(super) indent: isize,
    indents: Vec<isize>,
    pub(super) key_allowed: bool,
    /// Is `-`, `---` or `...` the last token? A comment behind any other belongs to it and ends with its line.
    is_after_entry: bool,
    keys: Vec<SimpleKey>,
    /// The comments, for who wants them.
    pub(super) comments: Option<Box<Queue>>,
    /// go-yaml v2 knows nothing of comments: it looks no further ahead than it must, and a comment is one line.
    pub(super) is_v2: bool,
}

pub(super) type Result<T> = std::result::Result<T, SyntaxError>;

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let cursor = Cursor::new(text);
        let none = SimpleKey::none(0, cursor.mark());
        Scanner {
            cursor,
            tokens: VecDeque::new(),
            taken: 0,
            is_ended: false,
            flow: 0,
            indent: -1,
            indents: Vec::new(),
            key_allowed: true,
            is_after_entry: false,
            keys: vec![none],
            comments: None,
            is_v2: false,
        }
    }

    /// The next token, which stays where it is.
    pub(super) fn peek(&mut self) -> Result<&Token<'a>> {
        while !self.is_ended && self.needs_more()? {
            self.fetch()?;
        }
        if self.tokens.is_empty() {
            let mark = self.cursor.mark();
            self.tokens.push_back(Token { kind: Kind::StreamEnd, start: mark, end: mark });
        }
        Ok(&self.tokens[0])
    }

    /// Takes the token that was peeked at.
    pub(super) fn take(&mut self) -> Option<Token<'a>> {
        self.taken += 1;
        self.tokens.pop_front()
    }

    pub(super) fn push(&mut self, kind: Kind<'a>, start: Mark, end: Mark) {
        self.is_after_entry = matches!(kind, Kind::BlockEntry | Kind::DocumentStart | Kind::DocumentEnd);
        self.tokens.push_back(Token { kind, start, end });
    }

    fn fetch(&mut self) -> Result<()> {
        if self.comments.is_some() {
            return self.fetch_with_comment();
        }
        self.skip_to_token();
        self.unroll(self.cursor.column() as isize, self.cursor.mark());
        self.fetch_here()
    }

    /// The same with the comments before the token and behind it (`yaml_parser_fetch_next_token`).
    fn fetch_with_comment(&mut self) -> Result<()> {
        let scan = self.cursor.mark();
        self.comments_to_token();
        self.unroll(self.cursor.column() as isize, scan);
        let mark = self.cursor.mark();
        let byte = self.cursor.byte(0);
        let is_directive = mark.column == 0 && (byte == b'%' || self.cursor.is_document_indicator());
        let has_none = is_directive || (byte == 0 && self.cursor.is_end());
        // A comment behind a colon or comma belongs to what is before that.
        let is_behind = if self.flow == 0 { byte == b':' } else { byte == b',' };
        let owner = self.last_token(0).filter(|_| is_behind).map_or(mark, |token| token.start);
        self.fetch_here()?;
        if !has_none && self.last_token(0).is_none_or(|token| token.kind != Kind::BlockEntry) {
            self.line_comment(owner);
        }
        Ok(())
    }

    /// A token counted from the last one.
    pub(super) fn last_token(&self, before: usize) -> Option<&Token<'a>> {
        self.tokens.get(self.tokens.len().checked_sub(before + 1)?)
    }

    /// The token at the cursor.
    fn fetch_here(&mut self) -> Result<()> {
        let mark = self.cursor.mark();
        let byte = self.cursor.byte(0);
        if byte == 0 && self.cursor.is_end() {
            return self.end();
        }
        if mark.column == 0 {
            if byte == b'%' {
                self.unroll(-1, mark);
                self.drop_key()?;
                self.key_allowed = false;
                return self.directive();
            }
            if self.cursor.is_document_indicator() {
                self.unroll(-1, mark);
                self.drop_key()?;
                self.key_allowed = false;
                self.cursor.skip(3);
                let kind = if byte == b'-' { Kind::DocumentStart } else { Kind::DocumentEnd };
                self.push(kind, mark, self.cursor.mark());
                return Ok(());
            }
        }
        match byte {
            b'[' => self.open(Kind::FlowSequenceStart),
            b'{' => self.open(Kind::FlowMappingStart),
            b']' => self.close(Kind::FlowSequenceEnd),
            b'}' => self.close(Kind::FlowMappingEnd),
            b',' => {
                self.drop_key()?;
                self.key_allowed = true;
                self.indicator(Kind::FlowEntry);
                Ok(())
            }
            b'-' if self.cursor.is_blank_or_end(1) => self.entry(),
            b'?' if self.flow > 0 || self.cursor.is_blank_or_end(1) => self.key(),
            b':' if self.flow > 0 || self.cursor.is_blank_or_end(1) => self.value(),
            b'*' | b'&' => {
                self.save_key()?;
                self.key_allowed = false;
                self.anchor()
            }
            b'!' => {
                self.save_key()?;
                self.key_allowed = false;
                self.tag()
            }
            b'|' | b'>' if self.flow == 0 => {
                self.drop_key()?;
                self.key_allowed = true;
                self.block_scalar()
            }
            b'\'' | b'"' => {
                self.save_key()?;
                self.key_allowed = false;
                self.quoted()
            }
            b'-' if !self.cursor.is_blank(1) => self.start_plain(),
            b'?' | b':' if self.flow == 0 => self.start_plain(),
            b' ' | b'\t' | b'-' | b'?' | b':' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => {
                Err(self.cursor.error("", mark, "found character that cannot start any token"))
            }
            _ => self.start_plain(),
        }
    }

    fn start_plain(&mut self) -> Result<()> {
        self.save_key()?;
        self.key_allowed = false;
        self.plain()
    }

    /// Blanks, comments and line breaks. A tab may not be where indentation could be.
    fn skip_to_token(&mut self) {
        loop {
            self.skip_blanks_to_token();
            if self.cursor.byte(0) == b'#' {
                if self.is_v2 || (self.cursor.has_content_on_line() && !self.is_after_entry) {
                    self.cursor.skip_line_rest();
                } else {
                    self.cursor.skip_comments();
                }
            }
            if self.cursor.line_break().is_empty() {
                return;
            }
            if self.flow == 0 {
                self.key_allowed = true;
            }
        }
    }

    pub(super) fn skip_blanks_to_token(&mut self) {
        // go-yaml means to ask for a byte order mark here, and asks if there is a second one at the beginning of the text.
        if self.cursor.column() == 0 && self.cursor.text.starts_with(TWO_MARKS) && !self.cursor.is_end() {
            self.cursor.skip_char();
        }
        while self.cursor.byte(0) == b' '
            || (self.cursor.byte(0) == b'\t' && (self.flow > 0 || !self.key_allowed))
        {
            self.cursor.skip(1);
        }
    }

    fn end(&mut self) -> Result<()> {
        self.cursor.end_line();
        self.unroll(-1, self.cursor.mark());
        self.drop_key()?;
        self.key_allowed = false;
        self.is_ended = true;
        let mark = self.cursor.mark();
        self.push(Kind::StreamEnd, mark, mark);
        Ok(())
    }

    /// One character that is a token.
    fn indicator(&mut self, kind: Kind<'a>) {
        let start = self.cursor.mark();
        self.cursor.skip(1);
        self.push(kind, start, self.cursor.mark());
    }

    fn open(&mut self, kind: Kind<'a>) -> Result<()> {
        self.save_key()?;
        let mark = self.cursor.mark();
        self.keys.push(SimpleKey::none(self.taken + self.tokens.len(), mark));
        self.flow += 1;
        if self.flow > DEEPEST {
            return Err(self.cursor.error(
                "while increasing flow level",
                mark,
                "exceeded max depth of 10000",
            ));
        }
        self.key_allowed = true;
        self.indicator(kind);
        Ok(())
    }

    fn close(&mut self, kind: Kind<'a>) -> Result<()> {
        self.drop_key()?;
        if self.flow > 0 {
            self.flow -= 1;
            let inner = self.keys.pop();
            if let (Some(inner), Some(outer)) = (inner, self.keys.last_mut()) {
                outer.is_held &= outer.token != inner.token;
            }
        }
        self.key_allowed = false;
        self.indicator(kind);
        Ok(())
    }

    fn entry(&mut self) -> Result<()> {
        if self.flow == 0 {
            let mark = self.cursor.mark();
            if !self.key_allowed {
                let message = "block sequence entries are not allowed in this context";
                return Err(self.cursor.error("", mark, message));
            }
            self.roll(mark, None, Kind::BlockSequenceStart)?;
        }
        self.drop_key()?;
        self.key_allowed = true;
        self.indicator(Kind::BlockEntry);
        Ok(())
    }

    fn key(&mut self) -> Result<()> {
        if self.flow == 0 {
            let mark = self.cursor.mark();
            if !self.key_allowed {
                return Err(self.cursor.error("", mark, "mapping keys are not allowed in this context"));
            }
            self.roll(mark, None, Kind::BlockMappingStart)?;
        }
        self.drop_key()?;
        self.key_allowed = self.flow == 0;
        self.indicator(Kind::Key);
        if self.comments.is_none() {
            self.cursor.skip_line_comment();
        }
        Ok(())
    }

    fn value(&mut self) -> Result<()> {
        let last = self.keys.len() - 1;
        if self.is_key(last)? {
            let key = self.keys[last];
            let at = key.token.checked_sub(self.taken);
            self.insert(at, Token { kind: Kind::Key, start: key.mark, end: key.mark });
            self.roll(key.mark, at, Kind::BlockMappingStart)?;
            self.keys[last].is_possible = false;
            self.key_allowed = false;
        } else {
            if self.flow == 0 {
                let mark = self.cursor.mark();
                if !self.key_allowed {
                    return Err(self.cursor.error(
                        "",
                        mark,
                        "mapping values are not allowed in this context",
                    ));
                }
                self.roll(mark, None, Kind::BlockMappingStart)?;
            }
            self.key_allowed = self.flow == 0;
        }
        self.indicator(Kind::Value);
        if self.comments.is_none() {
            self.cursor.skip_line_comment();
        }
        Ok(())
    }

    fn anchor(&mut self) -> Result<()> {
        let start = self.cursor.mark();
        let is_alias = self.cursor.byte(0) == b'*';
        self.cursor.skip(1);
        let from = self.cursor.offset;
        while self.cursor.is_word() {
            self.cursor.skip(1);
        }
        let name = self.cursor.since(from);
        let is_ended = self.cursor.is_blank_or_end(0)
            || matches!(self.cursor.byte(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !is_ended {
            let context = if is_alias { "while scanning an alias" } else { "while scanning an anchor" };
            return Err(self.cursor.error(
                context,
                start,
                "did not find expected alphabetic or numeric character",
            ));
        }
        let kind = if is_alias { Kind::Alias(name) } else { Kind::Anchor(name) };
        self.push(kind, start, self.cursor.mark());
        Ok(())
    }

    /// Opens a block collection if this is further in.
    fn roll(&mut self, mark: Mark, at: Option<usize>, kind: Kind<'a>) -> Result<()> {
        let column = mark.column as isize;
        if self.flow > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > DEEPEST {
            return Err(self.cursor.error(
                "while increasing indent level",
                mark,
                "exceeded max depth of 10000",
            ));
        }
        let token = Token { kind, start: mark, end: mark };
        self.insert(at, token);
        Ok(())
    }

    /// Puts a token before others, or behind all.
    fn insert(&mut self, at: Option<usize>, token: Token<'a>) {
        match at {
            Some(at) if at <= self.tokens.len() => self.tokens.insert(at, token),
            _ => self.tokens.push_back(token),
        }
    }

    /// Closes block collections that are further in; `scan` is where blanks and comments before this began.
    fn unroll(&mut self, column: isize, scan: Mark) {
        if self.flow > 0 {
            return;
        }
        let mut block = scan.index.saturating_sub(1);
        while self.indent > column {
            let mut mark = self.cursor.mark();
            if let Some(queue) = &self.comments {
                block = u32::try_from(queue.end_of_block(block as usize, self.indent)).unwrap_or(block);
                mark.index = block;
            }
            self.push(Kind::BlockEnd, mark, mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }
}
