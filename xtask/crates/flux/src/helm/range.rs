//! Versions and ranges of them, as Helm and source-controller understand them.
//!
//! Upstream: `github.com/Masterminds/semver/v3` 3.5. Neither npm's nor Cargo's ranges are the same. One quirk is left out: there a
//! `||` without spaces around it is taken for a part of a number beside `1.0 - 2.0`, and refused.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The longest that upstream reads.
const LONGEST: usize = 512;
/// The most alternatives that upstream reads.
const MOST_GROUPS: usize = 32;

/// A version; a missing minor version or patch is 0, and a `v` in front is passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    pre: String,
}

/// What is no version or no range.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no {1}")]
pub struct RangeError(String, &'static str);

impl FromStr for Version {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        let wrong = || RangeError(text.to_owned(), "version");
        let mut at = Cursor(text);
        let written = at.version().filter(|_| at.0.is_empty()).ok_or_else(wrong)?;
        written.version().filter(|_| !written.has_wildcard).ok_or_else(wrong)
    }
}

impl Version {
    /// Is it a version before the one that it names?
    pub fn is_prerelease(&self) -> bool {
        !self.pre.is_empty()
    }

    fn numbers(&self) -> (u64, u64, u64) {
        (self.major, self.minor, self.patch)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers().cmp(&other.numbers()).then_with(|| compare_pre(&self.pre, &other.pre))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if self.pre.is_empty() { Ok(()) } else { write!(f, "-{}", self.pre) }
    }
}

/// Part by part: numbers before words, less parts before more; what is released is last.
fn compare_pre(a: &str, b: &str) -> Ordering {
    if a.is_empty() || b.is_empty() {
        return a.is_empty().cmp(&b.is_empty());
    }
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let (a, b) = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(a), Some(b)) => (a, b),
        };
        let found = match (a.parse::<u64>(), b.parse::<u64>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => a.cmp(b),
        };
        if found != Ordering::Equal {
            return found;
        }
    }
}

/// A range: of the groups one must hold, of a group everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    groups: Vec<Vec<Constraint>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Constraint {
    operator: Operator,
    version: Version,
    /// Something of it is open: which is the first part that is?
    open: Open,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Patch,
    Minor,
    Everything,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Plain,
    Not,
    Greater,
    Less,
    AtLeast,
    AtMost,
    Tilde,
    Caret,
}

/// What is written, longer operators first.
const OPERATORS: [(&str, Operator); 11] = [
    ("!=", Operator::Not),
    (">=", Operator::AtLeast),
    ("=>", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("=<", Operator::AtMost),
    ("~>", Operator::Tilde),
    ("=", Operator::Plain),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
];

impl FromStr for Range {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        let wrong = || RangeError(text.to_owned(), "range of versions");
        let groups: Vec<&str> = text.split("||").collect();
        if text.len() > LONGEST || groups.len() > MOST_GROUPS {
            return Err(wrong());
        }
        let groups = groups.into_iter().map(|text| group(text).ok_or_else(wrong));
        Ok(Range { groups: groups.collect::<Result<_, _>>()? })
    }
}

impl Range {
    /// Is the version in it? One that is not released is only if the group names such a one.
    pub fn holds(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            let with_pre = group.iter().any(|constraint| constraint.version.is_prerelease());
            (with_pre || !version.is_prerelease()) && group.iter().all(|constraint| constraint.holds(version))
        })
    }
}

fn group(text: &str) -> Option<Vec<Constraint>> {
    let mut at = Cursor(text);
    let mut all = Vec::new();
    let mut may_span = true;
    loop {
        at.spaces();
        let operator = at.operator();
        at.spaces();
        let first = at.version()?;
        let mut rest = Cursor(at.0);
        let is_span = rest.spaces() && rest.take("-") && rest.spaces();
        if is_span && let Some(last) = rest.version() {
            // `1.2 - 1.4` takes the place of what stands there, spaces in front included.
            if operator.is_some() || !may_span {
                return None;
            }
            all.push(first.constraint(Operator::AtLeast)?);
            all.push(last.constraint(Operator::AtMost)?);
            at = rest;
            if at.spaces() && at.0.is_empty() || at.0.is_empty() {
                return Some(all);
            }
            may_span = at.take(",");
            continue;
        }
        all.push(first.constraint(operator.unwrap_or(Operator::Plain))?);
        let is_apart = at.spaces();
        if at.0.is_empty() {
            return Some(all);
        }
        may_span = at.take(",");
        if !may_span && !is_apart {
            return None;
        }
    }
}

