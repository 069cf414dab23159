//! The text of an `index.yaml`. Of megabytes only the lines of one chart are read.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;

/// One version of a chart. What is `null` is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Entry {
    pub(super) version: Option<String>,
    pub(super) digest: Option<String>,
    pub(super) created: Option<String>,
    pub(super) urls: Option<Vec<Option<String>>>,
}

type Entries = BTreeMap<String, Option<Vec<Entry>>>;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Index {
    entries: Option<Entries>,
}

/// The versions of one chart; none if there is no such chart.
pub(super) fn entries(index: &str, chart: &str) -> Result<Vec<Entry>> {
    let mut found = match Block::of(index) {
        Some(block) => match block.part(chart) {
            Some(part) => read(&part)?,
            None => return Ok(Vec::new()),
        },
        // JSON, or YAML in another form than Helm writes it.
        None => read::<Index>(index)?.entries.unwrap_or_default(),
    };
    Ok(found.remove(chart).flatten().unwrap_or_default())
}

/// The names of the charts, where each has a line of its own.
pub(super) fn names(index: &str) -> Vec<&str> {
    let Some(block) = Block::of(index) else { return Vec::new() };
    block.lines().filter_map(|line| block.key(line)).collect()
}

fn read<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T> {
    if text.trim_start().starts_with('{') {
        return Ok(serde_json::from_str(text)?);
    }
    // The longest of public indexes have some 2000 versions of one chart.
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: 4_000_000, max_events: 16_000_000 },
    };
    Ok(serde_saphyr::from_str_with_options(text, options)?)
}

/// The lines below `entries:`.
struct Block<'i> {
    text: &'i str,
    /// How far the names of charts are indented.
    depth: usize,
}

impl<'i> Block<'i> {
    /// None if the index is not written in blocks.
    fn of(index: &'i str) -> Option<Self> {
        let mut rest = index;
        while !rest.is_empty() {
            let (line, below) = rest.split_once('\n').unwrap_or((rest, ""));
            if line.trim_end() == "entries:" {
                let depth = depth(below.lines().find(|line| !is_blank(line))?);
                let block = Block { text: below, depth };
                let first = block.lines().find(|line| !is_blank(line))?;
                return block.key(first).map(|_| block);
            }
            rest = below;
        }
        None
    }

    fn lines(&self) -> impl Iterator<Item = &'i str> {
        // At the depth of `entries` itself only items of a list could follow.
        let depth = self.depth;
        self.text.lines().take_while(move |line| depth > 0 && (is_blank(line) || self::depth(line) >= depth))
    }

    /// The name of a chart, if the line is its first.
    fn key(&self, line: &'i str) -> Option<&'i str> {
        let is_name = depth(line) == self.depth && !line.trim_start().starts_with(['-', '#']);
        let name = line.trim().strip_suffix(':').filter(|_| is_name)?;
        Some(name.trim_matches(['"', '\'']))
    }

    /// The lines of one chart, as a mapping of its own.
    fn part(&self, chart: &str) -> Option<String> {
        let mut lines = self.lines();
        lines.by_ref().find(|line| self.key(line) == Some(chart))?;
        let is_inside =
            |line: &&str| is_blank(line) || depth(line) > self.depth || line.trim_start().starts_with('-');
        let mut part = format!("{}:\n", serde_json::Value::from(chart));
        for line in lines.take_while(is_inside) {
            part.push_str(line.get(self.depth..).unwrap_or_default());
            part.push('\n');
        }
        Some(part)
    }
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const INDEX: &str = "apiVersion: v1\nentries:\n  alpha:\n  - name: alpha\n    urls: [a.tgz]\n    version: 1.0.0\n  \
                         \"beta\":\n  - description: |\n      alpha:\n\n      gamma:\n    version: 2.0.0\n    urls:\n    - \
                         b.tgz\n  - version: 1.0.0\n    urls: null\n    digest:\ngenerated: now\nother:\n  gamma:\n  - \
                         version: 3.0.0\n";

    fn versions(index: &str, chart: &str) -> Vec<String> {
        entries(index, chart).unwrap().into_iter().filter_map(|entry| entry.version).collect()
    }

    #[test]
    fn only_the_lines_of_a_chart_are_read() {
        assert_eq!(versions(INDEX, "alpha"), ["1.0.0"]);
        assert_eq!(versions(INDEX, "beta"), ["2.0.0", "1.0.0"]);
        let broken = INDEX.replace("urls: [a.tgz]", "urls: [");
        assert_eq!(versions(&broken, "beta"), ["2.0.0", "1.0.0"]);
    }

    #[test]
    fn what_comes_after_the_entries_is_no_chart() {
        assert!(versions(INDEX, "gamma").is_empty());
        assert_eq!(names(INDEX), ["alpha", "beta"]);
    }

    #[test]
    fn items_may_stand_below_their_chart_or_deeper() {
        let deeper = "entries:\n    alpha:\n        - version: 1.0.0\n          urls: []\n    beta: []\n";
        assert_eq!(versions(deeper, "alpha"), ["1.0.0"]);
    }

    #[test]
    fn other_forms_are_read_as_a_whole() {
        let flow = "entries: {alpha: [{version: 1.0.0}], beta: null}";
        assert_eq!(versions(flow, "alpha"), ["1.0.0"]);
        assert!(versions(flow, "beta").is_empty());
        assert_eq!(versions(r#"{"entries": {"alpha": [{"version": "1.0.0"}]}}"#, "alpha"), ["1.0.0"]);
        assert!(versions("entries:\ngenerated: now\n", "alpha").is_empty());
        assert!(versions("entries: {}\n", "alpha").is_empty());
    }

    #[test]
    fn a_chart_of_many_versions_is_read() {
        let one = "  - version: 1.0.0\n    urls: [a.tgz]\n    sources: [a, b, c, d]\n    maintainers: [{name: a, email: b}]\n";
        let index = format!("entries:\n  alpha:\n{}", one.repeat(20_000));
        assert_eq!(versions(&index, "alpha").len(), 20_000);
    }
}
