//! From text to tokens, as `parse/scan.go` does it: the parser says what it would take, the scanner says what it found.
//!
//! The original removes an escaping character from its copy of the text. Here the text stays as it is, so that every place is
//! one of the caller's text, and a token is put together of what is left.

use std::borrow::Cow;

use memchr::memchr2;

use super::runes::{self, decode};

/// What the parser would take, as bits: a literal, `${`, `}`, and whether escapes count.
pub(super) const IDENT: u8 = 1;
pub(super) const OPEN: u8 = 2;
pub(super) const CLOSE: u8 = 4;
pub(super) const ESCAPE: u8 = 8;

/// Which characters of a literal are taken: the character, and how many bytes of the literal it ends at.
pub(super) type Accept = fn(char, usize) -> bool;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Illegal,
    End,
    Ident,
    Open,
    Close,
}

pub(super) struct Scanner<'t> {
    text: &'t str,
    pos: usize,
    /// How many bytes the character read last has: what `unread` goes back.
    width: usize,
    start: usize,
    /// The part of the token before `kept_from`, if something was taken out of it.
    kept: Option<Vec<u8>>,
    kept_from: usize,
    pub(super) mode: u8,
    pub(super) accept: Accept,
    /// Whether `\` escapes as `$` does: inside an expression.
    pub(super) backslash: bool,
    /// Whether every character is accepted: plain text, which is gone through in leaps.
    pub(super) is_plain: bool,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Scanner {
            text,
            pos: 0,
            width: 0,
            start: 0,
            kept: None,
            kept_from: 0,
            mode: 0,
            accept: any,
            backslash: false,
            is_plain: false,
        }
    }

    /// Where the next token begins.
    pub(super) fn pos(&self) -> usize {
        self.pos
    }

    /// Where the token scanned last begins.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// The next character; NUL stands for the end, so that a NUL in the text is taken for its end, as in the original.
    pub(super) fn read(&mut self) -> char {
        let rest = self.text.as_bytes().get(self.pos..).unwrap_or_default();
        let (c, width) = decode(rest);
        self.width = width;
        self.pos += width;
        if width == 0 { '\0' } else { c }
    }

    /// Goes back by the width of the character that was *read last*, which need not be the one before `pos`.
    pub(super) fn unread(&mut self) {
        self.pos = self.pos.saturating_sub(self.width);
    }

    pub(super) fn peek(&mut self) -> char {
        let c = self.read();
        self.unread();
        c
    }

    /// The token scanned last, without what escaped in it.
    pub(super) fn token(&mut self) -> Cow<'t, [u8]> {
        let part = |from: usize| self.text.as_bytes().get(from..self.pos).unwrap_or_default();
        match self.kept.take() {
            None => Cow::Borrowed(part(self.start)),
            Some(mut kept) => {
                kept.extend_from_slice(part(self.kept_from));
                Cow::Owned(kept)
            }
        }
    }

    /// The token scanned last as a name or an operator: these have no escapes and end between characters.
    pub(super) fn word(&self) -> &'t str {
        self.text.get(self.start..self.pos).unwrap_or_default()
    }

    pub(super) fn scan(&mut self) -> Token {
        self.start = self.pos;
        (self.kept, self.kept_from) = (None, self.pos);
        let c = self.read();
        if c == '\0' {
            Token::End
        } else if self.opens(c) {
            Token::Open
        } else if self.mode & CLOSE != 0 && c == '}' {
            Token::Close
        } else if self.literal(c) {
            Token::Ident
        } else {
            Token::Illegal
        }
    }

    fn literal(&mut self, first: char) -> bool {
        if self.mode & IDENT == 0 {
            return false;
        }
        if self.escapes(first) {
            self.take_out();
        } else if !(self.accept)(first, self.length()) {
            return false;
        }
        loop {
            if self.is_plain {
                let rest = self.text.as_bytes().get(self.pos..).unwrap_or_default();
                self.pos += memchr2(b'$', 0, rest).unwrap_or(rest.len());
            }
            let c = self.read();
            if c == '\0' {
                self.unread();
                return true;
            }
            if self.opens(c) {
                // `{`, and `$`, which is as wide.
                self.unread();
                self.unread();
                return true;
            }
            if self.escapes(c) {
                self.take_out();
            } else if !(self.accept)(c, self.length()) {
                self.unread();
                return true;
            }
        }
    }

    /// The length of the token so far, what escaped in it included: where that counts, nothing does.
    fn length(&self) -> usize {
        self.pos.saturating_sub(self.start)
    }

    /// Whether `c` and the next character open an expression; the next one is read then.
    fn opens(&mut self, c: char) -> bool {
        if self.mode & OPEN == 0 || c != '$' {
            return false;
        }
        if self.read() == '{' {
            return true;
        }
        self.unread();
        false
    }

    fn escapes(&mut self, c: char) -> bool {
        self.mode & ESCAPE != 0
            && match c {
                '$' => self.peek() == '$',
                '\\' => self.backslash && matches!(self.peek(), '/' | '\\'),
                _ => false,
            }
    }

    /// Takes the character before `pos` out of the token, and the one behind it in, whatever it is.
    fn take_out(&mut self) {
        let text = self.text.as_bytes();
        let part = text.get(self.kept_from..self.pos.saturating_sub(1)).unwrap_or_default();
        self.kept.get_or_insert_default().extend_from_slice(part);
        self.kept_from = self.pos;
        // It was looked at, and is one byte wide.
        self.pos += 1;
    }
}

pub(super) fn any(_: char, _: usize) -> bool {
    true
}

pub(super) fn of_name(c: char, _: usize) -> bool {
    runes::is_of_name(c)
}

pub(super) fn colons(c: char, _: usize) -> bool {
    c == ':'
}

pub(super) fn slashes(c: char, _: usize) -> bool {
    c == '/'
}

pub(super) fn until_slash(c: char, _: usize) -> bool {
    c != '/'
}

pub(super) fn until_close(c: char, _: usize) -> bool {
    c != '}'
}

pub(super) fn until_colon_or_close(c: char, _: usize) -> bool {
    c != ':' && c != '}'
}

pub(super) fn one_hash(c: char, at: usize) -> bool {
    c == '#' && at == 1
}

pub(super) fn one_colon(c: char, at: usize) -> bool {
    c == ':' && at == 1
}

pub(super) fn one_equal(c: char, at: usize) -> bool {
    c == '=' && at == 1
}

pub(super) fn hashes(c: char, at: usize) -> bool {
    c == '#' && at < 3
}

pub(super) fn percents(c: char, at: usize) -> bool {
    c == '%' && at < 3
}

pub(super) fn casing(c: char, at: usize) -> bool {
    matches!(c, ',' | '^') && at < 3
}

pub(super) fn default(c: char, at: usize) -> bool {
    match at {
        1 => c == ':',
        2 => matches!(c, '=' | '-' | '?' | '+'),
        _ => false,
    }
}

pub(super) fn replace(c: char, at: usize) -> bool {
    match at {
        1 => c == '/',
        2 => matches!(c, '/' | '#' | '%'),
        _ => false,
    }
}