impl Constraint {
    fn holds(&self, version: &Version) -> bool {
        let (wanted, open) = (&self.version, self.open);
        let is_open = open != Open::Nothing;
        match self.operator {
            Operator::Plain if is_open => self.holds_tilde(version),
            Operator::Plain => version == wanted,
            Operator::Not => self.holds_not(version),
            Operator::Greater => match open {
                Open::Nothing => version > wanted,
                Open::Patch => (version.major, version.minor) > (wanted.major, wanted.minor),
                Open::Minor => version.major > wanted.major,
                // As upstream: `>*` compares with 0.0.0.
                Open::Everything => version > wanted,
            },
            Operator::Less => version < wanted,
            Operator::AtLeast => version >= wanted,
            Operator::AtMost => match open {
                Open::Nothing => version <= wanted,
                Open::Minor => version.major <= wanted.major,
                Open::Patch | Open::Everything => {
                    (version.major, version.minor) <= (wanted.major, wanted.minor)
                }
            },
            Operator::Tilde => self.holds_tilde(version),
            Operator::Caret => self.holds_caret(version),
        }
    }

    fn holds_not(&self, version: &Version) -> bool {
        let wanted = &self.version;
        if self.open == Open::Nothing {
            return version != wanted;
        }
        if version.major != wanted.major {
            return true;
        }
        match self.open {
            Open::Minor => false,
            Open::Patch if version.minor == wanted.minor => {
                compare_pre(&version.pre, &wanted.pre) != Ordering::Equal
            }
            Open::Patch => true,
            _ => version.numbers() != wanted.numbers() || version != wanted,
        }
    }

    fn holds_tilde(&self, version: &Version) -> bool {
        let wanted = &self.version;
        if version < wanted {
            return false;
        }
        let is_any = wanted.numbers() == (0, 0, 0) && !matches!(self.open, Open::Minor | Open::Patch);
        let is_same_minor = version.minor == wanted.minor || self.open == Open::Minor;
        is_any || (version.major == wanted.major && is_same_minor)
    }

    fn holds_caret(&self, version: &Version) -> bool {
        let wanted = &self.version;
        if version < wanted {
            return false;
        }
        if wanted.major > 0 || self.open == Open::Minor {
            return version.major == wanted.major;
        }
        if version.major > 0 {
            return false;
        }
        if wanted.minor > 0 || self.open == Open::Patch {
            return version.minor == wanted.minor;
        }
        version.minor == 0 && version.patch == wanted.patch
    }
}

/// A version as it is written.
struct Written<'t> {
    numbers: [&'t str; 3],
    pre: &'t str,
    has_wildcard: bool,
}

fn is_any(part: &str) -> bool {
    matches!(part, "x" | "X" | "*")
}

impl Written<'_> {
    fn version(&self) -> Option<Version> {
        let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse().ok() };
        // Upstream refuses parts of a pre-release that are numbers with a zero in front.
        let is_fine = |part: &str| {
            !(part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit()))
        };
        let [major, minor, patch] = self.numbers.map(number);
        let pre = self.pre;
        let is_fine = pre.is_empty() || pre.split('.').all(is_fine);
        Some(Version { major: major?, minor: minor?, patch: patch?, pre: pre.to_owned() }).filter(|_| is_fine)
    }

    fn constraint(&self, operator: Operator) -> Option<Constraint> {
        let [major, minor, patch] = self.numbers;
        let is_open = |part: &str| part.is_empty() || is_any(part);
        let (open, kept) = match [major, minor, patch].map(is_open) {
            [true, ..] => (Open::Everything, ["0", "0", "0"]),
            [_, true, _] => (Open::Minor, [major, "0", "0"]),
            [_, _, true] => (Open::Patch, [major, minor, "0"]),
            _ => (Open::Nothing, self.numbers),
        };
        let version = Written { numbers: kept, pre: self.pre, has_wildcard: false }.version()?;
        Some(Constraint { operator, version, open })
    }
}

struct Cursor<'t>(&'t str);

