//! An HTTP CONNECT proxy on loopback that is the chart hosts.
//!
//! A client that trusts the throw-away authority ([`ProxyCa`]) and sends its HTTPS through the proxy finds, under the
//! real URLs, the charts of a set. Nothing ever leaves the machine: what is not in the set is not found, and hosts
//! that no upstream names are refused.

mod authority;
#[cfg(test)]
mod client;
mod git_repository;
mod http_repository;
mod oci;
mod sites;
#[cfg(test)]
mod tests;
mod tunnel;

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use hyper::{Method, StatusCode};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use authority::ProxyCa;

use super::chart_set::ChartSet;
use super::error::ChartError;
use super::upstream::Upstream;
use crate::edge::git_server::{GitEnvironment, GitError};
use sites::Sites;

/// What can be wrong when the proxy is made.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// An upstream's URL cannot be served.
    #[error("the chart location `{url}` cannot be served: {reason}")]
    Url {
        /// The URL.
        url: String,
        /// Why not.
        reason: &'static str,
    },
    /// A certificate or key could not be made.
    #[error("making a certificate for the chart proxy: {0}")]
    Certificate(String),
    /// A chart in the set cannot be read.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The repository for a chart in Git could not be made.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// One answered request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// Method.
    pub method: Method,
    /// The whole URL as the client meant it; `HOST:PORT` for CONNECT.
    pub url: String,
    /// The answer.
    pub status: StatusCode,
}

impl fmt::Display for RequestLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.status.as_u16(), self.method, self.url)
    }
}

/// Takes each request line as it happens; must not block.
type RequestLog = dyn Fn(RequestLine) + Send + Sync;

/// The proxy. Clones are handles of one and the same proxy.
#[derive(Clone)]
pub struct Proxy {
    shared: Arc<Shared>,
}

struct Shared {
    authority: ProxyCa,
    git: GitEnvironment,
    directory: PathBuf,
    sites: RwLock<Arc<Sites>>,
}

impl Proxy {
    /// A proxy that answers for `upstreams` with `charts`.
    ///
    /// `directory` takes the repositories of charts in Git (one folder each, named by its content, reused). Blocking.
    pub fn open(
        charts: &ChartSet,
        upstreams: &[Upstream],
        authority: ProxyCa,
        git: GitEnvironment,
        directory: impl Into<PathBuf>,
    ) -> Result<Self, ProxyError> {
        let directory = directory.into();
        let sites = RwLock::new(Arc::new(Sites::build(charts, upstreams, &git, &directory)?));
        Ok(Self { shared: Arc::new(Shared { authority, git, directory, sites }) })
    }

    /// Answers for other charts and places from the next request on. On error everything stays as it was. Blocking.
    pub fn replace(&self, charts: &ChartSet, upstreams: &[Upstream]) -> Result<(), ProxyError> {
        let sites = Arc::new(Sites::build(charts, upstreams, &self.shared.git, &self.shared.directory)?);
        *self.shared.sites.write().unwrap_or_else(PoisonError::into_inner) = sites;
        Ok(())
    }

    /// What upstreams name and the set does not have, as `CHART (URL)`; requests for these are answered with 404.
    pub fn missing(&self) -> Vec<String> {
        self.sites().missing.clone()
    }

    /// Answers on `listener` until the future is dropped, which also ends all connections. Every answered request is
    /// given to `log`, and to tracing at level DEBUG.
    pub fn serve(
        &self,
        listener: TcpListener,
        log: impl Fn(RequestLine) + Send + Sync + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        let proxy = self.clone();
        let log: Arc<RequestLog> = Arc::new(log);
        async move {
            let mut connections = JoinSet::new();
            loop {
                while connections.try_join_next().is_some() {}
                match listener.accept().await {
                    Ok((stream, _)) => {
                        connections.spawn(tunnel::serve(proxy.clone(), log.clone(), stream));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the chart proxy cannot accept a connection");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                }
            }
        }
    }

    fn sites(&self) -> Arc<Sites> {
        self.shared.sites.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
