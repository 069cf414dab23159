//! Charts from where they are published: registries, repositories with an index, Git repositories.
//!
//! Nothing is sent but what the address says: no credentials, no cookies. TLS is verified; `HTTPS_PROXY`, `NO_PROXY` and
//! `SSL_CERT_FILE` count. What arrives is held against the digest that was promised for it.

mod git;
mod index;
mod oci;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use flux::helm::chart::Place;
use flux::helm::range::{Range, Version};

use super::chart::Chart;
use crate::edge::git_server::GitEnvironment;

/// The largest archive that is taken.
const LARGEST: u64 = 64 << 20;
/// How often a question is asked that got no answer.
const TRIES: u32 = 3;
/// How long nothing may come.
const PATIENCE: Duration = Duration::from_secs(30);
const NAME: &str = concat!("openappstack-xtask/", env!("CARGO_PKG_VERSION"));

/// What asks.
pub struct Puller {
    http: reqwest::Client,
    registries: oci_client::Client,
    git: GitEnvironment,
}

/// A chart that was fetched.
#[derive(Debug)]
pub struct Fetched {
    /// The chart.
    pub chart: Chart,
    /// Digest of the registry's manifest, if it came from one.
    pub manifest: Option<String>,
}

impl From<Chart> for Fetched {
    fn from(chart: Chart) -> Self {
        Fetched { chart, manifest: None }
    }
}

impl Puller {
    /// Reads the authorities that are trusted, and what the environment says of proxies.
    pub fn new(git: GitEnvironment) -> Result<Self> {
        // Somebody else in this process may have chosen it already: the same one.
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = reqwest::Client::builder()
            .user_agent(NAME)
            .connect_timeout(PATIENCE)
            .read_timeout(PATIENCE)
            .https_only(false)
            .build()
            .context("prepare for HTTPS")?;
        let registries = oci_client::Client::new(oci_client::client::ClientConfig {
            user_agent: NAME,
            connect_timeout: Some(PATIENCE),
            read_timeout: Some(PATIENCE),
            ..Default::default()
        });
        Ok(Puller { http, registries, git })
    }

    /// Fetches the chart of a place.
    pub async fn fetch(&self, place: &Place) -> Result<Fetched> {
        match place {
            Place::Oci { address, wanted } => self.in_registry(address, wanted).await,
            Place::Index { url, chart, version } => Ok(self.in_index(url, chart, version).await?.into()),
            Place::Git { url, revision, path } => {
                let (git, url, revision, path) =
                    (self.git.clone(), url.clone(), revision.clone(), path.clone());
                let fetched = tokio::task::spawn_blocking(move || git::fetch(&git, &url, &revision, &path));
                Ok(fetched.await.context("wait for git")??.into())
            }
            Place::Source { source, .. } => bail!("{source} is at hand already"),
        }
    }
}

/// Can what is at the place change?
pub fn may_move(place: &Place) -> bool {
    use flux::helm::chart::{Revision, Wanted};
    match place {
        Place::Oci { wanted: Wanted::Digest(_), .. } | Place::Git { revision: Revision::Commit(_), .. } => {
            false
        }
        Place::Oci { wanted: Wanted::Tag(version), .. } | Place::Index { version, .. } => {
            !flux::pins::is_exact(version)
        }
        Place::Git { revision: Revision::Reference(name), .. } => !name.starts_with("refs/tags/"),
        _ => true,
    }
}

/// The newest of some versions that is in a range; each beside what it belongs to. Of a range that is empty or `*`, the newest that is
/// released.
fn newest<T>(all: impl IntoIterator<Item = (String, T)>, range: &str) -> Result<Option<(String, T)>> {
    let range: Range = if range.trim().is_empty() { "*" } else { range }.parse()?;
    let versions = all.into_iter().filter_map(|(text, of)| {
        let version: Version = text.parse().ok()?;
        range.holds(&version).then_some((version, text, of))
    });
    Ok(versions.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, text, of)| (text, of)))
}

/// The newest few versions, for a person who asked for one that is not there.
fn some_of<'v>(versions: impl Iterator<Item = &'v str>) -> String {
    let mut known: Vec<(Version, &str)> =
        versions.filter_map(|text| Some((text.parse().ok()?, text))).collect();
    known.sort_by(|a, b| b.0.cmp(&a.0));
    let shown: Vec<&str> = known.iter().take(5).map(|(_, text)| *text).collect();
    match shown.as_slice() {
        [] => "there is none".to_owned(),
        shown => format!("the newest there are {}", shown.join(", ")),
    }
}

/// Asks again after a failure that may pass.
async fn patiently<T, E, F>(mut ask: impl FnMut() -> F, may_pass: impl Fn(&E) -> bool) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut tried = 1;
    loop {
        match ask().await {
            Err(error) if tried < TRIES && may_pass(&error) => {
                tokio::time::sleep(Duration::from_millis(300 << tried)).await;
                tried += 1;
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(range: &str) -> Option<String> {
        let all = ["1.0.0", "v1.2.0", "2.0.0-rc.1", "nonsense"].map(|text| (text.to_owned(), ()));
        newest(all, range).unwrap().map(|(text, ())| text)
    }

    #[test]
    fn the_newest_in_a_range_is_taken() {
        assert_eq!(of("").as_deref(), Some("v1.2.0"));
        assert_eq!(of(">=1.0.0-0").as_deref(), Some("2.0.0-rc.1"));
        assert_eq!(of("<1"), None);
    }

    #[test]
    fn a_person_is_shown_the_newest_versions() {
        assert_eq!(some_of(["1.0.0", "2.0.0"].into_iter()), "the newest there are 2.0.0, 1.0.0");
        assert_eq!(some_of([].into_iter()), "there is none");
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_asked_again_and_other_things_are_not() {
        let asked = std::cell::Cell::new(0);
        let ask = || async {
            asked.set(asked.get() + 1);
            Err::<(), bool>(asked.get() < 2)
        };
        assert_eq!(patiently(ask, |may_pass| *may_pass).await, Err(false));
        assert_eq!(asked.get(), 2);
    }
}