impl<'t> Cursor<'t> {
    fn take(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Were there any?
    fn spaces(&mut self) -> bool {
        let rest = self.0.trim_start_matches([' ', '\t', '\n', '\r', '\x0c']);
        let found = rest.len() < self.0.len();
        self.0 = rest;
        found
    }

    fn operator(&mut self) -> Option<Operator> {
        OPERATORS.iter().find(|(text, _)| self.take(text)).map(|(_, operator)| *operator)
    }

    fn while_(&mut self, is_wanted: impl Fn(char) -> bool) -> &'t str {
        let end = self.0.find(|c| !is_wanted(c)).unwrap_or(self.0.len());
        let (found, rest) = self.0.split_at(end);
        self.0 = rest;
        found
    }

    fn version(&mut self) -> Option<Written<'t>> {
        self.take("v");
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, 'x' | 'X' | '*');
        let mut numbers = [""; 3];
        numbers[0] = self.while_(is_number);
        if numbers[0].is_empty() {
            return None;
        }
        for number in &mut numbers[1..] {
            let before = self.0;
            if !self.take(".") {
                break;
            }
            *number = self.while_(is_number);
            if number.is_empty() {
                self.0 = before;
                break;
            }
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        let mut after = |mark: &str| {
            let before = self.0;
            if !self.take(mark) {
                return "";
            }
            let words = self.while_(is_word);
            if words.split('.').any(str::is_empty) {
                self.0 = before;
                return "";
            }
            words
        };
        let pre = after("-");
        after("+");
        let has_wildcard = numbers.iter().any(|number| number.contains(['x', 'X', '*']));
        Some(Written { numbers, pre, has_wildcard })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(range: &str, version: &str) -> bool {
        range.parse::<Range>().unwrap().holds(&version.parse().unwrap())
    }

    #[test]
    fn ranges_hold_what_they_hold_upstream() {
        for (range, inside, outside) in [
            ("1.2.3", &["1.2.3", "v1.2.3+x"][..], &["1.2.4"][..]),
            ("1.2", &["1.2.0", "1.2.9"], &["1.3.0", "1.2.1-rc.1"]),
            ("*", &["0.0.0", "9.9.9"], &["1.0.0-rc.1"]),
            ("~1.2.3", &["1.2.3", "1.2.9"], &["1.3.0", "1.2.2"]),
            ("~1", &["1.0.0", "1.9.9"], &["2.0.0"]),
            ("^1.2.3", &["1.9.0"], &["2.0.0", "1.2.2"]),
            ("^0.2.3", &["0.2.9"], &["0.3.0"]),
            ("^0.0.3", &["0.0.3"], &["0.0.4"]),
            (">=1.0, <2", &["1.9.9"], &["2.0.0"]),
            (">1.1", &["1.2.0"], &["1.1.5"]),
            ("<=11", &["11.9.9"], &["12.0.0"]),
            ("1.2 - 1.4.5", &["1.2.0", "1.4.5"], &["1.4.6"]),
            ("<1 || >=3.0.0", &["0.9.0", "3.1.0"], &["2.0.0"]),
            (">=1.0.0-0", &["1.0.0-rc.1", "1.1.0-a"], &["0.9.0"]),
            ("!=1.2.x", &["1.3.0"], &["1.2.9"]),
        ] {
            inside.iter().for_each(|version| assert!(holds(range, version), "{range} {version}"));
            outside.iter().for_each(|version| assert!(!holds(range, version), "{range} {version}"));
        }
    }

    #[test]
    fn what_is_no_range_is_told() {
        for text in ["", "a", ">=", "1.2.3.4", "1,", ">= 1 - 2", "1||"] {
            assert!(text.parse::<Range>().is_err(), "{text}");
        }
        assert_eq!("1.x".parse::<Version>().unwrap_err().to_string(), "`1.x` is no version");
    }

    #[test]
    fn versions_are_in_order() {
        let written = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-2", "1.0.0", "1.0.1"];
        let mut versions: Vec<Version> = written.iter().map(|text| text.parse().unwrap()).collect();
        versions.sort();
        let sorted: Vec<String> = versions.iter().map(ToString::to_string).collect();
        assert_eq!(sorted, ["1.0.0-2", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0", "1.0.1"]);
    }
}
