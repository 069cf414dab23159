//! A repository, a place for what is pulled, and hosts that answer.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use xtask::edge::charts::standin::{StandIn, chart};
use xtask::edge::charts::{ChartSet, Proxy, ProxyCa, Upstream};
use xtask::edge::git_server::GitEnvironment;

/// A repository with a release of each sort of source.
pub const REPOSITORY: &str = "
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
pub struct World {
    folder: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
    /// Where HTTPS goes.
    pub proxy: String,
}

impl World {
    pub fn new() -> Self {
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
                url: "https://github.com/some/root".into(),
                tag: "v3.0.0".into(),
                path: String::new(),
                chart: "delta".into(),
            },
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

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        std::fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        std::fs::write(self.path(path), text).unwrap();
    }

    /// Exit code, standard output, standard error.
    pub fn xtask(&self, arguments: &[&str]) -> (i32, String, String) {
        let repository = self.path("repository").display().to_string();
        self.xtask_here(&[arguments, &["--entry", "flux", "--repository", &repository]].concat())
    }

    /// The same about our own repository.
    pub fn xtask_here(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(arguments);
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap());
        command.env("CARGO_TARGET_DIR", self.path("target")).env("SSL_CERT_FILE", self.path("ca.crt"));
        for variable in ["HTTPS_PROXY", "https_proxy"] {
            command.env(variable, &self.proxy);
        }
        for variable in ["NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"] {
            command.env_remove(variable);
        }
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// A release of a chart in an index of this machine, and a release of a chart in a registry of it.
    pub fn write_local(&self, index: &str, registry: &str, reference: &str) {
        let text = format!(
            "
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: one, namespace: n}}
spec: {{url: 'oci://{registry}/some/alpha', ref: {reference}}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {{name: index, namespace: n}}
spec: {{url: 'http://{index}/helm'}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: one, namespace: n}}
spec: {{chartRef: {{kind: OCIRepository, name: one}}}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: index, namespace: n}}
spec: {{chart: {{spec: {{chart: gamma, version: 1.0.0, sourceRef: {{kind: HelmRepository, name: index}}}}}}}}
"
        );
        self.write("repository/flux/all.yaml", &text);
    }

    /// Chart, version, and whether it was here.
    pub fn pulled(&self, more: &[&str]) -> Vec<(String, String, bool)> {
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
