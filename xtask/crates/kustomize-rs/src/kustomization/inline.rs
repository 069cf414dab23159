//! Texts inside a kustomization file (patches, mostly): from places in the text to places in the file.

use std::collections::BTreeMap;

use crate::yaml::node::Mark;

/// Where the texts of literal blocks (`|`) begin, by line and column of the block's header.
pub(crate) type Blocks = BTreeMap<(u32, u32), Mark>;

/// Finds where the blocks at these marks (of the header, or of the first line with text) begin; what is no literal block
/// is left out.
pub(crate) fn blocks(text: &str, marks: impl IntoIterator<Item = Mark>) -> Blocks {
    let mut marks = marks.into_iter().peekable();
    if marks.peek().is_none() {
        return Blocks::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let line = |number: u32| lines.get((number as usize).wrapping_sub(1)).copied().unwrap_or_default();
    let is_blank = |number: &u32| line(*number).trim_start_matches(' ').is_empty();
    let mut found = Blocks::new();
    for mark in marks {
        let above = (1..mark.line).rev().find(|number| !is_blank(number)).unwrap_or(0);
        let header = if is_literal(line(mark.line), mark.column) { mark.line } else { above };
        let is_header = header == mark.line || ends_with_header(line(header));
        let first =
            (header + 1..).zip(lines.iter().skip(header as usize)).map(|(n, _)| n).find(|n| !is_blank(n));
        if let (true, Some(first)) = (is_header, first) {
            let indent = line(first).len() - line(first).trim_start_matches(' ').len();
            let column = u32::try_from(indent + 1).unwrap_or(1);
            found.insert((mark.line, mark.column), Mark { file: mark.file, line: header + 1, column });
        }
    }
    found
}

fn ends_with_header(line: &str) -> bool {
    let last = line.split(" #").next().unwrap_or_default().split_whitespace().last();
    matches!(last, Some("|" | "|-" | "|+"))
}

/// Does a literal block whose indentation is that of its first line begin there?
fn is_literal(line: &str, column: u32) -> bool {
    let start = line.char_indices().nth((column as usize).saturating_sub(1)).map_or(line.len(), |(i, _)| i);
    let mut words = line[start..].split(' ').skip_while(|w| w.is_empty() || w.starts_with(['!', '&']));
    words.next().and_then(|w| w.strip_prefix('|')).is_some_and(|rest| matches!(rest, "" | "-" | "+"))
}

/// How places in a text become places in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Inside {
    /// All of it is there.
    At(Mark),
    /// Line 1, column 1 is there.
    From(Mark),
}

impl Inside {
    /// The place in the file.
    pub(crate) fn place(self, at: Mark) -> Mark {
        match self {
            Inside::At(mark) => mark,
            Inside::From(start) => {
                let (line, column) = (at.line.saturating_sub(1), at.column.saturating_sub(1));
                Mark { file: start.file, line: start.line + line, column: start.column + column }
            }
        }
    }

    /// The same for a text of which the front was trimmed away.
    pub(crate) fn trimmed(self, front: &str) -> Self {
        let lines = u32::try_from(front.matches('\n').count()).unwrap_or(0);
        match self {
            Inside::At(_) => self,
            Inside::From(start) => Inside::From(Mark { line: start.line + lines, ..start }),
        }
    }

    /// The same, in the source of that number.
    pub(crate) fn of(self, source: u32) -> Self {
        match self {
            Inside::At(mark) => Inside::At(mark.of(source)),
            Inside::From(mark) => Inside::From(mark.of(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, column: u32) -> Mark {
        Mark { file: 1, line, column }
    }

    #[test]
    fn a_literal_block_begins_below_its_header() {
        let text =
            "patches:\n- patch: &p |-\n\n    a: 1\n- patch: '[]'\n- patch: |2\n    a\n- patch: |\n  b\n";
        let found = blocks(text, [at(2, 10), at(4, 5), at(5, 10), at(6, 10), at(8, 10)]);
        let wanted = [((2, 10), at(3, 5)), ((4, 5), at(3, 5)), ((8, 10), at(9, 3))];
        assert_eq!(found, Blocks::from(wanted));
    }

    #[test]
    fn a_place_in_the_text_becomes_one_in_the_file() {
        let inside = Inside::From(at(3, 5)).trimmed("\n\n");
        assert_eq!(inside.place(at(2, 3)), at(6, 7));
        assert_eq!(Inside::At(at(3, 5)).place(at(2, 3)), at(3, 5));
    }
}
