//! Comments, for those who write a text again with them: which token each belongs to (`yaml_parser_scan_comments` and
//! `yaml_parser_scan_line_comment` in go-yaml's `scannerc.go`).
//!
//! Numbers are kept as go-yaml keeps them (characters and bytes added up among them), because what becomes of a comment is decided by comparing them.

use super::cursor::Mark;
use super::scanner::{Kind, Scanner};

/// How far go-yaml looks for the next comment.
const FARTHEST: usize = 512;

/// The comments that belong to an event, lines joined by line breaks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comments {
    /// In the lines before it.
    pub head: String,
    /// Behind it.
    pub line: String,
    /// In the lines after it.
    pub foot: String,
}

/// Where a comment begins.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Start {
    pub(super) index: usize,
    line: isize,
    /// From 1, but for comments behind a token.
    pub(super) column: isize,
}

/// A comment, or several in lines of their own.
#[derive(Debug, Clone, Default)]
pub(super) struct Comment {
    pub(super) text: Comments,
    /// From where comments were looked for.
    pub(super) scan: usize,
    /// It belongs to the first token that does not begin before.
    token: usize,
    pub(super) start: Start,
    pub(super) end: usize,
}

/// The comments of a text so far.
#[derive(Debug, Default)]
pub(super) struct Queue {
    all: Vec<Comment>,
    taken: usize,
}

impl Queue {
    /// Takes the next comment if it belongs to a token that begins there. Heads wait for a token that is no end.
    pub(super) fn next(&mut self, token: usize, is_end: bool) -> Option<Comments> {
        let comment = self.all.get_mut(self.taken)?;
        if token < comment.token || (is_end && !comment.text.head.is_empty()) {
            return None;
        }
        self.taken += 1;
        Some(std::mem::take(comment).text)
    }

    /// Where a block in column `indent` ends that ends before `block`: before the comments in the same column.
    pub(super) fn end_of_block(&self, block: usize, indent: isize) -> usize {
        let (mut block, mut stop) = (block, block);
        for comment in self.all.iter().rev() {
            if comment.end < stop {
                break;
            }
            if comment.start.column == indent + 1 {
                block = comment.start.index;
            }
            stop = comment.scan;
        }
        block
    }
}

/// A comment of several lines while it is being read.
struct Lines {
    scan: usize,
    token: usize,
    start: Start,
    text: String,
}

impl Lines {
    /// What was read so far is the foot of what came before.
    fn foot(&mut self, queue: &mut Queue, end: usize) {
        let text = Comments { foot: std::mem::take(&mut self.text), ..Comments::default() };
        queue.all.push(Comment { text, scan: self.scan, token: self.token, start: self.start, end });
        (self.scan, self.token) = (end, end);
    }
}

impl<'a> Scanner<'a> {
    /// Blanks, line breaks and comments up to the next token (`yaml_parser_scan_to_next_token`).
    pub(super) fn comments_to_token(&mut self) {
        let scan = self.cursor.mark();
        loop {
            self.skip_blanks_to_token();
            self.entry_comment();
            if self.cursor.byte(0) == b'#' {
                self.comment_lines(scan);
            }
            if self.cursor.line_break().is_empty() {
                return;
            }
            if self.flow == 0 {
                self.key_allowed = true;
            }
        }
    }

    /// A comment behind the first `-` of a list is the head of what comes in the next line.
    fn entry_comment(&mut self) {
        let is_first_entry = matches!(
            (self.last_token(1).map(|t| &t.kind), self.last_token(0).map(|t| &t.kind)),
            (Some(Kind::BlockSequenceStart), Some(Kind::BlockEntry))
        );
        if !is_first_entry || self.cursor.is_break(0) {
            return;
        }
        let mark = self.cursor.mark();
        let Some(comment) = self.comments.as_mut().and_then(|queue| queue.all.last_mut()) else { return };
        if !comment.text.line.is_empty() {
            comment.text.head = std::mem::take(&mut comment.text.line);
            if comment.start.line == mark.line as isize - 1 {
                comment.token = mark.index as usize;
            }
        }
    }

    /// A comment behind the last token, on its line.
    pub(super) fn line_comment(&mut self, token: Mark) {
        if self.comments.is_none() || self.cursor.breaks_before() > 0 {
            return;
        }
        let mut ahead = 0;
        while ahead < FARTHEST && self.cursor.is_blank(ahead) {
            ahead += 1;
        }
        if ahead == FARTHEST || self.cursor.byte(ahead) != b'#' {
            return;
        }
        self.cursor.skip(ahead);
        let mark = self.cursor.mark();
        self.cursor.skip_line_rest();
        let text = self.cursor.since(mark.offset as usize);
        self.keep_line_comment(text, token, mark);
    }

