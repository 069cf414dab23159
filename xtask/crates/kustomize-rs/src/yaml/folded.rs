//! What becomes of a folded text (`>`) that kustomize writes and reads once before it gives it out.
//!
//! go-yaml v3 writes a folded text with one break too many in front of lines that begin with blanks, and behind a text that
//! keeps its last breaks; read again, those are part of it (`yaml_emitter_write_folded_scalar`, with no limit of width).

use std::borrow::Cow;

use super::emit::{Writer, is_break, is_printable};
use super::read::{self, Twice};
use crate::Limits;

/// The text after one way through go-yaml's writer and reader.
pub(super) fn read_back(text: &str) -> Cow<'_, str> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    if !body.contains(is_break) || !may_be_block(text) {
        return Cow::Borrowed(text);
    }
    let read = read::single(Limits::default(), 0, &written(text), Twice::Last).ok().flatten();
    read.map_or(Cow::Borrowed(text), |node| Cow::Owned(node.as_text().to_owned()))
}

/// Others are written in double quotes, which change nothing.
pub(super) fn may_be_block(text: &str) -> bool {
    let mut after_space = false;
    let mut is_fine = true;
    for c in text.chars() {
        is_fine &= (is_printable(c) || c == '\t') && !(is_break(c) && after_space);
        after_space = c == ' ';
    }
    is_fine && !after_space
}

fn written(text: &str) -> String {
    let mut writer = Writer::endless();
    writer.open_flow();
    writer.block_header(">", text);
    writer.line_break();
    writer.folded_lines(text);
    writer.into_text()
}

#[cfg(test)]
mod tests {
    use super::read_back;

    #[test]
    fn deeper_lines_get_a_break_more() {
        assert_eq!(read_back("one(\n  two\n) three"), "one(\n\n  two\n) three");
        assert_eq!(read_back("[\n  a{\n    b\n  }\n]"), "[\n\n  a{\n    b\n  }\n]");
    }

    #[test]
    fn plain_paragraphs_stay() {
        for text in ["", "one", "one two\n", "one\n\ntwo", "one \ntwo", "a\nb\n"] {
            assert_eq!(read_back(text), text, "{text:?}");
        }
    }
}
