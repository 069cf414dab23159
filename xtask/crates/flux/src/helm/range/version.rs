//! Versions, as Masterminds' semver reads and compares them.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use regex::Regex;

use super::{RangeError, matcher};

/// The longest that upstream reads.
const LONGEST: usize = 256;

static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*";
    matcher(&format!(r"^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-({words}))?(?:\+{words})?$"))
});

/// A version; a missing minor version or patch is 0, and a `v` in front is passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub(super) major: u64,
    pub(super) minor: u64,
    pub(super) patch: u64,
    pub(super) pre: String,
}

impl FromStr for Version {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        read(text).ok_or_else(|| RangeError(text.to_owned(), "version"))
    }
}

fn read(text: &str) -> Option<Version> {
    let written = WRITTEN.captures(text).filter(|_| text.len() <= LONGEST)?;
    let part = |number| written.get(number).map_or("", |found| found.as_str());
    let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse().ok() };
    let pre = part(4);
    // Parts that are numbers with a zero in front are refused.
    let is_padded =
        |part: &str| part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit());
    let is_fine = !pre.split('.').any(is_padded);
    let [major, minor, patch] = [1, 2, 3].map(|number_of| number(part(number_of)));
    let version = Version { major: major?, minor: minor?, patch: patch?, pre: pre.to_owned() };
    Some(version).filter(|_| is_fine)
}

impl Version {
    /// Is it a version before the one that it names?
    pub fn is_prerelease(&self) -> bool {
        !self.pre.is_empty()
    }

    pub(super) fn numbers(&self) -> (u64, u64, u64) {
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
pub(super) fn compare_pre(a: &str, b: &str) -> Ordering {
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
