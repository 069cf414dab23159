//! Tags and directives.

use std::borrow::Cow;

use super::cursor::Mark;
use super::scanner::{Kind, Result, Scanner};

impl<'a> Scanner<'a> {
    pub(super) fn tag(&mut self) -> Result<()> {
        let start = self.cursor.mark();
        let (handle, suffix) = if self.cursor.byte(1) == b'<' {
            self.cursor.skip(2);
            let suffix = self.uri("while parsing a tag", start, "")?;
            if self.cursor.byte(0) != b'>' {
                return Err(self.cursor.error(
                    "while scanning a tag",
                    start,
                    "did not find the expected '>'",
                ));
            }
            self.cursor.skip(1);
            ("", suffix)
        } else {
            let handle = self.tag_handle(false, start)?;
            if handle.len() > 1 && handle.ends_with('!') {
                (handle, self.uri("while parsing a tag", start, "")?)
            } else {
                let suffix = self.uri("while parsing a tag", start, handle)?;
                // The tag `!` alone says "not specific".
                if suffix.is_empty() { ("", Cow::Borrowed("!")) } else { ("!", suffix) }
            }
        };
        if !self.cursor.is_blank_or_end(0) {
            let message = "did not find expected whitespace or line break";
            return Err(self.cursor.error("while scanning a tag", start, message));
        }
        self.push(Kind::Tag { handle, suffix }, start, self.cursor.mark());
        Ok(())
    }

    fn tag_handle(&mut self, is_directive: bool, start: Mark) -> Result<&'a str> {
        let context = if is_directive { "while parsing a %TAG directive" } else { "while parsing a tag" };
        let from = self.cursor.offset;
        if self.cursor.byte(0) != b'!' {
            return Err(self.cursor.error(context, start, "did not find expected '!'"));
        }
        self.cursor.skip(1);
        while self.cursor.is_word() {
            self.cursor.skip(1);
        }
        if self.cursor.byte(0) == b'!' {
            self.cursor.skip(1);
        } else if is_directive && self.cursor.since(from) != "!" {
            return Err(self.cursor.error(context, start, "did not find expected '!'"));
        }
        Ok(self.cursor.since(from))
    }

    /// The rest of a tag behind what was taken for a handle (without its `!`).
    fn uri(&mut self, context: &'static str, start: Mark, head: &'a str) -> Result<Cow<'a, str>> {
        let mut uri = head.get(1..).unwrap_or_default().as_bytes().to_vec();
        let mut has_tag = !head.is_empty();
        loop {
            match self.cursor.byte(0) {
                b'%' => self.escaped(context, start, &mut uri)?,
                b';' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b'+' | b'$' | b',' | b'.' | b'!' | b'~'
                | b'*' | b'\'' | b'(' | b')' | b'[' | b']' => {
                    uri.push(self.cursor.byte(0));
                    self.cursor.skip(1);
                }
                byte if self.cursor.is_word() => {
                    uri.push(byte);
                    self.cursor.skip(1);
                }
                _ => break,
            }
            has_tag = true;
        }
        if !has_tag {
            return Err(self.cursor.error(context, start, "did not find expected tag URI"));
        }
        match String::from_utf8(uri) {
            Ok(uri) => Ok(Cow::Owned(uri)),
            Err(_) => Err(self.cursor.error(context, start, "found an incorrect UTF-8 octet")),
        }
    }

    fn escaped(&mut self, context: &'static str, start: Mark, uri: &mut Vec<u8>) -> Result<()> {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
        match (digit(self.cursor.byte(1)), digit(self.cursor.byte(2))) {
            (Some(high), Some(low)) => {
                uri.push(high << 4 | low);
                self.cursor.skip(3);
                Ok(())
            }
            _ => Err(self.cursor.error(context, start, "did not find URI escaped octet")),
        }
    }

    pub(super) fn directive(&mut self) -> Result<()> {
        let start = self.cursor.mark();
        let context = "while scanning a directive";
        self.cursor.skip(1);
        let from = self.cursor.offset;
        while self.cursor.is_word() {
            self.cursor.skip(1);
        }
        let name = self.cursor.since(from);
        if name.is_empty() {
            return Err(self.cursor.error(context, start, "could not find expected directive name"));
        }
        if !self.cursor.is_blank_or_end(0) {
            return Err(self.cursor.error(context, start, "found unexpected non-alphabetical character"));
        }
        let kind = match name {
            "YAML" => self.version(start)?,
            "TAG" => self.tag_directive(start)?,
            _ => return Err(self.cursor.error(context, start, "found unknown directive name")),
        };
        let end = self.cursor.mark();
        self.skip_blanks();
        if self.cursor.byte(0) == b'#' {
            self.cursor.skip_line_rest();
        }
        if !self.cursor.is_break_or_end(0) {
            return Err(self.cursor.error(context, start, "did not find expected comment or line break"));
        }
        self.cursor.line_break();
        self.push(kind, start, end);
        Ok(())
    }

    fn skip_blanks(&mut self) {
        while self.cursor.is_blank(0) {
            self.cursor.skip(1);
        }
    }

    fn version(&mut self, start: Mark) -> Result<Kind<'a>> {
        self.skip_blanks();
        let major = self.version_number(start)?;
        if self.cursor.byte(0) != b'.' {
            let message = "did not find expected digit or '.' character";
            return Err(self.cursor.error("while scanning a %YAML directive", start, message));
        }
        self.cursor.skip(1);
        Ok(Kind::Version { major, minor: self.version_number(start)? })
    }

    fn version_number(&mut self, start: Mark) -> Result<u8> {
        let from = self.cursor.offset;
        while self.cursor.byte(0).is_ascii_digit() {
            self.cursor.skip(1);
        }
        let context = "while scanning a %YAML directive";
        match self.cursor.since(from) {
            "" => Err(self.cursor.error(context, start, "did not find expected version number")),
            digits if digits.len() > 2 => {
                Err(self.cursor.error(context, start, "found extremely long version number"))
            }
            digits => Ok(digits.parse().unwrap_or(0)),
        }
    }

    fn tag_directive(&mut self, start: Mark) -> Result<Kind<'a>> {
        let context = "while scanning a %TAG directive";
        self.skip_blanks();
        let handle = self.tag_handle(true, start)?;
        if !self.cursor.is_blank(0) {
            return Err(self.cursor.error(context, start, "did not find expected whitespace"));
        }
        self.skip_blanks();
        let prefix = self.uri("while parsing a %TAG directive", start, "")?;
        if !self.cursor.is_blank_or_end(0) {
            return Err(self.cursor.error(context, start, "did not find expected whitespace or line break"));
        }
        Ok(Kind::TagDirective { handle, prefix })
    }
}
