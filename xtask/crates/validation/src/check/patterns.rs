//! Patterns of schemas.

use std::collections::HashMap;

use regex::Regex;
use smol_str::SmolStr;

/// Patterns that were read already; none for those that cannot be.
#[derive(Default)]
pub(crate) struct Patterns(HashMap<SmolStr, Option<Regex>>);

impl Patterns {
    /// Does the text fit? What cannot be read here fits everything.
    pub(crate) fn fits(&mut self, pattern: &SmolStr, text: &str) -> bool {
        let read = || {
            // Go means ASCII digits alone by `\d`.
            let ascii = pattern.replace("\\d", "[0-9]");
            Regex::new(&ascii).or_else(|_| Regex::new(&in_class(pattern))).ok()
        };
        self.0.entry(pattern.clone()).or_insert_with(read).as_ref().is_none_or(|read| read.is_match(text))
    }
}

/// What Go takes for itself inside a class, and this crate for the beginning of another or for an operator.
fn in_class(pattern: &str) -> String {
    let (mut found, mut is_inside, mut is_escaped) = (String::new(), false, false);
    for c in pattern.chars() {
        if !is_escaped {
            match c {
                '[' if is_inside => found.push('\\'),
                '[' => is_inside = true,
                ']' => is_inside = false,
                '&' | '~' if is_inside => found.push('\\'),
                _ => {}
            }
        }
        is_escaped = c == '\\' && !is_escaped;
        found.push(c);
    }
    found
}
