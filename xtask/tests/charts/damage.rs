//! Servers that do what no good one does.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use xtask::edge::charts::sha256_hex;
use xtask::edge::charts::standin::{StandIn, chart};

use crate::loopback::{Reply, Request, serve};
use crate::world::World;

const LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

fn packed(name: &str, version: &str) -> Vec<u8> {
    chart(&StandIn::new(name, version)).unwrap()
}

fn index(entry: &Value) -> String {
    json!({"apiVersion": "v1", "entries": {"gamma": [entry]}}).to_string()
}

/// An index with one chart at a relative address.
fn gamma(request: &Request) -> Reply {
    match request.path.as_str() {
        "/helm/index.yaml" => {
            let digest = sha256_hex(&packed("gamma", "1.0.0"));
            Reply::ok(index(&json!({"version": "1.0.0", "urls": ["files/gamma.tgz"], "digest": digest})))
        }
        "/helm/files/gamma.tgz" => Reply::ok(packed("gamma", "1.0.0")),
        _ => Reply::status(404),
    }
}

fn manifest(archive: &[u8]) -> String {
    let empty = format!("sha256:{}", sha256_hex(b"{}"));
    json!({
        "schemaVersion": 2,
        "config": {"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": empty, "size": 2},
        "layers": [
            {"mediaType": "application/other", "digest": empty, "size": 2},
            {"mediaType": LAYER, "digest": format!("sha256:{}", sha256_hex(archive)), "size": archive.len()},
        ],
    })
    .to_string()
}

/// A registry that wants a token, as ghcr.io does, and gives one tag a page.
fn alpha(host: &str, request: &Request) -> Reply {
    let archive = packed("alpha", "1.2.0+b");
    if request.path.starts_with("/token?") {
        let is_asked = request.path.contains("scope=repository%3Asome%2Falpha%3Apull");
        return if is_asked {
            Reply::ok(json!({"token": "anybody"}).to_string())
        } else {
            Reply::status(400)
        };
    }
    if request.authorization.as_deref() != Some("Bearer anybody") {
        let challenge = format!("Bearer realm=\"http://{host}/token\",service=\"{host}\"");
        return Reply::status(401).header("WWW-Authenticate", challenge);
    }
    let blob = format!("/v2/some/alpha/blobs/sha256:{}", sha256_hex(&archive));
    let tags = "/v2/some/alpha/tags/list?n=";
    let page = |tag, next: &str| {
        let page = Reply::ok(json!({"name": "some/alpha", "tags": [tag]}).to_string());
        if next.is_empty() {
            page
        } else {
            page.header("Link", format!("<{tags}1&last={next}>; rel=\"next\""))
        }
    };
    match request.path.as_str() {
        path if path.ends_with("last=1.0.0") => page("1.2.0_b", "1.2.0_b"),
        path if path.ends_with("last=1.2.0_b") => page("2.0.0", ""),
        path if path.starts_with(tags) => page("1.0.0", "1.0.0"),
        "/v2/some/alpha/manifests/1.2.0_b" => Reply::ok(manifest(&archive)),
        path if path == blob => Reply::ok(archive),
        _ => Reply::status(404),
    }
}

/// What is told of charts that cannot be had.
fn refused(index: &str, registry: &str, reference: &str) -> String {
    let world = World::new();
    world.write_local(index, registry, reference);
    let (code, _, err) = world.xtask(&["charts", "pull"]);
    assert_eq!(code, 1, "{err}");
    err
}

#[test]
fn a_registry_is_asked_for_a_token_and_for_all_pages_of_its_tags() {
    let world = World::new();
    world.write_local(&serve(|_, request| gamma(request)), &serve(alpha), "{semver: 1.x}");
    let found = world.pulled(&[]);
    let wanted = [("alpha", "1.2.0+b"), ("gamma", "1.0.0")];
    assert_eq!(found, wanted.map(|(name, version)| (name.to_owned(), version.to_owned(), false)));
}

#[test]
fn an_archive_that_is_not_the_one_of_the_index_is_refused() {
    let index = serve(|_, request| match request.path.as_str() {
        "/helm/files/gamma.tgz" => Reply::ok(packed("gamma", "6.6.6")),
        _ => gamma(request),
    });
    let err = refused(&index, &serve(alpha), "{semver: 1.x}");
    assert!(err.contains("n/index") && err.contains("but the index says"), "{err}");
    assert!(err.contains("1 fetched"), "{err}");
}

#[test]
fn a_layer_that_is_not_the_one_of_the_manifest_is_refused() {
    let registry = serve(|host, request| match request.path.as_str() {
        path if path.contains("/blobs/") => Reply::ok(packed("alpha", "6.6.6")),
        _ => alpha(host, request),
    });
    let err = refused(&serve(|_, request| gamma(request)), &registry, "{semver: 1.x}");
    assert!(err.contains("n/one") && err.to_lowercase().contains("digest"), "{err}");
}

#[test]
fn a_manifest_that_is_not_the_one_of_the_digest_is_refused() {
    let registry = serve(|host, request| match request.path.as_str() {
        path if path.contains("/manifests/") => Reply::ok(manifest(&packed("alpha", "1.2.0+b"))),
        _ => alpha(host, request),
    });
    let digest = format!("{{digest: 'sha256:{}'}}", sha256_hex(b"another one"));
    let err = refused(&serve(|_, request| gamma(request)), &registry, &digest);
    assert!(err.contains("n/one") && err.to_lowercase().contains("digest"), "{err}");
}

#[test]
fn an_archive_without_end_is_refused() {
    let index = serve(|_, request| match request.path.as_str() {
        "/helm/index.yaml" => Reply::ok(index(&json!({"version": "1.0.0", "urls": ["gamma.tgz"]}))),
        _ => Reply::ok(vec![0; (64 << 20) + 1]),
    });
    let err = refused(&index, &serve(alpha), "{semver: 1.x}");
    assert!(err.contains("it has more than 67108864 bytes"), "{err}");
}

#[test]
fn a_redirection_away_from_https_is_not_followed() {
    let index = serve(|_, _| Reply::status(302).header("Location", "http://192.0.2.1/index.yaml"));
    let err = refused(&index, &serve(alpha), "{semver: 1.x}");
    assert!(err.contains("a redirection leads away from https://"), "{err}");
}

#[test]
fn a_server_that_is_busy_is_asked_again() {
    let asked = AtomicUsize::new(0);
    let index = serve(move |_, request| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::status(503),
        1 => Reply::status(429),
        _ => gamma(request),
    });
    let world = World::new();
    world.write_local(&index, &serve(alpha), "{semver: 1.x}");
    assert_eq!(world.pulled(&[]).len(), 2);
}
