//! Columns, indentation and the four ways of writing a text.

use super::analysis::{is_break, is_printable};

/// Lines are folded at the first space after this column.
const WIDTH: usize = 80;

pub(in crate::yaml) struct Writer {
    out: String,
    column: usize,
    /// Where lines are folded.
    width: usize,
    /// The indentation at which a comment ended that has to be set apart from what comes.
    pub(in crate::yaml) foot: Option<usize>,
    indent: Option<usize>,
    indents: Vec<Option<usize>>,
    /// Was the last character a blank, so that an indicator needs none before it?
    whitespace: bool,
    /// Has the line nothing but indentation and indicators so far?
    indention: bool,
}

impl Writer {
    pub(in crate::yaml) fn new(out: String) -> Self {
        Writer {
            out,
            column: 0,
            width: WIDTH,
            foot: None,
            indent: None,
            indents: Vec::new(),
            whitespace: true,
            indention: true,
        }
    }

    /// One that never folds, as go-yaml v3 is set.
    pub(in crate::yaml) fn endless() -> Self {
        Writer { width: usize::MAX, ..Writer::new(String::new()) }
    }

    pub(in crate::yaml) fn into_text(self) -> String {
        self.out
    }

    pub(in crate::yaml) fn is_at_indention(&self) -> bool {
        self.indention
    }

    pub(in crate::yaml) fn finish(&mut self) {
        if self.column > 0 {
            self.line_break();
        }
    }

    pub(in crate::yaml) fn open(&mut self, stays: bool) {
        self.indents.push(self.indent);
        self.indent = match self.indent {
            None => Some(0),
            Some(indent) if stays => Some(indent),
            Some(indent) => Some(indent + 2),
        };
    }

    /// The same for a flow collection or a scalar, which are indented even at the root.
    pub(in crate::yaml) fn open_flow(&mut self) {
        self.indents.push(self.indent);
        self.indent = Some(self.indent.unwrap_or(0) + 2);
    }

    pub(in crate::yaml) fn close(&mut self) {
        self.indent = self.indents.pop().flatten();
    }

