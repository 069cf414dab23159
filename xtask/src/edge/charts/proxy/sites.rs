use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};

use super::ProxyError;
use super::git_repository::{self, PinnedChart};
use super::http_repository::HttpRepository;
use super::oci::OciRepository;
use crate::edge::charts::chart::Chart;
use crate::edge::charts::chart_set::ChartSet;
use crate::edge::charts::upstream::{Upstream, answering};
use crate::edge::git_server::GitEnvironment;
use crate::edge::git_server::SmartRequest;
use crate::edge::git_server::cgi;
use crate::edge::git_server::reply::{self, Body};

/// Everything that is served, by `HOST:PORT`.
#[derive(Debug, Default)]
pub(super) struct Sites {
    sites: BTreeMap<String, Site>,
    /// Charts that upstreams name and nobody has.
    pub(super) missing: Vec<String>,
}

#[derive(Debug, Default)]
struct Site {
    oci: BTreeMap<String, OciRepository>,
    http: BTreeMap<String, HttpRepository>,
    git: BTreeMap<String, PathBuf>,
}

impl Sites {
    pub(super) fn build(
        charts: &ChartSet,
        upstreams: &[Upstream],
        git: &GitEnvironment,
        directory: &Path,
    ) -> Result<Self, ProxyError> {
        let mut sites = Self::default();
        let mut pinned: BTreeMap<_, Vec<PinnedChart>> = BTreeMap::new();
        for upstream in upstreams {
            let location = upstream.location()?;
            let site = sites.sites.entry(location.authority.clone()).or_default();
            let mut at_hand = |name: &str| -> Vec<Arc<Chart>> {
                let found: Vec<_> = charts.versions(name).cloned().collect();
                if found.is_empty() {
                    sites.missing.push(format!("{name} ({})", upstream.url()));
                }
                found
            };
            match upstream {
                Upstream::Oci { .. } => {
                    let name = location.path.rsplit('/').next().unwrap_or_default();
                    site.oci.insert(location.path.clone(), OciRepository::new(&at_hand(name)));
                }
                Upstream::OciRepository { charts, .. } => {
                    for name in charts {
                        let path = format!("{}/{name}", location.path).trim_start_matches('/').to_owned();
                        site.oci.insert(path, OciRepository::new(&at_hand(name)));
                    }
                }
                Upstream::Http { charts, .. } => {
                    let repository = site.http.entry(location.path.clone()).or_insert_with(|| {
                        HttpRepository::new(upstream.url().trim_end_matches('/').to_owned())
                    });
                    for name in charts {
                        repository.add(&at_hand(name));
                    }
                }
                Upstream::Git { tag, path, chart, .. } => {
                    let found = at_hand(chart);
                    let Some(chart) = of_tag(&found, tag) else {
                        if !found.is_empty() {
                            sites.missing.push(format!("{chart} for tag {tag} ({})", upstream.url()));
                        }
                        continue;
                    };
                    let path = path.trim_matches('/').trim_start_matches("./").to_owned();
                    pinned.entry(location).or_default().push(PinnedChart { chart, tag: tag.clone(), path });
                }
            }
        }
        for (location, charts) in pinned {
            let repository = git_repository::make(git, directory, &charts)?;
            let path = location.path.strip_suffix(".git").unwrap_or(&location.path).to_owned();
            sites.sites.entry(location.authority).or_default().git.insert(path, repository);
        }
        sites.missing.sort();
        sites.missing.dedup();
        Ok(sites)
    }

    /// Whether any upstream is at this `HOST:PORT`.
    pub(super) fn has(&self, authority: &str) -> bool {
        self.sites.contains_key(answering(authority))
    }

    pub(super) async fn answer(
        &self,
        git: &GitEnvironment,
        authority: &str,
        request: Request<Incoming>,
    ) -> Response<Body> {
        let not_found = || {
            let message =
                format!("the sandbox's chart proxy has nothing at {authority}{}", request.uri().path());
            reply::text(StatusCode::NOT_FOUND, &message)
        };
        let Some(site) = self.sites.get(answering(authority)) else { return not_found() };
        let Some(path) = reply::decode_path(request.uri().path()) else { return not_found() };
        let path = path.trim_start_matches('/');
        if let Some(repository) = site.git_repository(path) {
            return match SmartRequest::of(&request) {
                Ok(wanted) => cgi::answer(git, repository, wanted.service_path, request).await,
                Err(refusal) => *refusal,
            };
        }
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let answer = match path.strip_prefix("v2").filter(|rest| rest.is_empty() || rest.starts_with('/')) {
            Some(rest) if !site.oci.is_empty() => {
                Some(super::oci::answer(&site.oci, rest.trim_start_matches('/')))
            }
            _ => site.http.iter().find_map(|(base, repository)| {
                let below = path.strip_prefix(base.as_str())?;
                let file = if base.is_empty() { below } else { below.strip_prefix('/')? };
                repository.answer(file)
            }),
        };
        match answer {
            Some(_) if !reads => reply::text(StatusCode::METHOD_NOT_ALLOWED, "charts can only be read here"),
            Some(response) => response,
            None => not_found(),
        }
    }
}

impl Site {
    /// The repository that a path is in, with or without `.git` after its name.
    fn git_repository(&self, path: &str) -> Option<&Path> {
        let is_in = |base: &str| {
            path.strip_prefix(base).is_some_and(|rest| rest.starts_with('/') || rest.starts_with(".git/"))
        };
        self.git.iter().find(|(base, _)| is_in(base)).map(|(_, repository)| repository.as_path())
    }
}

/// The version that a tag means: `v1.2.3` or `1.2.3`, else the only one there is.
fn of_tag(found: &[Arc<Chart>], tag: &str) -> Option<Arc<Chart>> {
    let plain = tag.strip_prefix('v').unwrap_or(tag);
    let same = |chart: &&Arc<Chart>| {
        chart.metadata.version.strip_prefix('v').unwrap_or(&chart.metadata.version) == plain
    };
    found.iter().find(same).or(if let [only] = found { Some(only) } else { None }).cloned()
}
