//! Paths against patterns of `exclude` and of tarballs: `Match` of `github.com/bmatcuk/doublestar` 4.10.
//!
//! `*` and `?` stay within a segment, `**` as a whole segment goes over many, `[a-c]`, `[!a]`, `{x,y}` and `\` do the usual.

/// The pattern is malformed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bad;

type Result = std::result::Result<bool, Bad>;

/// Does the pattern match the whole path? All of the pattern is checked.
pub(super) fn matches(pattern: &str, path: &str) -> Result {
    run(pattern, path, true)
}

/// The same, where nothing is said about what a malformed pattern would mean.
pub(super) fn matches_unchecked(pattern: &str, path: &str) -> bool {
    run(pattern, path, false).unwrap_or(false)
}

fn run(pattern: &str, path: &str, is_checked: bool) -> Result {
    let (pattern, path): (Vec<char>, Vec<char>) = (pattern.chars().collect(), path.chars().collect());
    Matcher { name: &path, is_checked }.go(&pattern, State::default())
}

/// Where the matcher is, and where it may go on from after a mismatch: places in the pattern and the name.
#[derive(Clone, Copy, Default)]
struct State {
    pattern: usize,
    name: usize,
    star: Option<(usize, usize)>,
    doublestar: Option<(usize, usize)>,
}

struct Matcher<'n> {
    name: &'n [char],
    is_checked: bool,
}

/// What one step came to.
enum Step {
    On,
    Mismatch,
    Done(Result),
}

impl Matcher<'_> {
    fn go(&self, pattern: &[char], mut at: State) -> Result {
        // After alternatives were put in, what follows counts as the start of a segment.
        let mut is_start = true;
        while at.name < self.name.len() {
            if at.pattern < pattern.len() {
                match self.step(pattern, &mut at, &mut is_start) {
                    Step::On => continue,
                    Step::Done(result) => return result,
                    Step::Mismatch => {}
                }
            }
            if !self.back(&mut at, &mut is_start) {
                let rest = pattern.get(at.pattern..).unwrap_or_default();
                let is_bad = self.is_checked && !rest.is_empty() && !is_valid(rest);
                return if is_bad { Err(Bad) } else { Ok(false) };
            }
        }
        self.is_nothing(pattern.get(at.pattern..).unwrap_or_default())
    }

    fn step(&self, pattern: &[char], at: &mut State, is_start: &mut bool) -> Step {
        match pattern[at.pattern] {
            '*' => self.stars(pattern, at, is_start),
            '?' => {
                *is_start = false;
                if self.name[at.name] == '/' {
                    return Step::Mismatch;
                }
                at.pattern += 1;
                at.name += 1;
                Step::On
            }
            '[' => {
                *is_start = false;
                self.class(pattern, at)
            }
            '{' => {
                *is_start = false;
                Step::Done(self.alternatives(pattern, *at))
            }
            first => {
                let wanted = if first == '\\' { at.pattern + 1 } else { at.pattern };
                let Some(wanted_char) = pattern.get(wanted) else {
                    at.pattern = wanted;
                    return Step::Done(Err(Bad));
                };
                if *wanted_char != self.name[at.name] {
                    return Step::Mismatch;
                }
                at.pattern = wanted + 1;
                at.name += 1;
                *is_start = *wanted_char == '/';
                Step::On
            }
        }
    }

    fn stars(&self, pattern: &[char], at: &mut State, is_start: &mut bool) -> Step {
        at.pattern += 1;
        if pattern.get(at.pattern) == Some(&'*') {
            at.pattern += 1;
            if *is_start {
                match pattern.get(at.pattern) {
                    None => return Step::Done(Ok(true)),
                    Some('/') => {
                        at.pattern += 1;
                        at.doublestar = Some((at.pattern, at.name));
                        at.star = None;
                        return Step::On;
                    }
                    Some(_) => {}
                }
            }
        }
        *is_start = false;
        at.star = Some((at.pattern, at.name));
        Step::On
    }

    fn class(&self, pattern: &[char], at: &mut State) -> Step {
        at.pattern += 1;
        let is_negated = matches!(pattern.get(at.pattern), Some('!' | '^'));
        at.pattern += usize::from(is_negated);
        if matches!(pattern.get(at.pattern), None | Some(']')) {
            return Step::Done(Err(Bad));
        }
        let name = self.name[at.name];
        let mut is_in = false;
        let mut last: Option<char> = None;
        while let Some(&found) = pattern.get(at.pattern).filter(|c| **c != ']') {
            let mut found = found;
            at.pattern += 1;
            let next = pattern.get(at.pattern).filter(|c| **c != ']');
            if let (Some(low), '-', Some(&high)) = (last, found, next) {
                at.pattern += usize::from(high == '\\');
                let high = pattern.get(at.pattern).copied();
                at.pattern += 1;
                if high.is_some_and(|high| low <= name && name <= high) {
                    is_in = true;
                    break;
                }
                last = None;
                continue;
            }
            if found == '\\' {
                found = pattern.get(at.pattern).copied().unwrap_or(char::REPLACEMENT_CHARACTER);
                at.pattern += 1;
            }
            if found == name {
                is_in = true;
                break;
            }
            last = Some(found);
        }
        if is_in == is_negated {
            return if at.pattern >= pattern.len() { Step::Done(Err(Bad)) } else { Step::Mismatch };
        }
        let rest = pattern.get(at.pattern..).unwrap_or_default();
        let Some(end) = unescaped(rest).find(|(_, c)| *c == ']') else { return Step::Done(Err(Bad)) };
        at.pattern += end.0 + 1;
        at.name += 1;
        Step::On
    }

    fn alternatives(&self, pattern: &[char], at: State) -> Result {
        let (before, inside) = (&pattern[..at.pattern], &pattern[at.pattern + 1..]);
        for alternative in split(inside)? {
            let whole = [before, alternative.0, alternative.1].concat();
            if self.go(&whole, at)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Goes back to the last `*` that can take one more, or else to the last `**`.
    fn back(&self, at: &mut State, is_start: &mut bool) -> bool {
        if let Some((pattern, name)) = at.star
            && self.name.get(name).is_some_and(|c| *c != '/')
        {
            (at.pattern, at.name, at.star) = (pattern, name + 1, Some((pattern, name + 1)));
            *is_start = false;
            return true;
        }
        if let Some((pattern, name)) = at.doublestar
            && let Some(slash) = self.name[name..].iter().position(|c| *c == '/')
            && name + slash + 1 < self.name.len()
        {
            let name = name + slash + 1;
            (at.pattern, at.name, at.doublestar) = (pattern, name, Some((pattern, name)));
            *is_start = true;
            return true;
        }
        false
    }

    /// Can the rest of a pattern match nothing?
    fn is_nothing(&self, rest: &[char]) -> Result {
        if matches!(rest, [] | ['*'] | ['*', '*'] | ['/', '*', '*'] | ['*', '*', '/'] | ['/', '*', '*', '/'])
        {
            return Ok(true);
        }
        if let ['{', inside @ ..] = rest {
            for (alternative, behind) in split(inside)? {
                if self.is_nothing(&[alternative, behind].concat())? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        if self.is_checked && !is_valid(rest) { Err(Bad) } else { Ok(false) }
    }
}

/// The characters that are not escaped, with their places; not the backslashes.
fn unescaped(pattern: &[char]) -> impl Iterator<Item = (usize, char)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while pattern.get(at) == Some(&'\\') {
            at += 2;
        }
        let found = (at, *pattern.get(at)?);
        at += 1;
        Some(found)
    })
}