    /// The comment in the first line of a block scalar that begins there.
    pub(super) fn header_comment(&mut self, start: Mark) {
        let header =
            self.cursor.since(start.offset as usize).split(super::is_break).next().unwrap_or_default();
        if let Some(at) = header.find('#') {
            let at32 = at as u32;
            let mark = Mark { index: start.index + at32, column: start.column + at32, ..start };
            let text = &header[at..];
            self.keep_line_comment(text, start, mark);
        }
    }

    fn keep_line_comment(&mut self, text: &str, token: Mark, mark: Mark) {
        let Some(queue) = &mut self.comments else { return };
        let start =
            Start { index: mark.index as usize, line: mark.line as isize, column: mark.column as isize };
        let text = Comments { line: text.to_owned(), ..Comments::default() };
        queue.all.push(Comment { text, token: token.index as usize, start, ..Comment::default() });
    }

    /// The comment at the cursor and those in the next lines: feet of what came before, then a head of what comes.
    fn comment_lines(&mut self, scan: Mark) {
        let Some(mut queue) = self.comments.take() else { return };
        let is_entry = self.last_token(0).is_some_and(|token| token.kind == Kind::FlowEntry);
        let last = self.last_token(usize::from(is_entry)).or_else(|| self.last_token(0));
        let is_value = last.is_some_and(|token| token.kind == Kind::Value);
        let token = last.map_or(0, |token| token.start.index as usize);
        let next_indent = self.indent.max(0);
        let breaks = self.cursor.breaks_before() as isize;
        let (mut was_empty, mut is_first_empty) = (false, breaks <= 1);
        let mark = self.cursor.mark();
        let (mut line, mut column) = (mark.line as isize, mark.column as isize);
        // Where a comment must begin to be a foot of what is before it.
        let foot_line = match scan.line {
            0 => -1,
            _ => line - breaks + 1 + isize::from(breaks == 0 && column > 1),
        };
        let scan = scan.index as usize;
        let mut lines = Lines { scan, token, start: Start::default(), text: String::new() };
        let mut ahead = 0;
        while ahead < FARTHEST {
            column += 1;
            if self.cursor.is_blank(ahead) {
                ahead += 1;
                continue;
            }
            let is_close = self.flow > 0 && matches!(self.cursor.byte(ahead), b']' | b'}');
            let at = self.cursor.offset + ahead;
            let index = self.cursor.index() + ahead;
            let is_out = lines.start.column - 1 < next_indent;
            if is_close || self.cursor.is_break_or_end(ahead) {
                let is_foot = is_first_empty && (lines.start.line == foot_line && !is_value || is_out);
                if (is_close || !was_empty) && !lines.text.is_empty() {
                    if is_close || is_foot {
                        lines.token = if is_out { lines.start.index } else { lines.token };
                        lines.foot(&mut queue, index);
                    } else if self.cursor.is_break(ahead) {
                        lines.text.push('\n');
                    }
                }
                if !self.cursor.is_break(ahead) {
                    break;
                }
                (is_first_empty, was_empty, column) = (false, true, 0);
                line += 1;
                ahead += 1;
                continue;
            }
            if !lines.text.is_empty() && column - 1 < next_indent && column != lines.start.column {
                lines.foot(&mut queue, index);
            }
            if self.cursor.byte(ahead) != b'#' {
                break;
            }
            if lines.text.is_empty() {
                lines.start = Start { index, line, column };
            } else {
                lines.text.push('\n');
            }
            was_empty = false;
            while self.cursor.offset < at {
                if self.cursor.line_break().is_empty() {
                    self.cursor.skip(1);
                }
            }
            self.cursor.skip_line_rest();
            lines.text.push_str(self.cursor.since(at));
            // The break at the end of this line is not looked at.
            (ahead, column) = (1, 0);
            line = self.cursor.line() as isize;
        }
        if !lines.text.is_empty() {
            let end = (self.cursor.index() + ahead).saturating_sub(1);
            let text = Comments { head: lines.text, ..Comments::default() };
            let token = lines.start.index;
            queue.all.push(Comment { text, scan: lines.scan, token, start: lines.start, end });
        }
        self.comments = Some(queue);
    }
}
