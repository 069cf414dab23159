//! The part of YAML that nearly every manifest keeps to, read in one pass and without tokens: block collections, scalars on one
//! line, block scalars, flow collections on one line, anchors on scalars.
//!
//! It never decides that a text is wrong: at anything else it gives up, and the whole grammar reads the text again. What
//! it does give is what the grammar gives, which a property test holds for any text.

mod flow;

use std::borrow::Cow;

use super::Style;
use super::block::block_scalar;
use super::cursor::Cursor;
use super::quoted::quoted;
use crate::node::Position;

/// Deeper nesting is left to the grammar, which needs no stack for it.
pub const DEEPEST: usize = 64;

/// Texts with more anchors are left to the grammar, which need not search for them.
const MOST_ANCHORS: usize = 64;

/// Makes values out of what is read.
pub trait Assemble<'a> {
    /// A value; an alias gives it again.
    type Node: Clone;
    /// One entry of a mapping.
    type Field;

    /// A scalar.
    fn scalar(&mut self, text: Cow<'a, str>, style: Style, at: Position) -> Self::Node;
    /// A list.
    fn sequence(&mut self, items: Vec<Self::Node>, at: Position) -> Self::Node;
    /// A mapping.
    fn mapping(&mut self, fields: Vec<Self::Field>, at: Position) -> Self::Node;
    /// An entry of a mapping; `None` leaves the text to the grammar.
    fn field(
        &mut self,
        key: Cow<'a, str>,
        style: Style,
        at: Position,
        value: Self::Node,
    ) -> Option<Self::Field>;
    /// A mapping is complete; `None` leaves the text to the grammar.
    fn complete(&mut self, fields: &[Self::Field]) -> Option<()>;
}

/// The only document of a text; `None` if it has none, or anything that is left to the grammar.
pub fn read<'a, A: Assemble<'a>>(text: &'a str, assemble: &mut A) -> Option<A::Node> {
    if super::characters::forbidden(text).is_some() {
        return None;
    }
    let (cursor, anchors) = (Cursor::new(text), Vec::new());
    let mut reader = Reader { cursor, assemble, anchors, fields: Vec::new(), items: Vec::new(), depth: 0 };
    let mut indent = reader.next_line()?;
    if indent == 0 && reader.cursor.is_document_indicator() {
        if reader.cursor.byte(0) != b'-' {
            return None;
        }
        reader.cursor.skip(3);
        reader.end_of_line()?;
        indent = reader.next_line()?;
    }
    let node = reader.block(indent, -1)?;
    reader.cursor.is_end().then_some(node)
}

struct Reader<'a, 'b, A: Assemble<'a>> {
    cursor: Cursor<'a>,
    assemble: &'b mut A,
    /// Scalars with an anchor; of several with the same name the last counts.
    anchors: Vec<(&'a str, A::Node)>,
    /// Entries of the mappings that are being read, the innermost last: each mapping is made once all of its own are known, in just
    /// the memory that it needs.
    fields: Vec<A::Field>,
    /// The same of lists.
    items: Vec<A::Node>,
    depth: usize,
}

/// What a line begins with.
enum Start<'a> {
    Entry,
    Key(Cow<'a, str>, Style, Position),
    Other,
}

impl<'a, A: Assemble<'a>> Reader<'a, '_, A> {
    /// Goes to the first character of the next line that has content; says its column. At the end of the text, 0.
    fn next_line(&mut self) -> Option<usize> {
        loop {
            while self.cursor.byte(0) == b' ' {
                self.cursor.skip(1);
            }
            match self.cursor.byte(0) {
                b'#' => self.cursor.skip_line_rest(),
                b'\t' | b'\r' => return None,
                b'\n' => {}
                _ => {
                    let is_odd = is_odd(self.cursor.byte(0), self.cursor.byte(1));
                    return (!is_odd).then(|| self.cursor.column());
                }
            }
            if self.cursor.byte(0) == b'\n' {
                self.cursor.line_break();
            }
        }
    }

    /// Goes over blanks and a comment to the end of the line; anything else is left to the grammar.
    fn end_of_line(&mut self) -> Option<()> {
        let from = self.cursor.offset;
        while self.cursor.byte(0) == b' ' {
            self.cursor.skip(1);
        }
        if self.cursor.byte(0) == b'#' {
            if self.cursor.offset == from {
                return None;
            }
            self.cursor.skip_line_rest();
        }
        if self.cursor.byte(0) == b'\n' {
            self.cursor.line_break();
            return Some(());
        }
        self.cursor.is_end().then_some(())
    }

    fn position(&self) -> Position {
        self.cursor.mark().position()
    }