/// Two parts of a pattern.
type Halves<'p> = (&'p [char], &'p [char]);

/// The alternatives behind a `{`, each with what is behind the closing brace.
fn split(inside: &[char]) -> std::result::Result<Vec<Halves<'_>>, Bad> {
    let (mut depth, mut start, mut found) = (1, 0, Vec::new());
    for (at, c) in unescaped(inside) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => {
                found.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        if depth == 0 {
            found.push(&inside[start..at]);
            let behind = &inside[at + 1..];
            return Ok(found.into_iter().map(|alternative| (alternative, behind)).collect());
        }
    }
    Err(Bad)
}

/// `ValidatePattern`
pub(super) fn is_valid(pattern: &[char]) -> bool {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(c) = pattern.get(at) {
        match c {
            '\\' => {
                at += 1;
                if at >= pattern.len() {
                    return false;
                }
            }
            '[' => {
                at += 1;
                at += usize::from(matches!(pattern.get(at), Some('!' | '^')));
                let rest = pattern.get(at..).unwrap_or_default();
                if matches!(rest.first(), None | Some(']')) {
                    return false;
                }
                let Some((end, _)) = unescaped(rest).find(|(_, c)| *c == ']') else { return false };
                at += end;
            }
            '{' => depth += 1,
            '}' if depth == 0 => return false,
            '}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    depth == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_doublestar() {
        let cases = [
            ("*.md", "README.md", Ok(true)),
            ("*.md", "a/README.md", Ok(false)),
            ("**/*.md", "a/b/README.md", Ok(true)),
            ("**/*.md", "README.md", Ok(true)),
            ("a/**", "a", Ok(true)),
            ("a/**", "a/b/c", Ok(true)),
            ("a/**/z", "a/b/c/z", Ok(true)),
            ("a/**/z", "a/z", Ok(true)),
            ("a**z", "a/z", Ok(false)),
            ("**", "a/b", Ok(true)),
            ("{a,b}/*.{yaml,yml}", "b/c.yml", Ok(true)),
            ("a{,b}", "a", Ok(true)),
            ("[!a-c]?", "dx", Ok(true)),
            ("[a-c]", "d", Ok(false)),
            ("\\*", "*", Ok(true)),
            ("a/", "a", Ok(false)),
            ("[", ".", Err(Bad)),
            ("a{b", ".", Err(Bad)),
            ("a\\", ".", Err(Bad)),
            ("[]", ".", Err(Bad)),
        ];
        for (pattern, path, wanted) in cases {
            assert_eq!(matches(pattern, path), wanted, "{pattern} {path}");
        }
        assert!(!matches_unchecked("[", "a"));
    }
}
