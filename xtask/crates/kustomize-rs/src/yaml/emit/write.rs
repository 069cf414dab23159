//! Columns, indentation and the four ways of writing a text.

use super::analysis::{is_break, is_printable};

/// Lines are folded at the first space after this column.
const WIDTH: usize = 80;

pub(super) struct Writer {
    out: String,
    column: usize,
    indent: Option<usize>,
    indents: Vec<Option<usize>>,
    /// Was the last character a blank, so that an indicator needs none before it?
    whitespace: bool,
    /// Has the line nothing but indentation and indicators so far?
    indention: bool,
}

impl Writer {
    pub(super) fn new(out: String) -> Self {
        Writer { out, column: 0, indent: None, indents: Vec::new(), whitespace: true, indention: true }
    }

    pub(super) fn into_text(self) -> String {
        self.out
    }

    pub(super) fn is_at_indention(&self) -> bool {
        self.indention
    }

    pub(super) fn finish(&mut self) {
        if self.column > 0 {
            self.line_break();
        }
    }

    pub(super) fn open(&mut self, stays: bool) {
        self.indents.push(self.indent);
        self.indent = match self.indent {
            None => Some(0),
            Some(indent) if stays => Some(indent),
            Some(indent) => Some(indent + 2),
        };
    }

    pub(super) fn close(&mut self) {
        self.indent = self.indents.pop().flatten();
    }

    fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }

    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn put_ascii(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.len();
    }

    pub(super) fn write_indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.line_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    pub(super) fn indicator(&mut self, mark: &str, spaced: bool, is_blank: bool, is_indention: bool) {
        if spaced && !self.whitespace {
            self.put(' ');
        }
        self.put_ascii(mark);
        self.whitespace = is_blank;
        self.indention = self.indention && is_indention;
    }

    pub(super) fn flow(&mut self, text: &str) {
        self.indicator(text, true, false, false);
    }

    fn written(&mut self) {
        self.whitespace = false;
        self.indention = false;
    }

    /// A text that stands as it is, on this line.
    pub(super) fn word(&mut self, text: &str) {
        if !self.whitespace {
            self.put(' ');
        }
        self.put_ascii(text);
        self.written();
    }

    pub(super) fn plain(&mut self, text: &str, may_fold: bool) {
        if !self.whitespace && !text.is_empty() {
            self.put(' ');
        }
        if text.is_ascii() && (!may_fold || self.column + text.len() <= WIDTH) {
            self.put_ascii(text);
            return self.written();
        }
        self.folded(text, may_fold, false);
        self.written();
    }

    pub(super) fn single(&mut self, text: &str, may_fold: bool) {
        self.indicator("'", true, false, false);
        self.folded(text, may_fold, true);
        self.indicator("'", false, false, false);
        self.written();
    }

    /// The text of a plain or single-quoted scalar.
    fn folded(&mut self, text: &str, may_fold: bool, is_quoted: bool) {
        let (mut spaces, mut breaks) = (false, false);
        let mut rest = text.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            if c == ' ' {
                let before_space = rest.peek().is_some_and(|(_, c)| *c == ' ');
                let is_inside = !is_quoted || (at > 0 && at < text.len() - 1);
                if may_fold && !spaces && self.column > WIDTH && is_inside && !before_space {
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

    pub(super) fn double(&mut self, text: &str, may_fold: bool) {
        self.indicator("\"", true, false, false);
        let mut spaces = false;
        // The original asks whether the text begins with one when it means to ask whether this character is one.
        let has_mark = text.starts_with('\u{feff}');
        let mut rest = text.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            if c == ' ' && !has_mark {
                let is_inside = at > 0 && at < text.len() - 1;
                if may_fold && !spaces && self.column > WIDTH && is_inside {
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

    pub(super) fn literal(&mut self, text: &str) {
        self.indicator("|", true, false, false);
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
        self.line_break();
        self.indention = true;
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