    /// The value that begins here, in column `indent`, below a collection in column `parent`.
    fn block(&mut self, indent: usize, parent: isize) -> Option<A::Node> {
        if indent == 0 && (self.cursor.is_document_indicator() || self.cursor.byte(0) == b'%') {
            return None;
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let node = match self.start()? {
            Start::Entry => self.sequence(indent, self.position()),
            Start::Key(key, style, at) => self.mapping(indent, key, style, at),
            Start::Other => self.scalar(parent),
        };
        self.depth -= 1;
        node
    }

    /// Looks at what begins here; a key is gone over, with its colon.
    fn start(&mut self) -> Option<Start<'a>> {
        let at = self.position();
        match self.cursor.byte(0) {
            b'-' if matches!(self.cursor.byte(1), b' ' | b'\n') => return Some(Start::Entry),
            b'\'' | b'"' => {
                let from = self.cursor.offset;
                let line = self.cursor.line();
                let saved = self.cursor.clone();
                let is_single = self.cursor.byte(0) == b'\'';
                let text = quoted(&mut self.cursor, is_single).ok()?;
                let is_key = self.cursor.byte(0) == b':' && matches!(self.cursor.byte(1), b' ' | b'\n');
                if !is_key {
                    self.cursor = saved;
                    return Some(Start::Other);
                }
                if self.cursor.line() != line || self.cursor.offset - from > 1000 {
                    return None;
                }
                self.cursor.skip(1);
                let style = if is_single { Style::Single } else { Style::Double };
                return Some(Start::Key(text, style, at));
            }
            byte if !is_plain_start(byte, self.cursor.byte(1)) => return Some(Start::Other),
            _ => {}
        }
        // A key ends at the first colon before a blank; the line ends before it if there is none.
        let rest = self.cursor.rest();
        let mut length = 0;
        loop {
            match rest.get(length) {
                Some(b':') if matches!(rest.get(length + 1), Some(b' ' | b'\n') | None) => break,
                Some(b'#') if rest.get(length.wrapping_sub(1)) == Some(&b' ') => return Some(Start::Other),
                Some(b'\n') | None => return Some(Start::Other),
                Some(b'\t' | b'\r') => return None,
                Some(0xc2 | 0xe2) if self.cursor.is_break(length) => return None,
                Some(_) => length += 1,
            }
        }
        if length == 0 || length > 1000 || rest.get(length - 1) == Some(&b' ') {
            return None;
        }
        let from = self.cursor.offset;
        self.cursor.skip_text(length);
        let key = self.cursor.since(from);
        self.cursor.skip(1);
        Some(Start::Key(Cow::Borrowed(key), Style::Plain, at))
    }

    fn mapping(&mut self, indent: usize, key: Cow<'a, str>, style: Style, at: Position) -> Option<A::Node> {
        let first = self.fields.len();
        let start = at;
        let (mut key, mut style, mut at) = (key, style, at);
        loop {
            let value = self.value(indent)?;
            let field = self.assemble.field(key, style, at, value)?;
            self.fields.push(field);
            // The cursor is at the next content.
            if self.cursor.is_end() || self.cursor.column() < indent {
                break;
            }
            if self.cursor.column() > indent || (indent == 0 && self.cursor.is_document_indicator()) {
                return None;
            }
            match self.start()? {
                Start::Key(next, next_style, next_at) => (key, style, at) = (next, next_style, next_at),
                _ => return None,
            }
        }
        self.complete(first, start)
    }

    /// The mapping of the entries from the `first` on.
    fn complete(&mut self, first: usize, at: Position) -> Option<A::Node> {
        let fields = self.fields.split_off(first);
        self.assemble.complete(&fields)?;
        Some(self.assemble.mapping(fields, at))
    }

    /// The value behind a key; afterwards the cursor is at the next content.
    fn value(&mut self, indent: usize) -> Option<A::Node> {
        let behind = self.position();
        while self.cursor.byte(0) == b' ' {
            self.cursor.skip(1);
        }
        if !matches!(self.cursor.byte(0), b'\n' | b'#') && !self.cursor.is_end() {
            return self.scalar(indent as isize);
        }
        if self.cursor.byte(0) == b'#' {
            self.cursor.skip_line_rest();
        }
        let column = self.next_line()?;
        if self.cursor.is_end() || column < indent {
            return Some(self.assemble.scalar(Cow::Borrowed(""), Style::Plain, behind));
        }
        if column > indent {
            return self.block(column, indent as isize);
        }
        let is_entry = self.cursor.byte(0) == b'-' && matches!(self.cursor.byte(1), b' ' | b'\n');
        if is_entry {
            return self.block(column, indent as isize);
        }
        Some(self.assemble.scalar(Cow::Borrowed(""), Style::Plain, behind))
    }

    fn sequence(&mut self, indent: usize, at: Position) -> Option<A::Node> {
        let first = self.items.len();
        loop {
            self.cursor.skip(1);
            let item = self.item(indent)?;
            self.items.push(item);
            if self.cursor.is_end() || self.cursor.column() < indent {
                break;
            }
            if self.cursor.column() > indent || (indent == 0 && self.cursor.is_document_indicator()) {
                return None;
            }
            if self.cursor.byte(0) != b'-' || !matches!(self.cursor.byte(1), b' ' | b'\n') {
                // A list that is not indented ends at the next key.
                break;
            }
        }
        let items = self.items.split_off(first);
        Some(self.assemble.sequence(items, at))
    }

