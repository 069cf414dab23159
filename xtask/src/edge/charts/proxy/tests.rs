#![allow(clippy::unwrap_used)]

use std::fs;
use std::sync::{Arc, Mutex};

use hyper::Method;
use serde_json::Value;
use tokio::net::TcpListener;

use super::client::Client;
use super::*;
use crate::edge::charts::digest::sha256_hex;
use crate::edge::charts::standin::{StandIn, chart};
use crate::edge::git_server::fixture::Folder;

struct Running {
    folder: Folder,
    proxy: Proxy,
    client: Client,
    lines: Arc<Mutex<Vec<String>>>,
}

fn charts(names: &[(&str, &str)]) -> ChartSet {
    let archive =
        |(name, version): &(&str, &str)| ((*name).into(), chart(&StandIn::new(*name, *version)).unwrap());
    ChartSet::from_archives(names.iter().map(archive)).unwrap()
}

fn upstreams() -> Vec<Upstream> {
    vec![
        Upstream::Oci { url: "oci://quay.io/jetstack/charts/cert-manager".into() },
        Upstream::OciRepository {
            url: "oci://ghcr.io/some/charts".into(),
            charts: vec!["alpha".into(), "beta".into()],
        },
        Upstream::Oci { url: "oci://docker.io/some/alpha".into() },
        Upstream::Http { url: "https://charts.example.org/helm".into(), charts: vec!["mariadb".into()] },
        Upstream::Git {
            url: "https://github.com/rancher/local-path-provisioner".into(),
            tag: "v0.0.37".into(),
            path: "deploy/chart/local-path-provisioner".into(),
            chart: "local-path-provisioner".into(),
        },
    ]
}

