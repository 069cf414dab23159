//! Reading a line up to the next character that means something.

/// A line that is being read.
pub(super) struct Reader<'a> {
    line: &'a [char],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(line: &'a [char]) -> Self {
        Reader { line, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.line.get(self.at).copied()
    }

    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    /// The text up to one of the stops, and which one it was (none at the end). A backslash takes what follows it as it is; a
    /// backslash at the end is dropped.
    pub(super) fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut text = String::new();
        while let Some(c) = self.next() {
            if stops.contains(&c) {
                return (text, Some(c));
            }
            if c != '\\' {
                text.push(c);
            } else if let Some(escaped) = self.next() {
                text.push(escaped);
            }
        }
        (text, None)
    }
}