    fn item(&mut self, indent: usize) -> Option<A::Node> {
        let behind = self.position();
        while self.cursor.byte(0) == b' ' {
            self.cursor.skip(1);
        }
        if !matches!(self.cursor.byte(0), b'\n' | b'#') && !self.cursor.is_end() {
            return self.block(self.cursor.column(), indent as isize);
        }
        if self.cursor.byte(0) == b'#' {
            self.cursor.skip_line_rest();
        }
        let column = self.next_line()?;
        if self.cursor.is_end() || column <= indent {
            return Some(self.assemble.scalar(Cow::Borrowed(""), Style::Plain, behind));
        }
        self.block(column, indent as isize)
    }

    /// A scalar or a flow collection that ends with its line; afterwards the cursor is at the next content.
    fn scalar(&mut self, parent: isize) -> Option<A::Node> {
        let at = self.position();
        let node = match self.cursor.byte(0) {
            byte @ (b'|' | b'>') => {
                let text = block_scalar(&mut self.cursor, parent).ok()?.0;
                let style = if byte == b'|' { Style::Literal } else { Style::Folded };
                // The cursor is behind the indentation of the next line.
                let column = self.next_line()?;
                if column as isize > parent && !self.cursor.is_end() {
                    return None;
                }
                return Some(self.assemble.scalar(Cow::Owned(text), style, at));
            }
            byte @ (b'\'' | b'"') => {
                let text = quoted(&mut self.cursor, byte == b'\'').ok()?;
                let style = if byte == b'\'' { Style::Single } else { Style::Double };
                self.assemble.scalar(text, style, at)
            }
            b'[' | b'{' => self.flow()?,
            b'&' => {
                let name = self.name()?;
                self.skip_spaces();
                let node = self.anchored(at)?;
                if self.anchors.len() == MOST_ANCHORS {
                    return None;
                }
                self.anchors.push((name, node.clone()));
                node
            }
            b'*' => {
                let name = self.name()?;
                self.anchors.iter().rev().find(|(known, _)| *known == name)?.1.clone()
            }
            byte if is_plain_start(byte, self.cursor.byte(1)) => {
                let text = self.plain()?;
                self.assemble.scalar(Cow::Borrowed(text), Style::Plain, at)
            }
            _ => return None,
        };
        self.end_of_line()?;
        let column = self.next_line()?;
        // Further in, a plain scalar would go on, and anything else be wrong.
        (self.cursor.is_end() || column as isize <= parent).then_some(node)
    }

    /// The name behind `&` or `*`; a blank or the end of the line must follow.
    fn name(&mut self) -> Option<&'a str> {
        self.cursor.skip(1);
        let from = self.cursor.offset;
        while self.cursor.is_word() {
            self.cursor.skip(1);
        }
        let name = self.cursor.since(from);
        let is_ended = matches!(self.cursor.byte(0), b' ' | b'\n') || self.cursor.is_end();
        (!name.is_empty() && is_ended).then_some(name)
    }

    /// The plain or quoted scalar behind an anchor that stands at `at`.
    fn anchored(&mut self, at: Position) -> Option<A::Node> {
        let byte = self.cursor.byte(0);
        if matches!(byte, b'\'' | b'"') {
            let style = if byte == b'\'' { Style::Single } else { Style::Double };
            let text = quoted(&mut self.cursor, byte == b'\'').ok()?;
            return Some(self.assemble.scalar(text, style, at));
        }
        if !is_plain_start(byte, self.cursor.byte(1)) {
            return None;
        }
        let text = self.plain()?;
        Some(self.assemble.scalar(Cow::Borrowed(text), Style::Plain, at))
    }

    /// A plain scalar up to the end of the line or a comment.
    fn plain(&mut self) -> Option<&'a str> {
        let rest = self.cursor.rest();
        let mut length = 0;
        loop {
            match rest.get(length) {
                Some(b':') if matches!(rest.get(length + 1), Some(b' ' | b'\n' | b'\t') | None) => {
                    return None;
                }
                Some(b'#') if rest.get(length.wrapping_sub(1)) == Some(&b' ') => break,
                Some(b'\n') | None => break,
                Some(b'\t' | b'\r') => return None,
                Some(0xc2 | 0xe2) if self.cursor.is_break(length) => return None,
                Some(_) => length += 1,
            }
        }
        while length > 0 && rest.get(length - 1) == Some(&b' ') {
            length -= 1;
        }
        let from = self.cursor.offset;
        self.cursor.skip_text(length);
        Some(self.cursor.since(from))
    }
}

/// May this begin a line break that is none in Unix, or a byte order mark?
fn is_odd(byte: u8, next: u8) -> bool {
    matches!((byte, next), (0xc2, 0x85) | (0xe2, 0x80) | (0xef, 0xbb))
}

/// Can a plain scalar begin so?
fn is_plain_start(byte: u8, next: u8) -> bool {
    match byte {
        b'-' | b'?' | b':' => next > b' ' && next < 0x80,
        // But for line breaks that are none in Unix, and the byte order mark.
        0x80.. => !is_odd(byte, next),
        b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%'
        | b'@' | b'`' => false,
        byte => byte > b' ' && byte < 0x7f,
    }
}