async fn running() -> Running {
    let folder = Folder::new();
    let set = charts(&[
        ("cert-manager", "v1.21.1"),
        ("alpha", "1.0.0+build.1"),
        ("mariadb", "4.5.3"),
        ("mariadb", "4.5.4"),
        ("local-path-provisioner", "0.0.37"),
        ("unpublished", "1.0.0"),
    ]);
    let authority = ProxyCa::new().unwrap();
    let pem = authority.certificate_pem();
    let proxy =
        Proxy::open(&set, &upstreams(), authority, folder.git.clone(), folder.path("charts")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(listener.local_addr().unwrap(), &pem);
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = lines.clone();
    tokio::spawn(proxy.serve(listener, move |line| log.lock().unwrap().push(line.to_string())));
    Running { folder, proxy, client, lines }
}

fn json(content: &[u8]) -> Value {
    serde_json::from_slice(content).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_is_pulled_from_a_registry() {
    let running = running().await;
    let base = "https://quay.io/v2/jetstack/charts/cert-manager";
    assert_eq!(running.client.get("https://quay.io/v2/").await.status(), 200);
    let tags = running.client.get(&format!("{base}/tags/list")).await;
    assert_eq!(json(tags.body())["tags"], serde_json::json!(["v1.21.1"]));
    let manifest = running.client.get(&format!("{base}/manifests/v1.21.1")).await;
    let digest = manifest.headers()["docker-content-digest"].to_str().unwrap();
    assert_eq!(digest, format!("sha256:{}", sha256_hex(manifest.body())));
    assert_eq!(running.client.get(&format!("{base}/manifests/{digest}")).await.body(), manifest.body());
    let head = running.client.ask(Method::HEAD, &format!("{base}/manifests/v1.21.1")).await;
    assert_eq!(head.headers()["content-length"], manifest.body().len().to_string());
    assert!(head.body().is_empty());
    let manifest = json(manifest.body());
    for (part, media_type) in [
        (&manifest["config"], "application/vnd.cncf.helm.config.v1+json"),
        (&manifest["layers"][0], "application/vnd.cncf.helm.chart.content.v1.tar+gzip"),
    ] {
        assert_eq!(part["mediaType"], media_type);
        let blob = running.client.get(&format!("{base}/blobs/{}", part["digest"].as_str().unwrap())).await;
        assert_eq!(part["digest"], format!("sha256:{}", sha256_hex(blob.body())));
        assert_eq!(part["size"], blob.body().len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_write_an_underscore_for_a_plus_sign() {
    let running = running().await;
    for tag in ["1.0.0_build.1", "1.0.0%2Bbuild.1"] {
        let response =
            running.client.get(&format!("https://ghcr.io/v2/some/charts/alpha/manifests/{tag}")).await;
        assert_eq!(response.status(), 200, "{tag}");
    }
    assert_eq!(running.proxy.missing(), ["beta (oci://ghcr.io/some/charts)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_docker_registry_has_several_names() {
    let running = running().await;
    for host in ["registry-1.docker.io", "index.docker.io"] {
        let response = running.client.get(&format!("https://{host}/v2/some/alpha/tags/list")).await;
        assert_eq!(response.status(), 200, "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_indexed_repository_has_only_its_own_charts() {
    let running = running().await;
    let index = running.client.get("https://charts.example.org/helm/index.yaml").await;
    let index = json(index.body());
    assert_eq!(index["entries"].as_object().unwrap().keys().collect::<Vec<_>>(), ["mariadb"]);
    for entry in index["entries"]["mariadb"].as_array().unwrap() {
        let archive = running.client.get(entry["urls"][0].as_str().unwrap()).await;
        assert_eq!(entry["digest"], sha256_hex(archive.body()));
    }
    for path in ["unpublished-1.0.0.tgz", "cert-manager-v1.21.1.tgz", "mariadb-9.tgz"] {
        let response = running.client.get(&format!("https://charts.example.org/helm/{path}")).await;
        assert_eq!(response.status(), 404, "{path}");
    }
    assert_eq!(running.client.get("https://charts.example.org/index.yaml").await.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_in_git_is_cloned_by_its_tag() {
    let running = running().await;
    let authority = running.folder.path("authority.pem");
    fs::write(&authority, running.proxy.shared.authority.certificate_pem()).unwrap();
    let proxy = format!("http.proxy=http://{}", running.client.proxy);
    let trust = format!("http.sslCAInfo={}", authority.display());
    let url = "https://github.com/rancher/local-path-provisioner";
    let clone = |url: &str, name: &str| {
        let options =
            ["-c", &proxy, "-c", &trust, "clone", "--quiet", "--branch=v0.0.37", "--depth=1", url, name];
        running.folder.attempt(&running.folder.path(""), &options)
    };
    for (url, name) in [(url.to_owned(), "plain"), (format!("{url}.git"), "suffixed")] {
        clone(&url, name).unwrap();
        let chart = running.folder.path(name).join("deploy/chart/local-path-provisioner/Chart.yaml");
        assert!(fs::read_to_string(chart).unwrap().contains("0.0.37"));
        assert_eq!(running.folder.run(&running.folder.path(name), &["rev-list", "--count", "HEAD"]), "1");
    }
    assert!(clone("https://github.com/rancher/other", "other").is_err());
    let push = running.client.get(&format!("{url}/info/refs?service=git-receive-pack")).await;
    assert_eq!(push.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_else_is_refused_with_a_reason() {
    let running = running().await;
    let refused = running.client.get("https://example.com/").await;
    assert_eq!(refused.status(), 403);
    assert_eq!(refused.body(), "the sandbox's chart proxy does not serve example.com\n");
    let wrong = running.client.get("https://quay.io/v2/other/chart/manifests/1").await;
    assert_eq!(
        (wrong.status().as_u16(), &json(wrong.body())["errors"][0]["code"]),
        (404, &"NAME_UNKNOWN".into())
    );
    let wrong = running.client.get("https://quay.io/v2/jetstack/charts/cert-manager/manifests/v2").await;
    assert!(json(wrong.body())["errors"][0]["message"].as_str().unwrap().ends_with("it has: v1.21.1"));
    let post = running.client.ask(Method::POST, "https://ghcr.io/v2/some/charts/alpha/tags/list").await;
    assert_eq!(post.status(), 405);
    let nothing = running.client.get("https://ghcr.io/some/page").await;
    assert_eq!(nothing.status(), 404);
    let lines = running.lines.lock().unwrap().clone();
    for expected in
        ["403 CONNECT example.com:443", "200 CONNECT quay.io:443", "404 GET https://ghcr.io/some/page"]
    {
        assert!(lines.iter().any(|line| line == expected), "{expected} is not in {lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn charts_can_be_replaced_while_it_runs() {
    let running = running().await;
    let tag = "https://quay.io/v2/jetstack/charts/cert-manager/manifests/v1.22.0";
    assert_eq!(running.client.get(tag).await.status(), 404);
    let wrong = Upstream::Http { url: "ftp://example.org".into(), charts: Vec::new() };
    assert!(running.proxy.replace(&ChartSet::default(), &[wrong]).is_err());
    running.proxy.replace(&charts(&[("cert-manager", "v1.22.0")]), &upstreams()).unwrap();
    assert_eq!(running.client.get(tag).await.status(), 200);
}
