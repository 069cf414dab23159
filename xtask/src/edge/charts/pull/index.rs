//! Charts of a repository with an `index.yaml`.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use reqwest::Url;
use serde::Deserialize;

use super::super::chart::Chart;
use super::super::digest::sha256_hex;
use super::{LARGEST, Puller, newest, patiently, some_of};

/// The largest index that is taken: the largest public one has some 30 MB.
const LARGEST_INDEX: u64 = 256 << 20;

/// One version of a chart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Entry {
    version: String,
    digest: String,
    urls: Vec<String>,
}

impl Puller {
    pub(super) async fn in_index(&self, url: &str, chart: &str, version: &str) -> Result<Chart> {
        let base = Url::parse(&format!("{}/", url.trim_end_matches('/')))
            .with_context(|| format!("{url} is no address"))?;
        let index = base.join("index.yaml").with_context(|| format!("{url} is no address"))?;
        let text = self.get(&index, LARGEST_INDEX).await?;
        let text = String::from_utf8(text).with_context(|| format!("{index} is not UTF-8"))?;
        let entries = entries(&text, chart).with_context(|| format!("read {index}"))?;
        let Some(entry) = chosen(&entries, version)? else {
            let known = some_of(entries.iter().map(|entry| entry.version.as_str()));
            bail!("{url} has no {chart} {version}; {known}");
        };
        let first = entry.urls.first().with_context(|| format!("{index} says no address of {chart}"))?;
        let address = base.join(first).with_context(|| format!("{first} is no address"))?;
        let bytes = self.get(&address, LARGEST).await?;
        let found = sha256_hex(&bytes);
        let promised = entry.digest.trim_start_matches("sha256:");
        if !promised.is_empty() && promised != found {
            bail!("{address} has the digest {found}, but the index says {promised}");
        }
        Ok(Chart::from_archive(address.to_string(), bytes)?)
    }

    async fn get(&self, url: &Url, largest: u64) -> Result<Vec<u8>> {
        let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !(url.scheme() == "http" && is_here) {
            bail!("{url}: only https:// is fetched");
        }
        let ask = || async {
            let response = self.http.get(url.clone()).send().await?.error_for_status()?;
            let mut bytes = Vec::new();
            let mut response = response;
            while let Some(more) = response.chunk().await? {
                bytes.extend_from_slice(&more);
                if bytes.len() as u64 > largest {
                    return Ok(None);
                }
            }
            Ok(Some(bytes))
        };
        let may_pass = |error: &reqwest::Error| {
            let is_busy =
                error.status().is_some_and(|status| status.is_server_error() || status.as_u16() == 429);
            is_busy || error.is_timeout() || error.is_connect() || error.is_body()
        };
        let bytes = patiently(ask, may_pass).await.with_context(|| format!("fetch {url}"))?;
        bytes.with_context(|| format!("{url} has more than {largest} bytes"))
    }
}

/// The very version, else the newest in the range.
fn chosen<'e>(entries: &'e [Entry], version: &str) -> Result<Option<&'e Entry>> {
    if let Some(exact) = entries.iter().find(|entry| !version.is_empty() && entry.version == version) {
        return Ok(Some(exact));
    }
    let all = entries.iter().map(|entry| (entry.version.clone(), entry));
    Ok(newest(all, version)?.map(|(_, entry)| entry))
}

/// The versions of one chart; none if there is no such chart.
fn entries(index: &str, chart: &str) -> Result<Vec<Entry>> {
    #[derive(Deserialize)]
    struct Index {
        #[serde(default)]
        entries: BTreeMap<String, Vec<Entry>>,
    }
    if index.trim_start().starts_with('{') {
        let mut index: Index = serde_json::from_str(index)?;
        return Ok(index.entries.remove(chart).unwrap_or_default());
    }
    // Of an index of megabytes only the lines of the chart are read.
    let Some(part) = lines_of(index, chart) else { return Ok(Vec::new()) };
    let mut found: BTreeMap<String, Vec<Entry>> = serde_saphyr::from_str(&part)?;
    Ok(found.remove(chart).unwrap_or_default())
}

/// The lines of one entry, as a mapping of its own.
fn lines_of(index: &str, chart: &str) -> Option<String> {
    let mut lines = index.lines().skip_while(|line| line.trim_end() != "entries:").skip(1);
    let named = |line: &str| {
        let key = line.trim().strip_suffix(':')?;
        let key = key.trim_matches(['"', '\'']);
        (key == chart).then_some(line.len() - line.trim_start().len())
    };
    // The entries' own depth is that of the first of them.
    let first = lines.clone().find(|line| !line.trim().is_empty())?;
    let depth = first.len() - first.trim_start().len();
    lines.by_ref().find(|line| named(line) == Some(depth))?;
    let is_inside = |line: &&str| {
        let own = line.len() - line.trim_start().len();
        line.trim().is_empty() || own > depth || (own == depth && line.trim_start().starts_with('-'))
    };
    let mut part = format!("{chart}:\n");
    for line in lines.take_while(is_inside) {
        part.push_str(line.get(depth..).unwrap_or_default());
        part.push('\n');
    }
    Some(part)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const INDEX: &str = "apiVersion: v1\nentries:\n  alpha:\n  - name: alpha\n    urls: [a.tgz]\n    version: 1.0.0\n  \
                         beta:\n  - description: |\n      alpha:\n    version: 2.0.0\n    urls:\n    - b.tgz\n  - version: \
                         1.0.0\n    urls: [c.tgz]\ngenerated: now\n";

    fn versions(chart: &str) -> Vec<String> {
        entries(INDEX, chart).unwrap().into_iter().map(|entry| entry.version).collect()
    }

    #[test]
    fn only_the_lines_of_a_chart_are_read() {
        assert_eq!(versions("alpha"), ["1.0.0"]);
        assert_eq!(versions("beta"), ["2.0.0", "1.0.0"]);
        assert!(versions("gamma").is_empty());
    }

    #[test]
    fn the_very_version_wins_over_a_range_of_the_same_text() {
        let entries = ["1.0.1", "1.0"].map(|version| Entry { version: version.into(), ..Entry::default() });
        assert_eq!(chosen(&entries, "1.0").unwrap().unwrap().version, "1.0");
        assert_eq!(chosen(&entries, "1.0.x").unwrap().unwrap().version, "1.0.1");
        assert_eq!(chosen(&entries, "2.x").unwrap(), None);
    }
}
