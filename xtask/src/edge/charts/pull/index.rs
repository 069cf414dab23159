//! Charts of a repository with an `index.yaml`.

mod entries;

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use k8s_openapi::jiff::Timestamp;
use reqwest::Url;
use tokio::sync::{Mutex, OnceCell};

use super::super::chart::Chart;
use super::super::digest::sha256_hex;
use super::http::Unreachable;
use super::newest::{newest, some_of};
use super::{LARGEST, Puller, is_network};
use entries::{Entry, entries, names};

/// The largest index that is taken: the largest public one has some 30 MB.
const LARGEST_INDEX: u64 = 256 << 20;

/// The indexes of one run: releases share repositories. A failure is shared too, so that a dead host is waited for once.
#[derive(Debug, Default)]
pub(super) struct Indexes(Mutex<HashMap<Url, Arc<Cell>>>);

type Cell = OnceCell<Result<Arc<str>, Missing>>;

#[derive(Debug, Clone)]
struct Missing {
    why: String,
    may_pass: bool,
}

impl Puller {
    pub(super) async fn in_index(&self, url: &str, chart: &str, version: &str) -> Result<Chart> {
        let base = Url::parse(url).with_context(|| format!("{url} is no address"))?;
        let index = below(&base, "index.yaml")?;
        let text = self.index(&index).await?;
        let entries = entries(&text, chart).with_context(|| format!("read {index}"))?;
        if entries.is_empty() {
            let hint = yamltree::nearest::suggestion(chart, names(&text)).unwrap_or_default();
            bail!("{url} has no chart `{chart}`; {hint}");
        }
        let Some(entry) = chosen(&entries, version)? else {
            bail!(
                "{url} has no {chart} {version}; {}",
                some_of(entries.into_iter().filter_map(|it| it.version))
            );
        };
        let first = entry.urls.iter().flatten().flatten().next();
        let first = first.with_context(|| format!("{index} says no address of {chart}"))?;
        let address = below(&base, first)?;
        let bytes = self.get(&address, LARGEST).await?;
        let found = sha256_hex(&bytes);
        let promised = entry.digest.as_deref().unwrap_or_default().trim_start_matches("sha256:");
        if !promised.is_empty() && promised != found {
            bail!("{address} has the digest {found}, but the index says {promised}");
        }
        Ok(Chart::from_archive(address.to_string(), bytes)?)
    }

    async fn index(&self, index: &Url) -> Result<Arc<str>> {
        let cell = self.indexes.0.lock().await.entry(index.clone()).or_default().clone();
        let fetch = || async {
            let fetched = async {
                let text = self.get(index, LARGEST_INDEX).await?;
                Ok(String::from_utf8(text).with_context(|| format!("{index} is not UTF-8"))?.into())
            };
            let failed = |error| Missing { why: format!("{error:#}"), may_pass: is_network(&error) };
            fetched.await.map_err(failed)
        };
        match cell.get_or_init(fetch).await.clone() {
            Ok(text) => Ok(text),
            Err(Missing { why, may_pass: true }) => Err(Unreachable(why).into()),
            Err(Missing { why, .. }) => Err(anyhow!(why)),
        }
    }
}

/// The address of a file of a repository; a query of the repository's address is kept, as Helm does it.
fn below(repository: &Url, file: &str) -> Result<Url> {
    if let Ok(whole) = Url::parse(file) {
        return Ok(whole);
    }
    let mut folder = repository.clone();
    folder.set_path(&format!("{}/", repository.path().trim_end_matches('/')));
    let mut address = folder.join(file).with_context(|| format!("{file} is no address"))?;
    address.set_query(repository.query());
    Ok(address)
}

/// The very version, else the newest in the range; of versions that differ in build metadata only, the one made last.
fn chosen<'e>(entries: &'e [Entry], version: &str) -> Result<Option<&'e Entry>> {
    let is_it = |entry: &&Entry| !version.is_empty() && entry.version.as_deref() == Some(version);
    if let Some(exact) = entries.iter().find(is_it) {
        return Ok(Some(exact));
    }
    let made = |entry: &&Entry| entry.created.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    let mut all: Vec<&Entry> = entries.iter().collect();
    all.sort_by_key(|entry| std::cmp::Reverse(made(entry)));
    let all = all.into_iter().filter_map(|entry| Some((entry.version.clone()?, entry)));
    Ok(newest(all, version)?.map(|(_, entry)| entry))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn entry(version: &str, created: &str) -> Entry {
        Entry { version: Some(version.into()), created: Some(created.into()), ..Entry::default() }
    }

    #[test]
    fn the_very_version_wins_over_a_range_of_the_same_text() {
        let entries = ["1.0.1", "1.0"].map(|version| entry(version, ""));
        let chosen = |version| chosen(&entries, version).unwrap().and_then(|entry| entry.version.as_deref());
        assert_eq!(chosen("1.0"), Some("1.0"));
        assert_eq!(chosen("1.0.x"), Some("1.0.1"));
        assert_eq!(chosen("2.x"), None);
    }

    #[test]
    fn of_builds_of_one_version_the_last_is_taken() {
        let entries = [
            entry("1.0.0+a", "2024-01-01T00:00:00Z"),
            entry("1.0.0+b", "2024-01-02T00:00:00.5+02:00"),
            entry("1.0.0+c", "2024-01-01T21:00:00Z"),
        ];
        assert_eq!(chosen(&entries, "1.x").unwrap().unwrap().version.as_deref(), Some("1.0.0+b"));
    }

    #[test]
    fn files_are_below_the_repository_or_somewhere_else() {
        let base = Url::parse("https://h/helm?key=1").unwrap();
        let address = |file| below(&base, file).unwrap().to_string();
        assert_eq!(address("index.yaml"), "https://h/helm/index.yaml?key=1");
        assert_eq!(address("charts/a-1.tgz"), "https://h/helm/charts/a-1.tgz?key=1");
        assert_eq!(address("https://other/a-1.tgz"), "https://other/a-1.tgz");
    }
}
