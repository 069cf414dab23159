//! Patterns of `#`, `##`, `%` and `%%`, as `path/match.go` has them: Go's `path.Match`, but `*` and `?` take slashes too.

use super::budget::Budget;
use super::error::Problem;
use super::runes::decode;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// A part of the pattern that was looked at is none (`ErrBadPattern`).
    Malformed,
    Spent(Problem),
}

/// A pattern, cut at its stars.
pub(super) struct Pattern<'p> {
    chunks: Vec<Chunk<'p>>,
}

struct Chunk<'p> {
    after_star: bool,
    text: &'p [u8],
    /// Whether looking at it can never end in `Malformed`.
    is_sound: bool,
}

impl<'p> Pattern<'p> {
    pub(super) fn new(mut pattern: &'p [u8]) -> Self {
        let mut chunks = Vec::new();
        while !pattern.is_empty() {
            let stars = pattern.iter().take_while(|b| **b == b'*').count();
            let (_, rest) = pattern.split_at(stars);
            let (text, rest) = rest.split_at(chunk_length(rest));
            chunks.push(Chunk { after_star: stars > 0, text, is_sound: is_sound(text) });
            pattern = rest;
        }
        Pattern { chunks }
    }

    /// Whether no name can end in `Malformed`.
    pub(super) fn is_sound(&self) -> bool {
        self.chunks.iter().all(|chunk| chunk.is_sound)
    }

    /// Whether it matches all of `name`: the original takes the first place for each part and never tries another one.
    pub(super) fn matches(&self, mut name: &[u8], budget: &mut Budget) -> Result<bool, Stop> {
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
    ) -> Result<Option<&'n [u8]>, Stop> {
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
        let near = if is_last && self.is_sound { name.len().saturating_sub(4 * self.text.len()) } else { 1 };
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
fn begins<'n>(mut chunk: &[u8], mut name: &'n [u8], budget: &mut Budget) -> Result<Option<&'n [u8]>, Stop> {
    while let [first, behind @ ..] = chunk {
        budget.spend(1).map_err(Stop::Spent)?;
        let [byte, after @ ..] = name else { return Ok(None) };
        match first {
            b'[' => {
                let (c, width) = decode(name);
                name = name.get(width..).unwrap_or_default();
                let (is_in, rest) = class(behind, c, budget)?;
                chunk = rest;
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
                    (b'\\', []) => return Err(Stop::Malformed),
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

/// Whether a class, given from behind its `[`, has the character, and what is behind its `]`.
fn class<'c>(chunk: &'c [u8], c: char, budget: &mut Budget) -> Result<(bool, &'c [u8]), Stop> {
    let (is_negated, mut rest) = match chunk {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, chunk),
    };
    let mut is_in = false;
    let mut is_first = true;
    loop {
        budget.spend(1).map_err(Stop::Spent)?;
        if let [b']', behind @ ..] = rest
            && !is_first
        {
            return Ok((is_in != is_negated, behind));
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
fn member(chunk: &[u8]) -> Result<(char, &[u8]), Stop> {
    let chunk = match chunk {
        [] | [b'-' | b']', ..] | [b'\\'] => return Err(Stop::Malformed),
        [b'\\', rest @ ..] => rest,
        _ => chunk,
    };
    let (c, width) = decode(chunk);
    match chunk.get(width..) {
        Some(rest @ [_, ..]) if c != char::REPLACEMENT_CHARACTER || width > 1 => Ok((c, rest)),
        _ => Err(Stop::Malformed),
    }
}

fn is_sound(mut chunk: &[u8]) -> bool {
    let mut unlimited = Budget::new();
    loop {
        chunk = match chunk {
            [] => return true,
            [b'\\'] => return false,
            [b'\\', _, rest @ ..] => rest,
            [b'[', rest @ ..] => match class(rest, 'x', &mut unlimited) {
                Ok((_, rest)) => rest,
                Err(_) => return false,
            },
            [_, rest @ ..] => rest,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> Result<bool, Stop> {
        Pattern::new(pattern.as_bytes()).matches(name.as_bytes(), &mut Budget::new())
    }

    #[test]
    fn stars_and_question_marks_take_slashes() {
        assert_eq!(matches("*", "a/b"), Ok(true));
        assert_eq!(matches("a?b", "a/b"), Ok(true));
        assert_eq!(matches("*.txt", "a/b.txt"), Ok(true));
    }

    #[test]
    fn a_question_mark_is_one_character() {
        assert_eq!(matches("a?b", "aéb"), Ok(true));
        assert_eq!(matches("a?b", "ab"), Ok(false));
    }

    #[test]
    fn the_first_place_is_taken_and_no_other_one_tried() {
        assert_eq!(matches("*ab*b", "abab"), Ok(true));
        assert_eq!(matches("*a?c*d", "aaac-d"), Ok(true));
        assert_eq!(matches("a*b", "ab-b"), Ok(true));
    }

    #[test]
    fn classes_have_ranges_escapes_and_negation() {
        assert_eq!(matches("[a-cx]", "b"), Ok(true));
        assert_eq!(matches("[^a-cx]", "b"), Ok(false));
        assert_eq!(matches("[\\]-a]", "]"), Ok(true));
        assert_eq!(matches("[é-ü]", "ö"), Ok(true));
        assert_eq!(matches("[*]", "*"), Ok(true));
    }

    #[test]
    fn a_malformed_part_counts_only_when_it_is_looked_at() {
        assert_eq!(matches("a[", "a"), Ok(false));
        assert_eq!(matches("a[", "ab"), Err(Stop::Malformed));
        assert_eq!(matches("b[", "ab"), Ok(false));
        assert_eq!(matches("[]a]", "a"), Err(Stop::Malformed));
        assert_eq!(matches("[a-]", "a"), Err(Stop::Malformed));
        assert_eq!(matches("a\\", "ab"), Err(Stop::Malformed));
    }

    #[test]
    fn nothing_matches_only_nothing() {
        assert_eq!(matches("", ""), Ok(true));
        assert_eq!(matches("", "a"), Ok(false));
    }
}
