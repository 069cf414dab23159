//! What becomes of a folded text (`>`) that kustomize writes and reads once before it gives it out.
//!
//! go-yaml v3 writes a folded text with one break too many in front of lines that begin with blanks, and behind a text that
//! keeps its last breaks; read again, those are part of it (`yaml_emitter_write_folded_scalar`, with no limit of width).

use std::borrow::Cow;

use super::emit::{is_break, is_printable};
use super::node::{Node, Style, Value};
use super::read::{self, Twice};

/// The text after one way through go-yaml's writer and reader.
pub(super) fn read_back(text: &str) -> Cow<'_, str> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    if !body.contains(is_break) || !may_be_block(text) {
        return Cow::Borrowed(text);
    }
    let read = read::single(0, &written(text), Twice::Last).ok().flatten();
    read.map_or(Cow::Borrowed(text), |node| Cow::Owned(node.as_text().to_owned()))
}

/// Forgets that texts were folded: what went through JSON once is not written so again.
pub(crate) fn forget(node: &mut Node) {
    match &mut node.value {
        Value::Scalar(scalar) if scalar.style == Style::Folded => scalar.style = Style::Quoted,
        Value::Scalar(_) => {}
        Value::Map(fields) => fields.iter_mut().for_each(|field| forget(&mut field.value)),
        Value::Seq(items) => items.iter_mut().for_each(forget),
    }
}

/// Others are written in double quotes, which change nothing.
fn may_be_block(text: &str) -> bool {
    let mut after_space = false;
    let mut is_fine = true;
    for c in text.chars() {
        is_fine &= (is_printable(c) || c == '\t') && !(is_break(c) && after_space);
        after_space = c == ' ';
    }
    is_fine && !after_space
}

fn written(text: &str) -> String {
    let mut out = String::from(">");
    if text.starts_with(|c| c == ' ' || is_break(c)) {
        out.push('2');
    }
    let mut last = text.chars().rev();
    match (last.next().is_some_and(is_break), last.next().is_none_or(is_break)) {
        (false, _) => out.push('-'),
        (true, true) => out.push('+'),
        (true, false) => {}
    }
    out.push('\n');
    // go-yaml looks at the beginning of the text where it means the next line.
    let first = text.chars().find(|c| !is_break(*c));
    let may_double = first.is_some_and(|c| !matches!(c, ' ' | '\t' | '\0'));
    let (mut after_break, mut after_blank) = (true, true);
    for c in text.chars() {
        if is_break(c) {
            if !after_break && !after_blank && c == '\n' && may_double {
                out.push('\n');
            }
            out.push(c);
            after_break = true;
        } else {
            if after_break {
                out.push_str("  ");
                after_blank = matches!(c, ' ' | '\t');
            }
            out.push(c);
            after_break = false;
        }
    }
    out
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
