//! A place in a text that knows its line and column, and the classes of characters.

use super::SyntaxError;
use crate::node::Position;

/// A position in the text, small enough to be copied everywhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) offset: u32,
    /// The same in characters.
    pub(super) index: u32,
    /// From 0.
    pub(super) line: u32,
    /// From 0, in characters.
    pub(super) column: u32,
}

impl Mark {
    pub(super) fn position(self) -> Position {
        Position {
            line: self.line as usize + 1,
            column: self.column as usize + 1,
            offset: self.offset as usize,
        }
    }
}

/// Reads a text from its beginning to its end. Behind the end there are zeros.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    bytes: &'a [u8],
    pub(super) offset: usize,
    line: u32,
    line_start: usize,
    /// Bytes on this line, and in the whole text so far, that begin no character.
    line_extra: usize,
    extra: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Cursor {
            text,
            bytes: text.as_bytes(),
            offset: start,
            line: 0,
            line_start: start,
            line_extra: 0,
            extra: 0,
        }
    }

    #[inline]
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.offset + ahead).copied().unwrap_or(0)
    }

    #[inline]
    pub(super) fn is_end(&self) -> bool {
        self.offset >= self.bytes.len()
    }

    #[inline]
    pub(super) fn column(&self) -> usize {
        self.offset - self.line_start - self.line_extra
    }

    pub(super) fn line(&self) -> u32 {
        self.line
    }

    /// Characters before the cursor.
    pub(super) fn index(&self) -> usize {
        self.offset - self.extra
    }

    #[inline]
    pub(super) fn mark(&self) -> Mark {
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Mark {
            offset: small(self.offset),
            index: small(self.index()),
            line: self.line,
            column: small(self.column()),
        }
    }

    /// The bytes from the cursor on.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.offset..).unwrap_or_default()
    }

    /// An error here, while reading what began at `start`.
    pub(super) fn error(&self, context: &'static str, start: Mark, message: &'static str) -> SyntaxError {
        let context = Some((context, start.position())).filter(|(context, _)| !context.is_empty());
        SyntaxError { message, at: self.mark().position(), context }
    }

    /// The text from `start` to the cursor.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.offset).unwrap_or_default()
    }

    /// Is the character `ahead` bytes from here the end or one of libyaml's five line breaks?
    #[inline]
    pub(super) fn is_break_or_end(&self, ahead: usize) -> bool {
        match self.byte(ahead) {
            b'\n' | b'\r' => true,
            0 => self.offset + ahead >= self.bytes.len(),
            0xc2 | 0xe2 => self.is_wide_break(ahead),
            _ => false,
        }
    }

    #[inline]
    pub(super) fn is_break(&self, ahead: usize) -> bool {
        match self.byte(ahead) {
            b'\n' | b'\r' => true,
            0xc2 | 0xe2 => self.is_wide_break(ahead),
            _ => false,
        }
    }

    /// Next line, line separator, paragraph separator.
    fn is_wide_break(&self, ahead: usize) -> bool {
        match self.byte(ahead) {
            0xc2 => self.byte(ahead + 1) == 0x85,
            _ => self.byte(ahead + 1) == 0x80 && matches!(self.byte(ahead + 2), 0xa8 | 0xa9),
        }
    }

    #[inline]
    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.byte(ahead), b' ' | b'\t')
    }

    #[inline]
    pub(super) fn is_blank_or_end(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_break_or_end(ahead)
    }

    /// Letters, digits, `_` and `-`.
    pub(super) fn is_word(&self) -> bool {
        let byte = self.byte(0);
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
    }

    /// `---` or `...` at the beginning of a line, alone or before a blank.
    #[inline]
    pub(super) fn is_document_indicator(&self) -> bool {
        self.column() == 0
            && matches!(self.byte(0), b'-' | b'.')
            && self.byte(1) == self.byte(0)
            && self.byte(2) == self.byte(0)
            && self.is_blank_or_end(3)
    }

    /// Goes over bytes that are known to be ASCII and no line breaks.
    #[inline]
    pub(super) fn skip(&mut self, bytes: usize) {
        self.offset += bytes;
    }

    /// Goes over a piece of this line.
    pub(super) fn skip_text(&mut self, bytes: usize) {
        let text = self.bytes.get(self.offset..self.offset + bytes).unwrap_or_default();
        let extra = text.iter().filter(|byte| **byte & 0xc0 == 0x80).count();
        self.offset += bytes;
        self.line_extra += extra;
        self.extra += extra;
    }

    /// Goes over one character that is no line break.
    #[inline]
    pub(super) fn skip_char(&mut self) {
        let wide = match self.byte(0) {
            0..=0x7f => 0,
            0x80..=0xdf => 1,
            0xe0..=0xef => 2,
            _ => 3,
        };
        self.offset += 1 + wide;
        self.line_extra += wide;
        self.extra += wide;
    }

    /// Goes over one line break; says what it counts as. Anything else: stays, and says "".
    pub(super) fn line_break(&mut self) -> &'static str {
        let (width, wide, read) = match (self.byte(0), self.byte(1), self.byte(2)) {
            (b'\r', b'\n', _) => (2, 0, "\n"),
            (b'\r' | b'\n', _, _) => (1, 0, "\n"),
            (0xc2, 0x85, _) => (2, 1, "\n"),
            (0xe2, 0x80, 0xa8) => (3, 2, "\u{2028}"),
            (0xe2, 0x80, 0xa9) => (3, 2, "\u{2029}"),
            _ => return "",
        };
        self.offset += width;
        self.extra += wide;
        self.line += 1;
        self.line_start = self.offset;
        self.line_extra = 0;
        read
    }

    /// Goes to the end of the line, before its break.
    pub(super) fn skip_line_rest(&mut self) {
        loop {
            let rest = self.bytes.get(self.offset..).unwrap_or_default();
            // The five breaks begin with one of four bytes.
            let length = rest.iter().position(|b| matches!(b, b'\n' | b'\r') || *b >= 0x80);
            self.offset += length.unwrap_or(rest.len());
            if self.is_break_or_end(0) {
                return;
            }
            self.skip_char();
        }
    }

    /// Goes over a comment and those in the lines below it, which may be indented by tabs as nothing else may.
    pub(super) fn skip_comments(&mut self) {
        loop {
            self.skip_line_rest();
            let mut ahead = 0;
            while self.is_blank(ahead) || matches!(self.byte(ahead), b'\n' | b'\r') {
                ahead += 1;
            }
            if self.byte(ahead) != b'#' {
                return;
            }
            while self.byte(0) != b'#' {
                if self.line_break().is_empty() {
                    self.skip(1);
                }
            }
        }
    }

    /// Is there anything but blanks before the cursor on its line?
    pub(super) fn has_content_on_line(&self) -> bool {
        let line = self.bytes.get(self.line_start..self.offset).unwrap_or_default();
        !line.iter().all(|byte| matches!(byte, b' ' | b'\t'))
    }

    /// How many line breaks there are between the cursor and what is before it.
    pub(super) fn breaks_before(&self) -> usize {
        let before = self.text.get(..self.offset).unwrap_or_default();
        let is_space = |c: char| matches!(c, ' ' | '\t') || super::is_break(c);
        let rest = before.trim_end_matches(is_space).len();
        let between = before.get(rest..).unwrap_or_default().replace("\r\n", "\n");
        between.chars().filter(|c| super::is_break(*c)).count()
    }

    /// Goes over a comment on this line, whatever blanks are before it.
    pub(super) fn skip_line_comment(&mut self) {
        let mut ahead = 0;
        while self.is_blank(ahead) {
            ahead += 1;
        }
        if self.byte(ahead) == b'#' {
            self.skip_line_rest();
        }
    }

    /// The end counts as a line of its own.
    pub(super) fn end_line(&mut self) {
        if self.column() != 0 {
            self.line += 1;
            self.line_start = self.offset;
            self.line_extra = 0;
        }
    }
}
