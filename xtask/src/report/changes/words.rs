//! Two texts, word by word and line by line.

use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, capture_diff_slices};

use crate::report::findings::human::Style;

/// How a piece of text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Bold,
    Dim,
    Gone,
    Come,
    Changed,
    /// Of what is gone, the word that is.
    GoneWord,
    /// Of what came, the word that did.
    ComeWord,
}

/// The text in that look; nothing in it moves the cursor or changes colours.
pub(super) fn look(text: &str, look: Look, style: Style) -> String {
    let text = harmless(text);
    if style == Style::Plain {
        return text;
    }
    let codes = match look {
        Look::Plain => return text,
        Look::Bold => "1",
        Look::Dim => "2",
        Look::Gone => "31",
        Look::Come => "32",
        Look::Changed => "33",
        Look::GoneWord => "31;1;7",
        Look::ComeWord => "32;1;7",
    };
    format!("\x1b[{codes}m{text}\x1b[0m")
}

/// Characters that control a terminal, and those that change the direction of text, as escapes.
pub(super) fn harmless(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if c.is_control() || turns(c) {
            out.extend(c.escape_default())
        } else {
            out.push(c)
        }
        out
    })
}

/// Two texts of one line: each with the words that the other has not.
pub(super) fn words(before: &str, after: &str, style: Style) -> (String, String) {
    let (left, right) = pieces(before, after);
    let shown = |pieces: Vec<Piece>, same: Look, other: Look| -> String {
        pieces
            .iter()
            .map(|piece| look(&piece.text, if piece.is_other { other } else { same }, style))
            .collect()
    };
    (shown(left, Look::Gone, Look::GoneWord), shown(right, Look::Come, Look::ComeWord))
}

/// A piece of a text.
pub(super) struct Piece {
    /// Is it not in the other text?
    pub(super) is_other: bool,
    pub(super) text: String,
}

/// Two texts of one line in pieces.
pub(super) fn pieces(before: &str, after: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (old, new) = (split(before), split(after));
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (is_gone, is_come) = match op {
            DiffOp::Equal { .. } => (false, false),
            DiffOp::Delete { .. } => (true, false),
            DiffOp::Insert { .. } => (false, true),
            DiffOp::Replace { .. } => (true, true),
        };
        let (old, new) = (old[op.old_range()].concat(), new[op.new_range()].concat());
        if !old.is_empty() {
            left.push(Piece { is_other: is_gone, text: old });
        }
        if !new.is_empty() {
            right.push(Piece { is_other: is_come, text: new });
        }
    }
    (left, right)
}

/// Words, numbers, and each other character for itself.
fn split(text: &str) -> Vec<&str> {
    let of_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match of_word(first) {
            true => rest.find(|c| !of_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, behind) = rest.split_at(end);
        words.push(word);
        rest = behind;
    }
    words
}

/// Two texts of many lines: the lines that changed, with one around them.
pub(super) fn lines(before: &str, after: &str, style: Style) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for (number, group) in diff.grouped_ops(1).iter().enumerate() {
        if number > 0 {
            lines.push(look("⋮", Look::Dim, style));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, how) = match change.tag() {
                ChangeTag::Delete => ('-', Look::Gone),
                ChangeTag::Insert => ('+', Look::Come),
                ChangeTag::Equal => (' ', Look::Dim),
            };
            lines.push(look(&format!("{sign} {}", change.value().trim_end_matches('\n')), how, style));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_word_that_changed_is_marked() {
        let (before, after) = words("repo/app:1.2.3", "repo/app:1.2.4", Style::Colours);
        assert!(before.contains("\x1b[31;1;7m3\x1b[0m"), "{before}");
        assert!(after.contains("\x1b[32;1;7m4\x1b[0m"), "{after}");
        assert!(before.contains("repo/app:1.2."), "{before}");
    }

    #[test]
    fn nothing_in_a_text_reaches_the_terminal_as_a_command() {
        assert_eq!(look("a\x1b[2Jb\u{202e}", Look::Plain, Style::Colours), "a\\u{1b}[2Jb\\u{202e}");
    }
}
