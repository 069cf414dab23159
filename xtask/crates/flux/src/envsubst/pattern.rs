//! Patterns of `#`, `##`, `%` and `%%`, as `path/match.go` has them: Go's `path.Match`, but `*` and `?` take slashes too.
//!
//! The original finds a malformed part (`ErrBadPattern`) when it gets there, or sees before that that nothing matches. Either way
//! such a pattern never matches, and the value stays as it is: here it is no pattern.

use super::budget::Budget;
use super::error::Problem;
use super::runes::decode;

/// A pattern, cut at its stars.
pub(super) struct Pattern<'p> {
    chunks: Vec<Chunk<'p>>,
}

struct Chunk<'p> {
    after_star: bool,
    text: &'p [u8],
}

impl<'p> Pattern<'p> {
    /// None if a part is malformed.
    pub(super) fn new(mut pattern: &'p [u8]) -> Option<Self> {
        let mut chunks = Vec::new();
        while !pattern.is_empty() {
            let stars = pattern.iter().take_while(|b| **b == b'*').count();
            let (_, rest) = pattern.split_at(stars);
            let (text, rest) = rest.split_at(chunk_length(rest));
            check(text)?;
            chunks.push(Chunk { after_star: stars > 0, text });
            pattern = rest;
        }
        Some(Pattern { chunks })
    }

    /// Whether it matches all of `name`: the original takes the first place for each part and never tries another one.
    pub(super) fn matches(&self, mut name: &[u8], budget: &mut Budget) -> Result<bool, Problem> {
        let last = self.chunks.len().saturating_sub(1);
        for (at, chunk) in self.chunks.iter().enumerate() {
            let is_last = at == last;
            if chunk.after_star && chunk.text.is_empty() {
                return Ok(true);
            }
            match chunk.place(name, is_last, budget)? {
                Some(rest) => name = rest,
                None => return Ok(false),
            }
        }
        Ok(name.is_empty())
    }
}

impl Chunk<'_> {
    /// What is behind the first place where it matches; the last chunk must end where the name does.
    fn place<'n>(
        &self,
        name: &'n [u8],
        is_last: bool,
        budget: &mut Budget,
    ) -> Result<Option<&'n [u8]>, Problem> {
        let mut fits = |from: usize| {
            let rest = begins(self.text, name.get(from..).unwrap_or_default(), budget)?;
            Ok(rest.filter(|rest| !is_last || rest.is_empty()))
        };
        if let Some(rest) = fits(0)? {
            return Ok(Some(rest));
        }
        if !self.after_star {
            return Ok(None);
        }
        // Each byte of a pattern takes four of a name at most: too far in front, the end cannot be reached.
        let near = if is_last { name.len().saturating_sub(4 * self.text.len()) } else { 1 };
        for from in near.max(1)..=name.len() {
            if let Some(rest) = fits(from)? {
                return Ok(Some(rest));
            }
        }
        Ok(None)
    }
}

/// How far the first part without a star goes. A `]` that stands alone ends a class here, and a `[` inside a class is none.
fn chunk_length(pattern: &[u8]) -> usize {
    let mut is_class = false;
    let mut at = 0;
    while let Some(byte) = pattern.get(at) {
        match byte {
            b'\\' if at + 1 < pattern.len() => at += 1,
            b'[' => is_class = true,
            b']' => is_class = false,
            b'*' if !is_class => break,
            _ => {}
        }
        at += 1;
    }
    at
}

/// What is behind the chunk at the beginning of `name`, if it is there.
fn begins<'n>(
    mut chunk: &[u8],
    mut name: &'n [u8],
    budget: &mut Budget,
) -> Result<Option<&'n [u8]>, Problem> {
    while let [first, behind @ ..] = chunk {
        budget.spend(1)?;
        let [byte, after @ ..] = name else { return Ok(None) };
        match first {
            b'[' => {
                let (c, width) = decode(name);
                name = name.get(width..).unwrap_or_default();
                let (is_in, length) = class(behind, c).unwrap_or_default();
                budget.spend(length)?;
                chunk = behind.get(length..).unwrap_or_default();
                if !is_in {
                    return Ok(None);
                }
            }
            b'?' => {
                name = name.get(decode(name).1..).unwrap_or_default();
                chunk = behind;
            }
            _ => {
                let (literal, rest) = match (first, behind) {
                    (b'\\', [escaped, rest @ ..]) => (escaped, rest),
                    _ => (first, behind),
                };
                if literal != byte {
                    return Ok(None);
                }
                (name, chunk) = (after, rest);
            }
        }
    }
    Ok(Some(name))
}

