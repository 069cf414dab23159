//! Which of several versions is meant.
//!
//! Upstream: `ParseVersion` of `github.com/fluxcd/pkg/version`, and `getChartVersion` and its like in source-controller 1.9.

use std::sync::Arc;

use anyhow::Result;
use flux::helm::range::{Range, Version};

use super::super::chart::Chart;
use super::super::chart_set::ChartSet;

/// The newest of some versions that is in a range; each beside what it belongs to, of equal ones the first. Of a range that is empty or
/// `*`, the newest that is released.
pub(super) fn newest<T>(
    all: impl IntoIterator<Item = (String, T)>,
    range: &str,
) -> Result<Option<(String, T)>> {
    let range: Range = if range.trim().is_empty() { "*" } else { range }.parse()?;
    let mut found: Option<(Version, String, T)> = None;
    for (text, of) in all {
        let Some(version) = read(&text).filter(|version| range.holds(version)) else { continue };
        if found.as_ref().is_none_or(|(best, ..)| version > *best) {
            found = Some((version, text, of));
        }
    }
    Ok(found.map(|(_, text, of)| (text, of)))
}

/// The newest chart of a name in a range.
pub fn newest_chart<'s>(given: &'s ChartSet, name: &str, range: &str) -> Option<&'s Arc<Chart>> {
    let all = given.versions(name).map(|chart| (chart.metadata.version.clone(), chart));
    Some(newest(all, range).ok()??.1)
}

/// A version of a chart; unlike in a range it has three parts.
fn read(text: &str) -> Option<Version> {
    text.parse().ok().filter(|_| text.splitn(3, '.').count() == 3)
}

/// The newest few versions, for a person who asked for one that is not there.
pub(super) fn some_of(versions: impl IntoIterator<Item = String>) -> String {
    let mut known: Vec<(Version, String)> =
        versions.into_iter().filter_map(|text| Some((read(&text)?, text))).collect();
    known.sort_by(|a, b| b.0.cmp(&a.0));
    let shown: Vec<&str> = known.iter().take(5).map(|(_, text)| text.as_str()).collect();
    match shown.as_slice() {
        [] => "there is none".to_owned(),
        shown => format!("the newest there are {}", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(range: &str) -> Option<String> {
        let all = ["1.0.0", "v1.2.0", "1.2.0+b", "2.0.0-rc.1", "1.3", "nonsense"];
        newest(all.map(|text| (text.to_owned(), ())), range).unwrap().map(|(text, ())| text)
    }

    #[test]
    fn the_newest_in_a_range_is_taken() {
        assert_eq!(of("").as_deref(), Some("v1.2.0"));
        assert_eq!(of(">=1.0.0-0").as_deref(), Some("2.0.0-rc.1"));
        assert_eq!(of("<1"), None);
        assert!(newest(Vec::<(String, ())>::new(), "a").is_err());
    }

    #[test]
    fn a_person_is_shown_the_newest_versions() {
        assert_eq!(some_of(["1.0.0", "2.0.0"].map(str::to_owned)), "the newest there are 2.0.0, 1.0.0");
        assert_eq!(some_of([]), "there is none");
    }
}
