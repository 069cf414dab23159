//! Versions and ranges of them, as Helm and source-controller understand them.
//!
//! Upstream: `constraints.go` and `version.go` of `github.com/Masterminds/semver/v3` 3.5. Neither npm's nor Cargo's ranges are the same.
//! What is read is decided by upstream's own patterns, so that their quirks are ours too: `|` counts as a digit until the alternatives
//! are told apart, and so `<1||2.0 - 3.0` is refused while `<1 || 2.0 - 3.0` is not.

mod version;

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::str::FromStr;
use std::sync::LazyLock;

use regex::Regex;
use thiserror::Error;

pub use version::Version;
use version::compare_pre;

/// The longest that upstream reads.
const LONGEST: usize = 512;
/// The most alternatives that upstream reads.
const MOST_GROUPS: usize = 32;

/// What is no version or no range.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no {1}")]
pub struct RangeError(String, &'static str);

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

/// A version in a range: its three numbers, and the mark and words of a pre-release.
const VERSION: &str = concat!(
    r"v?([0-9|xX*]+)(\.[0-9|xX*]+)?(\.[0-9|xX*]+)?",
    r"(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
);
const OPERATOR: &str = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^";
/// What counts as space in Go.
const SPACE: &str = r"[\t\n\x0C\r ]";

static SPAN: LazyLock<Regex> =
    LazyLock::new(|| matcher(&format!("{SPACE}*({VERSION}){SPACE}+-{SPACE}+({VERSION}){SPACE}*")));
static GROUP: LazyLock<Regex> = LazyLock::new(|| {
    let one = format!("(?:{OPERATOR}){SPACE}*(?:{VERSION})");
    matcher(&format!("^(?:{SPACE}*{one}{SPACE}*)(?:(?:{SPACE}+|,{SPACE}*){one}{SPACE}*)*$"))
});
static CONSTRAINT: LazyLock<Regex> =
    LazyLock::new(|| matcher(&format!("(?P<operator>{OPERATOR}){SPACE}*(?P<version>{VERSION})")));

#[expect(clippy::expect_used, reason = "the patterns are constants, and the tests use each")]
fn matcher(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of upstream")
}

impl FromStr for Range {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        let wrong = || RangeError(text.to_owned(), "range of versions");
        if text.len() > LONGEST {
            return Err(wrong());
        }
        let spelled = without_spans(text);
        let groups: Vec<&str> = spelled.split("||").collect();
        if groups.len() > MOST_GROUPS {
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

/// `1.2 - 1.4` written as `>= 1.2, <= 1.4`.
fn without_spans(text: &str) -> String {
    let mut spelled = text.to_owned();
    for span in SPAN.captures_iter(text) {
        // Of the version that the span begins with, and of the one that it ends with.
        let (whole, first, last) = (&span[0], &span[1], &span[6]);
        spelled = spelled.replacen(whole, &format!(">= {first}, <= {last} "), 1);
    }
    spelled
}

fn group(text: &str) -> Option<Vec<Constraint>> {
    if !GROUP.is_match(text) {
        return None;
    }
    CONSTRAINT.captures_iter(text).map(|found| constraint(&found)).collect()
}

fn constraint(found: &regex::Captures<'_>) -> Option<Constraint> {
    let operator = match &found["operator"] {
        "!=" => Operator::Not,
        ">" => Operator::Greater,
        "<" => Operator::Less,
        ">=" | "=>" => Operator::AtLeast,
        "<=" | "=<" => Operator::AtMost,
        "~" | "~>" => Operator::Tilde,
        "^" => Operator::Caret,
        _ => Operator::Plain,
    };
    // The first group is the operator, the second the version.
    let [major, minor, patch, pre] =
        [3, 4, 5, 6].map(|part| found.get(part).map_or("", |part| part.as_str()));
    let is_open = |part: &str| matches!(part.trim_start_matches('.'), "" | "x" | "X" | "*");
    let (open, version) = match [major, minor, patch].map(is_open) {
        [true, ..] => (Open::Everything, format!("0.0.0{pre}")),
        [_, true, _] => (Open::Minor, format!("{major}.0.0{pre}")),
        [_, _, true] => (Open::Patch, format!("{major}{minor}.0{pre}")),
        _ => (Open::Nothing, format!("{major}{minor}{patch}{pre}")),
    };
    Some(Constraint { operator, version: version.parse().ok()?, open })
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
