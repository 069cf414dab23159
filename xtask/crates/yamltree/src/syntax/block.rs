//! Block scalars: `|` and `>`.

use std::borrow::Cow;

use super::Style;
use super::cursor::{Cursor, Mark};
use super::scanner::{Kind, Result, Scanner};

/// What happens to the line breaks at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    Strip,
    Clip,
    Keep,
}

impl Scanner<'_> {
    pub(super) fn block_scalar(&mut self) -> Result<()> {
        let start = self.cursor.mark();
        let style = if self.cursor.byte(0) == b'|' { Style::Literal } else { Style::Folded };
        let (text, end) = block_scalar(&mut self.cursor, self.indent)?;
        if self.comments.is_some() {
            self.header_comment(start);
        }
        self.push(Kind::Scalar(Cow::Owned(text), style), start, end);
        Ok(())
    }
}

/// Reads a block scalar below a collection in column `parent`; says its text and where it ended.
pub(super) fn block_scalar(cursor: &mut Cursor<'_>, parent: isize) -> Result<(String, Mark)> {
    let start = cursor.mark();
    let is_literal = cursor.byte(0) == b'|';
    cursor.skip(1);
    let (chomp, increment) = header(cursor, start)?;
    let mut end = cursor.mark();
    let mut lines = Lines { start, parent, indent: increment.map(|by| by + parent.max(0)) };
    let mut text = String::new();
    let mut leading = "";
    let mut trailing = String::new();
    lines.breaks(cursor, &mut trailing, &mut end)?;
    let mut was_blank = false;
    while Some(cursor.column() as isize) == lines.indent && !cursor.is_end() {
        let is_blank = cursor.is_blank(0);
        if !is_literal && !was_blank && !is_blank && leading == "\n" {
            if trailing.is_empty() {
                text.push(' ');
            }
        } else {
            text.push_str(leading);
        }
        text.push_str(&trailing);
        trailing.clear();
        was_blank = is_blank;
        let from = cursor.offset;
        cursor.skip_line_rest();
        text.push_str(cursor.since(from));
        leading = cursor.line_break();
        lines.breaks(cursor, &mut trailing, &mut end)?;
    }
    if chomp != Chomp::Strip {
        text.push_str(leading);
    }
    if chomp == Chomp::Keep {
        text.push_str(&trailing);
    }
    Ok((text, end))
}

/// What stands behind `|` or `>`: chomping and indentation in either order, then a comment.
fn header(cursor: &mut Cursor<'_>, start: Mark) -> Result<(Chomp, Option<isize>)> {
    let context = "while scanning a block scalar";
    let (mut chomp, mut increment) = (None, None);
    loop {
        match cursor.byte(0) {
            b'+' if chomp.is_none() => chomp = Some(Chomp::Keep),
            b'-' if chomp.is_none() => chomp = Some(Chomp::Strip),
            b'0' if increment.is_none() => {
                return Err(cursor.error(context, start, "found an indentation indicator equal to 0"));
            }
            byte @ b'1'..=b'9' if increment.is_none() => increment = Some(isize::from(byte - b'0')),
            _ => break,
        }
        cursor.skip(1);
    }
    while cursor.is_blank(0) {
        cursor.skip(1);
    }
    if cursor.byte(0) == b'#' {
        cursor.skip_line_rest();
    }
    if !cursor.is_break_or_end(0) {
        return Err(cursor.error(context, start, "did not find expected comment or line break"));
    }
    cursor.line_break();
    Ok((chomp.unwrap_or(Chomp::Clip), increment))
}

/// The lines of a block scalar.
struct Lines {
    start: Mark,
    parent: isize,
    indent: Option<isize>,
}

impl Lines {
    /// Goes over empty lines and indentation; finds out the indentation if it is not known.
    fn breaks(&mut self, cursor: &mut Cursor<'_>, breaks: &mut String, end: &mut Mark) -> Result<()> {
        *end = cursor.mark();
        let mut deepest = 0;
        loop {
            let is_before = |column: usize| self.indent.is_none_or(|indent| (column as isize) < indent);
            while cursor.byte(0) == b' ' && is_before(cursor.column()) {
                cursor.skip(1);
            }
            let column = cursor.column();
            deepest = deepest.max(column as isize);
            if is_before(column) && cursor.byte(0) == b'\t' {
                let message = "found a tab character where an indentation space is expected";
                return Err(cursor.error("while scanning a block scalar", self.start, message));
            }
            match cursor.line_break() {
                "" => break,
                line_break => breaks.push_str(line_break),
            }
            *end = cursor.mark();
        }
        self.indent.get_or_insert(deepest.max(self.parent + 1).max(1));
        Ok(())
    }
}
