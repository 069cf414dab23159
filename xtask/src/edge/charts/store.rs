//! The charts that were pulled: archives by their digest, and which of them answers for which place.
//!
//! `sha256/DIGEST.tgz` is an archive, `contents/FORM/DIGEST.json` what is in it, `places/DIGEST.json` what was found at a place (that
//! digest is of the place's text).
//! Files are written beside and moved, so that a run that was killed leaves nothing half-written.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::chart::Chart;
use super::contents::Contents;
use super::digest::sha256_hex;
use crate::edge::private_file::write_private;

/// The form of what is noted of an archive; another one makes all notes unknown.
const FORM: &str = "3";

/// A folder of charts.
#[derive(Debug, Clone)]
pub struct ChartStore {
    folder: PathBuf,
}

/// What was found at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pulled {
    /// The place, as people read it.
    pub place: String,
    /// Name of the chart.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the archive, hexadecimal.
    pub digest: String,
    /// Digest of the registry's manifest, if it came from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    /// Did somebody else package it, or was it made here? Else it came from where it is published.
    #[serde(default)]
    pub is_packaged: bool,
}

impl ChartStore {
    /// The store in a folder, which need not be there.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        ChartStore { folder: folder.into() }
    }

    /// Keeps an archive, in place of one that was damaged.
    pub fn keep(&self, chart: &Chart) -> Result<()> {
        let path = self.archive(&chart.digest);
        let is_there = fs::read(&path).is_ok_and(|bytes| bytes == *chart.archive);
        if is_there { Ok(()) } else { write_private(&path, &chart.archive) }
    }

    /// Where the archive of a digest is, whether or not it is there.
    pub fn archive(&self, digest: &str) -> PathBuf {
        self.folder.join("sha256").join(format!("{digest}.tgz"))
    }

    /// The chart of a digest; its bytes are checked.
    pub fn read(&self, digest: &str) -> Result<Chart> {
        let path = self.archive(digest);
        let bytes = fs::read(&path).with_context(|| format!("read the chart {}", path.display()))?;
        let chart = Chart::from_archive(path.display().to_string(), bytes)?;
        if chart.digest != digest {
            bail!("{} is damaged: remove it and pull the chart again", path.display());
        }
        Ok(chart)
    }

    /// Notes what a place holds; the archive is kept already.
    pub fn note(&self, place: &str, pulled: &Pulled) -> Result<()> {
        write_private(&self.place(place), &serde_json::to_vec_pretty(pulled)?)
    }

    /// What a place held when it was last pulled; none if it never was, or if its archive is gone.
    pub fn found_at(&self, place: &str) -> Option<Pulled> {
        let text = fs::read(self.place(place)).ok()?;
        let pulled: Pulled = serde_json::from_slice(&text).ok()?;
        self.archive(&pulled.digest).exists().then_some(pulled)
    }

    /// What is known to be in the archive of a digest.
    pub fn contents(&self, digest: &str) -> Option<Contents> {
        serde_json::from_slice(&fs::read(self.contents_file(digest)).ok()?).ok()
    }

    /// Notes what is in the archive of a digest.
    pub fn note_contents(&self, digest: &str, contents: &Contents) -> Result<()> {
        write_private(&self.contents_file(digest), &serde_json::to_vec_pretty(contents)?)
    }

    fn contents_file(&self, digest: &str) -> PathBuf {
        self.folder.join("contents").join(FORM).join(format!("{digest}.json"))
    }

    fn place(&self, place: &str) -> PathBuf {
        self.folder.join("places").join(format!("{}.json", sha256_hex(place.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::edge::charts::standin::{StandIn, chart};

    fn kept(store: &ChartStore) -> Chart {
        let chart = Chart::from_archive("made", chart(&StandIn::new("blog", "1.0.0")).unwrap()).unwrap();
        store.keep(&chart).unwrap();
        chart
    }

    #[test]
    fn what_is_kept_is_found_by_digest_and_by_place() {
        let folder = tempfile::tempdir().unwrap();
        let store = ChartStore::new(folder.path());
        let chart = kept(&store);
        let pulled = Pulled {
            place: "here".into(),
            name: "blog".into(),
            version: "1.0.0".into(),
            digest: chart.digest.clone(),
            manifest: None,
            is_packaged: true,
        };
        assert_eq!(store.found_at("here"), None);
        store.note("here", &pulled).unwrap();
        assert_eq!(store.found_at("here"), Some(pulled));
        assert_eq!(store.read(&chart.digest).unwrap().archive, chart.archive);
    }

    #[test]
    fn a_damaged_archive_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = ChartStore::new(folder.path());
        let chart = kept(&store);
        let other = super::super::standin::chart(&StandIn::new("other", "1.0.0")).unwrap();
        fs::write(store.archive(&chart.digest), other).unwrap();
        assert!(store.read(&chart.digest).unwrap_err().to_string().contains("is damaged"));
        store.keep(&chart).unwrap();
        assert!(store.read(&chart.digest).is_ok());
    }
}
