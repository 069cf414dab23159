//! Plain and quoted scalars. A scalar on one line without escapes is a slice of the text.

use std::borrow::Cow;

use super::Style;
use super::cursor::{Cursor, Mark};
use super::scanner::{Kind, Result, Scanner};

/// Line breaks between two parts of a scalar, of which the first may become a blank.
#[derive(Default)]
struct Fold {
    /// Is there anything to fold?
    is_open: bool,
    first: &'static str,
    others: String,
}

impl Fold {
    fn add(&mut self, line_break: &'static str) {
        if self.is_open {
            self.others.push_str(line_break);
        } else {
            self.is_open = true;
            self.first = line_break;
        }
    }

    fn write(&mut self, text: &mut String) {
        if self.first == "\n" {
            text.push_str(if self.others.is_empty() { " " } else { &self.others });
        } else {
            text.push_str(self.first);
            text.push_str(&self.others);
        }
        *self = Fold::default();
    }
}

impl<'a> Scanner<'a> {
    pub(super) fn plain(&mut self) -> Result<()> {
        let start = self.cursor.mark();
        let begin = self.cursor.offset;
        let indent = self.indent + 1;
        let (mut end, mut last) = (start, begin);
        // Made at the first line break: until then the text is one slice.
        let mut folded: Option<String> = None;
        let mut fold = Fold::default();
        loop {
            if self.cursor.is_document_indicator() || self.cursor.byte(0) == b'#' {
                break;
            }
            let from = self.cursor.offset;
            self.plain_run();
            if self.cursor.offset > from {
                if fold.is_open {
                    let text = folded.get_or_insert_with(|| {
                        self.cursor.text.get(begin..last).unwrap_or_default().to_owned()
                    });
                    fold.write(text);
                    text.push_str(self.cursor.since(from));
                } else if let Some(text) = &mut folded {
                    // With the blanks before it.
                    text.push_str(self.cursor.since(last));
                }
                last = self.cursor.offset;
                end = self.cursor.mark();
            }
            if !self.cursor.is_blank(0) && !self.cursor.is_break(0) {
                break;
            }
            loop {
                if self.cursor.is_blank(0) {
                    let is_early = fold.is_open && (self.cursor.column() as isize) < indent;
                    if is_early && self.cursor.byte(0) == b'\t' {
                        let message = "found a tab character that violates indentation";
                        return Err(self.cursor.error("while scanning a plain scalar", start, message));
                    }
                    self.cursor.skip(1);
                } else {
                    match self.cursor.line_break() {
                        "" => break,
                        line_break => fold.add(line_break),
                    }
                }
            }
            if self.flow == 0 && (self.cursor.column() as isize) < indent {
                break;
            }
        }
        if fold.is_open {
            self.key_allowed = true;
        }
        let text = match folded {
            Some(text) => Cow::Owned(text),
            None => Cow::Borrowed(self.cursor.text.get(begin..last).unwrap_or_default()),
        };
        self.push(Kind::Scalar(text, Style::Plain), start, end);
        Ok(())
    }

    /// Goes to the next blank, break, end, or indicator that ends a plain scalar.
    fn plain_run(&mut self) {
        loop {
            match self.cursor.byte(0) {
                b' ' | b'\t' | b'\n' | b'\r' => return,
                b':' if self.cursor.is_blank_or_end(1) => return,
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if self.flow > 0 => return,
                1..=0x7f => self.cursor.skip(1),
                _ if self.cursor.is_break_or_end(0) => return,
                _ => self.cursor.skip_char(),
            }
        }
    }

    pub(super) fn quoted(&mut self) -> Result<()> {
        let start = self.cursor.mark();
        let is_single = self.cursor.byte(0) == b'\'';
        let style = if is_single { Style::Single } else { Style::Double };
        let text = quoted(&mut self.cursor, is_single)?;
        self.push(Kind::Scalar(text, style), start, self.cursor.mark());
        Ok(())
    }
}

/// Reads a quoted scalar from its opening quote to behind its closing one.
pub(super) fn quoted<'a>(cursor: &mut Cursor<'a>, is_single: bool) -> Result<Cow<'a, str>> {
    let start = cursor.mark();
    cursor.skip(1);
    let text = match quoted_slice(cursor, is_single) {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(quoted_text(cursor, is_single, start)?),
    };
    cursor.skip(1);
    Ok(text)
}

