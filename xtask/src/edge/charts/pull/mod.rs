//! Charts from where they are published: registries, repositories with an index, Git repositories.
//!
//! Nothing is sent but what the address says: no credentials, no cookies. TLS is verified; `HTTPS_PROXY`, `NO_PROXY` and
//! `SSL_CERT_FILE` count. What arrives is held against the digest that was promised for it.

mod git;
mod http;
mod index;
mod newest;
mod oci;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use flux::helm::chart::Place;

use super::chart::Chart;
use crate::edge::git_server::GitEnvironment;
pub use http::is_network;
pub use newest::newest_chart;

/// The largest archive that is taken.
const LARGEST: u64 = 64 << 20;
/// How often a question is asked that got no answer.
const TRIES: u32 = 3;
/// How long a connection may take.
const TO_CONNECT: Duration = Duration::from_secs(10);
/// How long nothing may come.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long one chart may take.
const WHOLE: Duration = Duration::from_secs(600);
const NAME: &str = concat!("openappstack-xtask/", env!("CARGO_PKG_VERSION"));

/// What asks.
pub struct Puller {
    http: reqwest::Client,
    registries: oci_client::Client,
    /// Asks registries of this machine, which have no TLS.
    local_registries: oci_client::Client,
    indexes: index::Indexes,
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
            .connect_timeout(TO_CONNECT)
            .read_timeout(PATIENCE)
            .redirect(http::redirections())
            .build()
            .context("prepare for HTTPS")?;
        Ok(Puller {
            http,
            registries: oci::client(oci_client::client::ClientProtocol::Https)?,
            local_registries: oci::client(oci_client::client::ClientProtocol::Http)?,
            indexes: index::Indexes::default(),
            git,
        })
    }

    /// Fetches the chart of a place.
    pub async fn fetch(&self, place: &Place) -> Result<Fetched> {
        let minutes = WHOLE.as_secs() / 60;
        let fetched = tokio::time::timeout(WHOLE, self.fetch_from(place)).await;
        fetched.map_err(|_| http::Unreachable(format!("it was not complete after {minutes} minutes")))?
    }

    async fn fetch_from(&self, place: &Place) -> Result<Fetched> {
        match place {
            Place::Oci { address, wanted } => self.in_registry(address, wanted).await,
            Place::Index { url, chart, version } => Ok(self.in_index(url, chart, version).await?.into()),
            Place::Git { url, revision, path } => {
                Ok(git::fetch(&self.git, url, revision, path).await?.into())
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
    use super::*;

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