    pub(in crate::yaml) fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.indention = true;
    }

    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn put_ascii(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.len();
    }

    pub(in crate::yaml) fn write_indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.line_break();
        }
        if self.foot.take() == Some(indent) {
            self.line_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    pub(in crate::yaml) fn indicator(
        &mut self,
        mark: &str,
        spaced: bool,
        is_blank: bool,
        is_indention: bool,
    ) {
        if spaced && !self.whitespace {
            self.put(' ');
        }
        self.put_ascii(mark);
        self.whitespace = is_blank;
        self.indention = self.indention && is_indention;
    }

    pub(in crate::yaml) fn flow(&mut self, text: &str) {
        self.indicator(text, true, false, false);
    }

    fn written(&mut self) {
        self.whitespace = false;
        self.indention = false;
    }

    /// A text that stands as it is, on this line.
    pub(in crate::yaml) fn word(&mut self, text: &str) {
        if !self.whitespace {
            self.put(' ');
        }
        self.put_ascii(text);
        self.written();
    }

    pub(in crate::yaml) fn plain(&mut self, text: &str, may_fold: bool) {
        if !self.whitespace && !text.is_empty() {
            self.put(' ');
        }
        if text.is_ascii() && (!may_fold || text.len() <= self.width.saturating_sub(self.column)) {
            self.put_ascii(text);
            self.whitespace &= text.is_empty();
            self.indention = false;
            return;
        }
        self.lines(text, may_fold, false);
        self.whitespace &= text.is_empty();
        self.indention = false;
    }

    pub(in crate::yaml) fn single(&mut self, text: &str, may_fold: bool) {
        self.indicator("'", true, false, false);
        self.lines(text, may_fold, true);
        self.indicator("'", false, false, false);
        self.written();
    }

    /// The text of a plain or single-quoted scalar.
    fn lines(&mut self, text: &str, may_fold: bool, is_quoted: bool) {
        let (mut spaces, mut breaks) = (false, false);
        let mut rest = text.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            if c == ' ' {
                let before_space = rest.peek().is_some_and(|(_, c)| *c == ' ');
                let is_inside = !is_quoted || (at > 0 && at < text.len() - 1);
                if may_fold && !spaces && self.column > self.width && is_inside && !before_space {
                    self.write_indent();
                } else {
                    self.put(c);
                }
                spaces = true;
            } else if is_break(c) {
                if !breaks && c == '\n' {
                    self.line_break();
                }
                self.written_break(c);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                if is_quoted && c == '\'' {
                    self.put('\'');
                }
                self.put(c);
                self.indention = false;
                (spaces, breaks) = (false, false);
            }
        }
    }

    fn written_break(&mut self, c: char) {
        self.out.push(c);
        self.column = 0;
    }

    pub(in crate::yaml) fn double(&mut self, text: &str, may_fold: bool) {
        self.indicator("\"", true, false, false);
        let mut spaces = false;
        // The original asks whether the text begins with one when it means to ask whether this character is one.
        let has_mark = text.starts_with('\u{feff}');
        let mut rest = text.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            if c == ' ' && !has_mark {
                let is_inside = at > 0 && at < text.len() - 1;
                if may_fold && !spaces && self.column > self.width && is_inside {
                    self.write_indent();
                    if rest.peek().is_some_and(|(_, c)| *c == ' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(c);
                }
                spaces = true;
            } else {
                if has_mark || !is_printable(c) || is_break(c) || matches!(c, '"' | '\\') {
                    self.put_ascii(&escape(c));
                } else {
                    self.put(c);
                }
                spaces = false;
            }
        }
        self.indicator("\"", false, false, false);
        self.written();
    }

    pub(in crate::yaml) fn literal(&mut self, text: &str) {
        self.block_header("|", text);
        self.line_break();
        self.literal_lines(text);
    }

    /// What stands in the first line of a block scalar.
    pub(in crate::yaml) fn block_header(&mut self, mark: &str, text: &str) {
        self.indicator(mark, true, false, false);
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.indicator("2", false, false, false);
        }
        let mut ends = text.chars().rev();
        let chomp = match (ends.next(), ends.next()) {
            (Some(last), _) if !is_break(last) => "-",
            (Some(_), None) => "+",
            (Some(_), Some(before)) if is_break(before) => "+",
            _ => "",
        };
        if !chomp.is_empty() {
            self.indicator(chomp, false, false, false);
        }
    }

    pub(in crate::yaml) fn literal_lines(&mut self, text: &str) {
        self.whitespace = true;
        let mut breaks = true;
        for c in text.chars() {
            if is_break(c) {
                self.written_break(c);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                self.put(c);
                self.indention = false;
                breaks = false;
            }
        }
    }

    /// The lines of a folded text. The original looks at the beginning of the text where it means the next line, and so
    /// writes a break too many before deeper lines, or none at all.
    pub(in crate::yaml) fn folded_lines(&mut self, text: &str) {
        self.whitespace = true;
        let first = text.chars().find(|c| !is_break(*c));
        let may_double = first.is_some_and(|c| !matches!(c, ' ' | '\t' | '\0'));
        let (mut breaks, mut leading_blank) = (true, true);
        for c in text.chars() {
            if is_break(c) {
                if !breaks && !leading_blank && c == '\n' && may_double {
                    self.line_break();
                }
                self.written_break(c);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                    leading_blank = matches!(c, ' ' | '\t');
                }
                self.put(c);
                self.indention = false;
                breaks = false;
            }
        }
    }

    /// A comment to the end of its line, each of its lines indented.
    pub(in crate::yaml) fn comment(&mut self, text: &str) {
        let (mut breaks, mut has_mark) = (false, false);
        for c in text.chars() {
            if is_break(c) {
                self.written_break(c);
                self.indention = true;
                (breaks, has_mark) = (true, false);
            } else {
                if breaks {
                    self.write_indent();
                }
                if !has_mark && c != '#' {
                    self.put_ascii("# ");
                }
                self.put(c);
                self.indention = false;
                (breaks, has_mark) = (false, true);
            }
        }
        if !breaks {
            self.line_break();
        }
        self.whitespace = true;
    }

    /// A blank, unless there is one.
    pub(in crate::yaml) fn blank(&mut self) {
        if !self.whitespace {
            self.put(' ');
        }
    }

    pub(in crate::yaml) fn is_at_line_start(&self) -> bool {
        self.column == 0
    }

    pub(in crate::yaml) fn indentation(&self) -> usize {
        self.indent.unwrap_or(0)
    }
}

fn escape(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            let code = u32::from(c);
            return match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}
