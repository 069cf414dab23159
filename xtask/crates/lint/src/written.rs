//! Values that are a text in an object, and where their lines are in the file.

use yamltree::diagnostic::Place;

/// The text of values in an object, and where it begins.
pub(crate) struct Written<'w> {
    /// The values as they are written.
    pub(crate) text: &'w str,
    /// Where the text begins in its file.
    pub(crate) place: Place,
    /// The whole file; empty if it cannot be read.
    pub(crate) file: &'w str,
}

impl Written<'_> {
    /// Where a line and column of the values are in the file; the beginning of the values where they are written in another way than
    /// line for line, so in quotes, folded or in base64.
    pub(crate) fn place_of(&self, line: usize, column: usize) -> Place {
        let begin = self.place.line.unwrap_or(1);
        // In a block they begin in the line below; a file of values has nothing else.
        for before in [begin, begin.saturating_sub(1)] {
            let indent = |line: usize| {
                let text = self.text.lines().nth(line.checked_sub(1)?)?;
                let indent = self.file.lines().nth((before + line).checked_sub(1)?)?.strip_suffix(text)?;
                indent.trim().is_empty().then(|| indent.chars().count())
            };
            // Two equal lines may follow each other, so the first is looked at too.
            if let (Some(_), Some(indent)) = (indent(1), indent(line)) {
                return Place::at(&self.place.file, before + line, indent + column);
            }
        }
        self.place.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place_of(file: &str, begin: (usize, usize), text: &str, line: usize) -> String {
        let place = Place::at("f", begin.0, begin.1);
        Written { text, place, file }.place_of(line, 1).to_string()
    }

    #[test]
    fn lines_of_a_block_are_below_its_head() {
        let file = "data:\n  a: |\n    b: 1\n\n    c: 2\n    c: 2\n";
        let text = "b: 1\n\nc: 2\nc: 2\n";
        assert_eq!([1, 3, 4].map(|line| place_of(file, (2, 6), text, line)), ["f:3:5", "f:5:5", "f:6:5"]);
    }

    #[test]
    fn a_file_of_values_is_the_text() {
        let text = "- a\n- b\n- b\n";
        assert_eq!([1, 2, 3].map(|line| place_of(text, (1, 1), text, line)), ["f:1:1", "f:2:1", "f:3:1"]);
    }

    #[test]
    fn what_is_not_written_line_for_line_is_where_it_begins() {
        assert_eq!(place_of("a: 'b: 1'\n", (1, 4), "b: 1", 1), "f:1:4");
        assert_eq!(place_of("", (1, 4), "b: 1", 0), "f:1:4");
    }
}
