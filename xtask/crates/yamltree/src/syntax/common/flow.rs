//! Flow collections on one line, of quoted scalars and harmless plain ones.

use std::borrow::Cow;

use super::super::Style;
use super::super::quoted::quoted;
use super::{Assemble, DEEPEST, Reader};

impl<'a, A: Assemble<'a>> Reader<'a, '_, A> {
    /// `[…]` or `{…}` on one line.
    pub(super) fn flow(&mut self) -> Option<A::Node> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let at = self.position();
        let is_list = self.cursor.byte(0) == b'[';
        let end = if is_list { b']' } else { b'}' };
        let (first_item, first_field) = (self.items.len(), self.fields.len());
        self.cursor.skip(1);
        self.skip_spaces();
        while self.cursor.byte(0) != end {
            if is_list {
                let item = self.flow_value()?;
                self.items.push(item);
            } else {
                let key_at = self.position();
                let (key, style) = self.flow_scalar()?;
                if self.cursor.byte(0) != b':' || self.cursor.byte(1) != b' ' {
                    return None;
                }
                self.cursor.skip(1);
                self.skip_spaces();
                let value = self.flow_value()?;
                let field = self.assemble.field(key, style, key_at, value)?;
                self.fields.push(field);
            }
            self.skip_spaces();
            match self.cursor.byte(0) {
                b',' => {
                    self.cursor.skip(1);
                    self.skip_spaces();
                }
                byte if byte == end => {}
                _ => return None,
            }
        }
        self.cursor.skip(1);
        self.depth -= 1;
        if is_list {
            let items = self.items.split_off(first_item);
            return Some(self.assemble.sequence(items, at));
        }
        self.complete(first_field, at)
    }

    pub(super) fn skip_spaces(&mut self) {
        while self.cursor.byte(0) == b' ' {
            self.cursor.skip(1);
        }
    }

    fn flow_value(&mut self) -> Option<A::Node> {
        if matches!(self.cursor.byte(0), b'[' | b'{') {
            return self.flow();
        }
        let at = self.position();
        let (text, style) = self.flow_scalar()?;
        if self.cursor.byte(0) == b':' {
            return None;
        }
        Some(self.assemble.scalar(text, style, at))
    }

    /// A quoted scalar on this line, or a plain one of harmless characters.
    fn flow_scalar(&mut self) -> Option<(Cow<'a, str>, Style)> {
        let byte = self.cursor.byte(0);
        if matches!(byte, b'\'' | b'"') {
            let line = self.cursor.line();
            let text = quoted(&mut self.cursor, byte == b'\'').ok()?;
            // Behind it must be what ends it, or a key's colon.
            let is_ended = matches!(self.cursor.byte(0), b',' | b']' | b'}' | b':' | b' ');
            let style = if byte == b'\'' { Style::Single } else { Style::Double };
            return (self.cursor.line() == line && is_ended).then_some((text, style));
        }
        let is_harmless = |b: u8| {
            b.is_ascii_alphanumeric()
                || matches!(b, b'-' | b'_' | b'.' | b'/' | b'=' | b'+' | b'$' | b'(' | b')' | b'*' | b'@')
        };
        if !byte.is_ascii_alphanumeric() && !matches!(byte, b'/' | b'.' | b'_' | b'$') {
            return None;
        }
        let from = self.cursor.offset;
        while is_harmless(self.cursor.byte(0)) {
            self.cursor.skip(1);
        }
        let is_ended = match self.cursor.byte(0) {
            b',' | b']' | b'}' => true,
            b':' => self.cursor.byte(1) == b' ',
            _ => false,
        };
        is_ended.then(|| (Cow::Borrowed(self.cursor.since(from)), Style::Plain))
    }
}
