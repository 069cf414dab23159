//! Versions as charts and images have them.

/// A version: numbers, and what is behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    /// The numbers, at least one.
    pub(crate) numbers: Vec<u64>,
    /// Is it one before its release?
    is_early: bool,
}

/// From one version to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// To an older one.
    Down,
    /// To a newer first number; below 1 to a newer second one.
    Major,
    /// To a newer one.
    Minor,
    /// To the same numbers.
    Same,
    /// Nothing can be said.
    Unknown,
}

/// More digits are a date, a build or a commit.
const LONGEST: usize = 5;

impl Version {
    /// Reads `v1.2.3`, `17.2-alpine`, `2026.8.0`; none where no number begins it, or one that is a date or a commit.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().strip_prefix(['v', 'V']).unwrap_or(text.trim());
        let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
        let (numbers, rest) = text.split_at(end);
        if !(rest.is_empty() || rest.starts_with(['-', '+', '_'])) {
            return None;
        }
        let is_number = |part: &str| !part.is_empty() && part.len() <= LONGEST;
        if !numbers.split('.').take(2).all(is_number) {
            return None;
        }
        let numbers = numbers.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u64>>>()?;
        let rest = rest.trim_start_matches(['-', '_']).to_ascii_lowercase();
        let is_early = ["rc", "alpha", "beta", "pre", "dev"].iter().any(|word| {
            // Not `alpine`, and not `develop`.
            rest.strip_prefix(word).is_some_and(|more| !more.starts_with(|c: char| c.is_ascii_alphabetic()))
        });
        Some(Version { numbers, is_early })
    }

    /// The number at that place; 0 if there is none.
    pub(crate) fn number(&self, index: usize) -> u64 {
        self.numbers.get(index).copied().unwrap_or(0)
    }
}

impl Step {
    /// From one text to another.
    pub(crate) fn of(before: &str, after: &str) -> Self {
        let (Some(old), Some(new)) = (Version::parse(before), Version::parse(after)) else {
            return Step::Unknown;
        };
        let length = old.numbers.len().min(new.numbers.len());
        let (a, b) = (&old.numbers[..length], &new.numbers[..length]);
        match a.cmp(b) {
            std::cmp::Ordering::Greater => Step::Down,
            std::cmp::Ordering::Less if old.number(0) != new.number(0) => Step::Major,
            std::cmp::Ordering::Less if old.number(0) == 0 && a.get(1) != b.get(1) => Step::Major,
            std::cmp::Ordering::Less => Step::Minor,
            std::cmp::Ordering::Equal if old.numbers.len() != new.numbers.len() => Step::Unknown,
            std::cmp::Ordering::Equal if !old.is_early && new.is_early => Step::Down,
            std::cmp::Ordering::Equal if old.is_early && !new.is_early => Step::Minor,
            std::cmp::Ordering::Equal => Step::Same,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Step;

    #[test]
    fn a_step_is_told_by_the_first_number_that_differs() {
        let cases = [
            ("1.2.3", "2.0.0", Step::Major),
            ("v1.2.3", "1.3.0", Step::Minor),
            ("0.7.1", "0.8.0", Step::Major),
            ("0.7.1", "0.7.2", Step::Minor),
            ("17.2-alpine", "16.9", Step::Down),
            ("1.2.3-rc.1", "1.2.3", Step::Minor),
            ("1.2.3", "1.2.3-rc.1", Step::Down),
            ("1.2.3-alpine", "1.2.3-debian", Step::Same),
            ("17", "17.2", Step::Unknown),
            ("20240101", "20250101", Step::Unknown),
            ("1a2b3c4", "2b3c4d5", Step::Unknown),
            ("latest", "1.2", Step::Unknown),
            ("", ".", Step::Unknown),
        ];
        for (before, after, step) in cases {
            assert_eq!(Step::of(before, after), step, "{before} {after}");
        }
    }
}