/// The text up to the closing quote, if nothing in it needs work; otherwise the cursor stays.
fn quoted_slice<'a>(cursor: &mut Cursor<'a>, is_single: bool) -> Option<&'a str> {
    let from = cursor.offset;
    let rest = cursor.text.as_bytes().get(from..)?;
    let quote = if is_single { b'\'' } else { b'"' };
    let is_special = |b: &u8| *b == quote || *b == b'\\' || *b >= 0x80 || matches!(*b, b'\n' | b'\r');
    let length = if is_single {
        rest.iter().position(|b| *b != b'\\' && is_special(b))?
    } else {
        rest.iter().position(is_special)?
    };
    let is_escaped = is_single && rest.get(length + 1) == Some(&quote);
    if rest[length] != quote || is_escaped {
        return None;
    }
    cursor.skip(length);
    Some(cursor.since(from))
}

fn quoted_text(cursor: &mut Cursor<'_>, is_single: bool, start: Mark) -> Result<String> {
    let context = "while scanning a quoted scalar";
    let quote = if is_single { b'\'' } else { b'"' };
    let mut text = String::new();
    let mut fold = Fold::default();
    loop {
        if cursor.is_document_indicator() {
            return Err(cursor.error(context, start, "found unexpected document indicator"));
        }
        if cursor.is_end() {
            return Err(cursor.error(context, start, "found unexpected end of stream"));
        }
        while !cursor.is_blank_or_end(0) {
            match cursor.byte(0) {
                b'\'' if is_single && cursor.byte(1) == b'\'' => {
                    text.push('\'');
                    cursor.skip(2);
                }
                byte if byte == quote => break,
                b'\\' if !is_single && cursor.is_break(1) => {
                    cursor.skip(1);
                    cursor.line_break();
                    // The escaped break itself leaves nothing.
                    fold = Fold { is_open: true, first: "", others: String::new() };
                    break;
                }
                b'\\' if !is_single => escape(cursor, start, &mut text)?,
                _ => {
                    let from = cursor.offset;
                    cursor.skip_char();
                    text.push_str(cursor.since(from));
                }
            }
        }
        if cursor.byte(0) == quote {
            return Ok(text);
        }
        let from = cursor.offset;
        let mut blanks = from;
        loop {
            if cursor.is_blank(0) {
                cursor.skip(1);
                if !fold.is_open {
                    blanks = cursor.offset;
                }
            } else {
                match cursor.line_break() {
                    "" => break,
                    line_break => fold.add(line_break),
                }
            }
        }
        if fold.is_open {
            fold.write(&mut text);
        } else {
            text.push_str(cursor.text.get(from..blanks).unwrap_or_default());
        }
    }
}

fn escape(cursor: &mut Cursor<'_>, start: Mark, text: &mut String) -> Result<()> {
    let context = "while parsing a quoted scalar";
    let digits = match cursor.byte(1) {
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        byte => {
            text.push(match byte {
                b'0' => '\0',
                b'a' => '\u{7}',
                b'b' => '\u{8}',
                b't' | b'\t' => '\t',
                b'n' => '\n',
                b'v' => '\u{b}',
                b'f' => '\u{c}',
                b'r' => '\r',
                b'e' => '\u{1b}',
                b' ' => ' ',
                b'"' => '"',
                b'\'' => '\'',
                b'\\' => '\\',
                b'N' => '\u{85}',
                b'_' => '\u{a0}',
                b'L' => '\u{2028}',
                b'P' => '\u{2029}',
                _ => return Err(cursor.error(context, start, "found unknown escape character")),
            });
            cursor.skip(2);
            return Ok(());
        }
    };
    let mut code = 0u32;
    for index in 0..digits {
        let Some(digit) = char::from(cursor.byte(2 + index)).to_digit(16) else {
            return Err(cursor.error(context, start, "did not find expected hexdecimal number"));
        };
        // Eight digits fill the 32 bits.
        code = code << 4 | digit;
    }
    let Some(c) = char::from_u32(code) else {
        return Err(cursor.error(context, start, "found invalid Unicode character escape code"));
    };
    text.push(c);
    cursor.skip(2 + digits);
    Ok(())
}
