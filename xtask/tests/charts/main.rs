//! `charts pull` against real protocols: the sandbox's chart proxy plays registry, index and Git server under TLS.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use xtask::edge::charts::standin::{StandIn, chart};
use xtask::edge::charts::{ChartSet, Proxy, ProxyCa, Upstream};
use xtask::edge::git_server::GitEnvironment;

/// A repository with a release of each sort of source.
const REPOSITORY: &str = "
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: one, namespace: n}
spec: {url: 'oci://ghcr.io/some/alpha', ref: {tag: 1.0.0}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: range, namespace: n}
spec: {url: 'oci://ghcr.io/some/alpha', ref: {semver: 1.x}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: registry, namespace: n}
spec: {type: oci, url: 'oci://quay.io/charts'}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: index, namespace: n}
spec: {url: 'https://charts.example.org/helm'}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: git, namespace: n}
spec: {url: 'https://github.com/some/repository', ref: {tag: v3.0.0}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: one, namespace: n}
spec: {chartRef: {kind: OCIRepository, name: one}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: range, namespace: n}
spec: {chartRef: {kind: OCIRepository, name: range}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: registry, namespace: n}
spec: {chart: {spec: {chart: beta, version: 2.0.0, sourceRef: {kind: HelmRepository, name: registry}}}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: index, namespace: n}
spec: {chart: {spec: {chart: gamma, version: '>=1', sourceRef: {kind: HelmRepository, name: index}}}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: git, namespace: n}
spec: {chart: {spec: {chart: ./charts/delta, sourceRef: {kind: GitRepository, name: git}}}}
";

/// A world of its own: a repository, a place for what is pulled, and the hosts that the repository names.
struct World {
    folder: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
    proxy: String,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let charts = [("alpha", "1.0.0"), ("alpha", "1.5.0"), ("alpha", "2.0.0"), ("beta", "2.0.0")];
        let charts =
            charts.into_iter().chain([("gamma", "1.0.0"), ("gamma", "1.1.0-rc.1"), ("delta", "3.0.0")]);
        let packed =
            |(name, version)| (format!("{name} {version}"), chart(&StandIn::new(name, version)).unwrap());
        let set = ChartSet::from_archives(charts.map(packed)).unwrap();
        let upstreams = [
            Upstream::Oci { url: "oci://ghcr.io/some/alpha".into() },
            Upstream::OciRepository { url: "oci://quay.io/charts".into(), charts: vec!["beta".into()] },
            Upstream::Http { url: "https://charts.example.org/helm".into(), charts: vec!["gamma".into()] },
            Upstream::Git {
                url: "https://github.com/some/repository".into(),
                tag: "v3.0.0".into(),
                path: "charts/delta".into(),
                chart: "delta".into(),
            },
        ];
        let authority = ProxyCa::new().unwrap();
        std::fs::write(folder.path().join("ca.crt"), authority.certificate_pem()).unwrap();
        let git = GitEnvironment::create(&folder.path().join("git-home")).unwrap();
        let proxy = Proxy::open(&set, &upstreams, authority, git, folder.path().join("served")).unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(proxy.serve(listener, |_| {}));
        let world = World { folder, _runtime: runtime, proxy: address };
        world.write("repository/flux/all.yaml", REPOSITORY);
        world
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        std::fs::write(self.path(path), text).unwrap();
    }

    /// Exit code, standard output, standard error.
    fn xtask(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(arguments).args(["--entry", "flux", "--repository"]).arg(self.path("repository"));
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap());
        command.env("CARGO_TARGET_DIR", self.path("target")).env("SSL_CERT_FILE", self.path("ca.crt"));
        for variable in ["HTTPS_PROXY", "https_proxy"] {
            command.env(variable, &self.proxy);
        }
        for variable in ["NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"] {
            command.env_remove(variable);
        }
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn pulled(&self, more: &[&str]) -> Vec<(String, String, bool)> {
        let (code, out, err) = self.xtask(&[&["charts", "pull", "--output", "json"], more].concat());
        assert_eq!(code, 0, "{err}");
        let found: Value = serde_json::from_str(&out).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let row =
            |row: &Value| (text(&row["chart"]), text(&row["version"]), row["wasHere"].as_bool().unwrap());
        let mut rows: Vec<_> = found["charts"].as_array().unwrap().iter().map(row).collect();
        rows.sort();
        rows
    }
}

#[test]
fn a_chart_is_fetched_from_every_sort_of_source_and_once() {
    let world = World::new();
    let wanted = |was_here| {
        let all = [
            ("alpha", "1.0.0"),
            ("alpha", "1.5.0"),
            ("beta", "2.0.0"),
            ("delta", "3.0.0"),
            ("gamma", "1.0.0"),
        ];
        all.map(|(name, version)| (name.to_owned(), version.to_owned(), was_here))
    };
    assert_eq!(world.pulled(&[]), wanted(false));
    assert_eq!(world.pulled(&[]), wanted(true));
}

#[test]
fn a_version_that_is_not_there_is_told_with_those_that_are() {
    let world = World::new();
    let text = REPOSITORY.replace("tag: 1.0.0", "tag: 9.9.9").replace("'>=1'", "'>=7'");
    world.write("repository/flux/all.yaml", &text);
    let (code, _, err) = world.xtask(&["charts", "pull"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("n/one: its chart oci://ghcr.io/some/alpha:9.9.9 could not be fetched"), "{err}");
    assert!(err.contains("the newest there are 2.0.0, 1.5.0, 1.0.0"), "{err}");
    assert!(err.contains("the newest there are 1.1.0-rc.1, 1.0.0"), "{err}");
    assert!(err.contains("3 fetched, 0 here already"), "{err}");
}

#[test]
fn an_authority_that_nobody_trusts_is_refused() {
    let world = World::new();
    let other = ProxyCa::new().unwrap();
    std::fs::write(world.path("ca.crt"), other.certificate_pem()).unwrap();
    let (code, _, err) = world.xtask(&["charts", "pull"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("0 fetched"), "{err}");
}

#[test]
fn a_folder_takes_the_place_of_the_network() {
    let world = World::new();
    for (name, version) in [("alpha", "1.0.0"), ("beta", "2.0.0"), ("gamma", "4.0.0"), ("delta", "3.0.0")] {
        let packed = chart(&StandIn::new(name, version)).unwrap();
        std::fs::create_dir_all(world.path("charts")).unwrap();
        std::fs::write(world.path(&format!("charts/{name}.tgz")), packed).unwrap();
    }
    let folder = world.path("charts").display().to_string();
    let names: Vec<String> = world
        .pulled(&["--charts", &folder])
        .into_iter()
        .map(|(name, version, _)| name + " " + &version)
        .collect();
    // Of a range the one that is there.
    assert_eq!(names, ["alpha 1.0.0", "alpha 1.0.0", "beta 2.0.0", "delta 3.0.0", "gamma 4.0.0"]);
}
