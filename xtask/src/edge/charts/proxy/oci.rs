//! The reading half of the OCI distribution API, for charts.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::json;

use crate::edge::charts::chart::Chart;
use crate::edge::charts::digest::sha256_hex;
use crate::edge::git_server::reply::{self, Body};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CONTENT: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// All versions of one chart as an OCI repository.
#[derive(Debug)]
pub(super) struct OciRepository {
    /// Digests of manifests by tag.
    tags: BTreeMap<String, String>,
    manifests: BTreeMap<String, Bytes>,
    blobs: BTreeMap<String, Bytes>,
}

impl OciRepository {
    pub(super) fn new(versions: &[Arc<Chart>]) -> Self {
        let mut repository =
            Self { tags: BTreeMap::new(), manifests: BTreeMap::new(), blobs: BTreeMap::new() };
        for chart in versions {
            repository.add(chart);
        }
        repository
    }

    fn add(&mut self, chart: &Chart) {
        let config = Bytes::from(json!(chart.metadata).to_string());
        let config_digest = format!("sha256:{}", sha256_hex(&config));
        let archive_digest = format!("sha256:{}", chart.digest);
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "digest": config_digest, "size": config.len()},
            "layers": [{"mediaType": CONTENT, "digest": archive_digest, "size": chart.archive.len()}],
            "annotations": {
                "org.opencontainers.image.title": chart.metadata.name,
                "org.opencontainers.image.version": chart.metadata.version,
            },
        });
        let manifest = Bytes::from(manifest.to_string());
        let manifest_digest = format!("sha256:{}", sha256_hex(&manifest));
        // A tag may not contain a plus sign: Helm writes an underscore instead.
        self.tags.insert(chart.metadata.version.replace('+', "_"), manifest_digest.clone());
        self.manifests.insert(manifest_digest, manifest);
        self.blobs.insert(config_digest, config);
        self.blobs.insert(archive_digest, chart.archive.clone());
    }

    fn manifest(&self, reference: &str) -> Option<Response<Body>> {
        let digest = self.tags.get(&reference.replace('+', "_")).map_or(reference, String::as_str);
        Some(content(MANIFEST, digest, self.manifests.get(digest)?))
    }
}

/// Answers for the path below `/v2/`. All tags come in one page.
pub(super) fn answer(repositories: &BTreeMap<String, OciRepository>, path: &str) -> Response<Body> {
    if path.is_empty() {
        return json_answer(StatusCode::OK, "{}".into());
    }
    let Some((name, verb, reference)) = parse(path) else {
        return error("NAME_INVALID", &format!("{path} is no path of the distribution API"));
    };
    let Some(repository) = repositories.get(name) else {
        return error(
            "NAME_UNKNOWN",
            &format!("the sandbox's chart proxy does not know the repository {name}"),
        );
    };
    match verb {
        "manifests" => repository.manifest(reference).unwrap_or_else(|| {
            let tags = repository.tags.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            error("MANIFEST_UNKNOWN", &format!("{name} has no {reference} here; it has: {tags}"))
        }),
        "blobs" => match repository.blobs.get(reference) {
            Some(blob) => content("application/octet-stream", reference, blob),
            None => error("BLOB_UNKNOWN", &format!("{name} has no blob {reference} here")),
        },
        _ => json_answer(
            StatusCode::OK,
            json!({"name": name, "tags": repository.tags.keys().collect::<Vec<_>>()}).to_string(),
        ),
    }
}

/// Repository, what of it, and which one.
fn parse(path: &str) -> Option<(&str, &str, &str)> {
    let (rest, reference) = path.rsplit_once('/')?;
    let (name, verb) = rest.rsplit_once('/')?;
    matches!((verb, reference), ("manifests" | "blobs", _) | ("tags", "list"))
        .then_some((name, verb, reference))
}

fn content(content_type: &str, digest: &str, content: &Bytes) -> Response<Body> {
    let mut response = reply::bytes(StatusCode::OK, content_type, content.clone());
    if let Ok(value) = HeaderValue::from_str(digest) {
        response.headers_mut().insert(HeaderName::from_static("docker-content-digest"), value);
    }
    response
}

fn error(code: &str, message: &str) -> Response<Body> {
    json_answer(StatusCode::NOT_FOUND, json!({"errors": [{"code": code, "message": message}]}).to_string())
}

fn json_answer(status: StatusCode, text: String) -> Response<Body> {
    let mut response = reply::bytes(status, "application/json", text.into());
    let version = HeaderValue::from_static("registry/2.0");
    response.headers_mut().insert(HeaderName::from_static("docker-distribution-api-version"), version);
    response
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn paths_are_taken_apart_from_their_end() {
        assert_eq!(parse("a/manifests/b/manifests/v1"), Some(("a/manifests/b", "manifests", "v1")));
        assert_eq!(parse("a/tags/list"), Some(("a", "tags", "list")));
        assert_eq!(parse("a/tags/other"), None);
        assert_eq!(parse("a/b"), None);
    }
}