/// Whether a class, given from behind its `[`, has the character, and how long it is; none if it is malformed.
fn class(chunk: &[u8], c: char) -> Option<(bool, usize)> {
    let (is_negated, mut rest) = match chunk {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, chunk),
    };
    let mut is_in = false;
    let mut is_first = true;
    loop {
        if let [b']', behind @ ..] = rest
            && !is_first
        {
            return Some((is_in != is_negated, chunk.len() - behind.len()));
        }
        let (low, behind) = member(rest)?;
        rest = behind;
        let mut high = low;
        if let [b'-', behind @ ..] = rest {
            (high, rest) = member(behind)?;
        }
        is_in |= low <= c && c <= high;
        is_first = false;
    }
}

/// One character of a class, possibly escaped; something must be behind it.
fn member(chunk: &[u8]) -> Option<(char, &[u8])> {
    let chunk = match chunk {
        [] | [b'-' | b']', ..] | [b'\\'] => return None,
        [b'\\', rest @ ..] => rest,
        _ => chunk,
    };
    let (c, width) = decode(chunk);
    let is_text = c != char::REPLACEMENT_CHARACTER || width > 1;
    chunk.get(width..).filter(|rest| is_text && !rest.is_empty()).map(|rest| (c, rest))
}

/// None if a class is malformed, or `\` the last character.
fn check(mut chunk: &[u8]) -> Option<()> {
    loop {
        chunk = match chunk {
            [] => return Some(()),
            [b'\\'] => return None,
            [b'\\', _, rest @ ..] => rest,
            [b'[', rest @ ..] => rest.get(class(rest, 'x')?.1..)?,
            [_, rest @ ..] => rest,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> Option<bool> {
        let pattern = Pattern::new(pattern.as_bytes())?;
        Some(pattern.matches(name.as_bytes(), &mut Budget::new()).unwrap())
    }

    #[test]
    fn stars_and_question_marks_take_slashes() {
        assert_eq!(matches("*", "a/b"), Some(true));
        assert_eq!(matches("a?b", "a/b"), Some(true));
        assert_eq!(matches("*.txt", "a/b.txt"), Some(true));
    }

    #[test]
    fn a_question_mark_is_one_character() {
        assert_eq!(matches("a?b", "aéb"), Some(true));
        assert_eq!(matches("a?b", "ab"), Some(false));
    }

    #[test]
    fn the_first_place_is_taken_and_no_other_one_tried() {
        assert_eq!(matches("*ab*b", "abab"), Some(true));
        assert_eq!(matches("*a?c*d", "aaac-d"), Some(true));
        assert_eq!(matches("a*b", "ab-b"), Some(true));
    }

    #[test]
    fn classes_have_ranges_escapes_and_negation() {
        assert_eq!(matches("[a-cx]", "b"), Some(true));
        assert_eq!(matches("[^a-cx]", "b"), Some(false));
        assert_eq!(matches("[\\]-a]", "]"), Some(true));
        assert_eq!(matches("[é-ü]", "ö"), Some(true));
        assert_eq!(matches("[*]", "*"), Some(true));
    }

    #[test]
    fn a_malformed_part_is_no_pattern() {
        for pattern in ["a[", "[]a]", "[a-]", "[-a]", "a\\", "[a\\", "[^", "*[a-"] {
            assert_eq!(matches(pattern, "a"), None, "{pattern}");
        }
    }

    #[test]
    fn nothing_matches_only_nothing() {
        assert_eq!(matches("", ""), Some(true));
        assert_eq!(matches("", "a"), Some(false));
    }
}
