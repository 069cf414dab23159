//! What a running sandbox holds, asked with a real kubectl.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::checkout::Checkout;
use crate::run::{Ran, run};
use crate::{processes, wait};

/// The objects that bootstrap itself makes in the cluster: kind and name, all in `flux-system`.
pub const ROOTS: [(&str, &str); 7] = [
    ("gitrepository", "openappstack"),
    ("kustomization", "infrastructure"),
    ("kustomization", "core"),
    ("kustomization", "app-nextcloud"),
    ("kustomization", "app-rocketchat"),
    ("kustomization", "app-velero"),
    ("kustomization", "app-wordpress"),
];

/// The Secrets of generated passwords.
pub const GENERATED: [&str; 6] = [
    "oas-kube-prometheus-stack-variables",
    "oas-nextcloud-variables",
    "oas-rocketchat-variables",
    "oas-single-sign-on-variables",
    "oas-velero-variables",
    "oas-wordpress-variables",
];

impl Checkout {
    /// The kubeconfig that bootstrap makes.
    pub fn kubeconfig(&self) -> PathBuf {
        self.target().join("sandbox/run/kube_config_cluster.yml")
    }

    /// What the supervisor says of itself.
    pub fn state(&self) -> Value {
        let text = std::fs::read(self.target().join("sandbox/run/state.json")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or(Value::Null)
    }

    /// The process id of one process of the control plane, or of the `supervisor`.
    #[track_caller]
    pub fn pid(&self, process: &str) -> u32 {
        let state = self.state();
        let pid = match process {
            "supervisor" => state["pid"].as_u64(),
            _ => state["processes"]
                .as_array()
                .into_iter()
                .flatten()
                .find(|it| it["name"] == process)
                .and_then(|it| it["pid"].as_u64()),
        };
        u32::try_from(pid.unwrap_or_else(|| panic!("no process {process} in {state:#}"))).unwrap()
    }

    /// Runs kubectl on the sandbox.
    #[track_caller]
    pub fn kubectl(&self, arguments: &[&str]) -> Ran {
        self.client("kubectl", arguments)
    }

    /// Runs Helm on the sandbox.
    #[track_caller]
    pub fn helm(&self, arguments: &[&str]) -> Ran {
        self.client("helm", arguments)
    }

    fn client(&self, program: &str, arguments: &[&str]) -> Ran {
        let mut command = Command::new(crate::binary::tools().join(program));
        command.args(arguments).current_dir(self.path());
        self.scrub(&mut command);
        // What these programs keep at home is not a trace of the tool under test.
        command.env("HOME", self.folder().join("client-home")).env("KUBECONFIG", self.kubeconfig());
        run(command)
    }

    /// An object of the cluster, if there is such a one.
    #[track_caller]
    pub fn object(&self, kind: &str, namespace: &str, name: &str) -> Option<Value> {
        let ran = self.kubectl(&[
            "get",
            kind,
            name,
            "--namespace",
            namespace,
            "--ignore-not-found",
            "--output=json",
        ]);
        let ran = ran.expect(0);
        (!ran.text().is_empty()).then(|| ran.json())
    }

    /// All objects of a kind.
    #[track_caller]
    pub fn list(&self, kind: &str) -> Vec<Value> {
        let ran = self.kubectl(&["get", kind, "--all-namespaces", "--output=json"]).expect(0);
        ran.json()["items"].as_array().cloned().unwrap_or_default()
    }

    /// The names of all objects of a kind in a namespace, sorted.
    #[track_caller]
    pub fn names(&self, kind: &str, namespace: &str) -> Vec<String> {
        let ran = self.kubectl(&["get", kind, "--namespace", namespace, "--output=name"]).expect(0);
        let mut names: Vec<String> =
            ran.text().lines().map(|line| line.rsplit('/').next().unwrap_or(line).to_owned()).collect();
        names.sort();
        names
    }

    /// The data of every generated Secret that is there, as the cluster holds it (base64).
    #[track_caller]
    pub fn passwords(&self) -> BTreeMap<String, Value> {
        GENERATED
            .into_iter()
            .filter_map(|name| {
                Some((name.to_owned(), self.object("secret", "flux-system", name)?["data"].clone()))
            })
            .collect()
    }

    /// Resource versions of everything that bootstrap itself writes.
    #[track_caller]
    pub fn versions(&self) -> BTreeMap<String, String> {
        let secrets = GENERATED.into_iter().chain(["oas-cluster-variables"]).map(|name| ("secret", name));
        // A root's status moves on by itself: its generation counts what was written into it.
        let version =
            |object: &Value| object["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned();
        let generation = |object: &Value| object["metadata"]["generation"].to_string();
        let managed = |object: &Value| {
            let by_xtask = |entry: &&Value| entry["manager"] == "xtask";
            let entries = object["metadata"]["managedFields"].as_array().into_iter().flatten();
            entries.filter(by_xtask).map(|entry| entry["time"].to_string()).collect::<Vec<_>>().join(" ")
        };
        let mut versions = BTreeMap::new();
        for (kind, name) in secrets {
            let object = self.object(kind, "flux-system", name).unwrap_or_default();
            versions.insert(format!("{kind}/{name}"), version(&object));
        }
        for (kind, name) in ROOTS {
            let arguments =
                ["get", kind, name, "--namespace=flux-system", "--output=json", "--show-managed-fields"];
            let object = self.kubectl(&arguments).expect(0).json();
            versions
                .insert(format!("{kind}/{name}"), format!("{} {}", generation(&object), managed(&object)));
        }
        versions
    }

    /// Starts the platform on stand-in charts without waiting for it.
    #[track_caller]
    pub fn begin(&self) -> Ran {
        self.xtask(&["bootstrap", "--charts", "stand-in", "--no-wait"]).expect(0)
    }

    /// Waits until Flux has fetched this commit and applied the first component from it: Git, proxy and controllers
    /// work together then.
    #[track_caller]
    pub fn wait_until_flux_follows(&self, commit: &str) {
        self.wait("Flux has the commit and applied `namespaces` from it", 60, || {
            let source = self.object("gitrepository", "flux-system", "openappstack").unwrap_or_default();
            let revision = source["status"]["artifact"]["revision"].as_str().unwrap_or("none").to_owned();
            if !revision.ends_with(&format!("@sha1:{commit}")) {
                return Err(format!("the source has revision {revision}"));
            }
            let applied = self.object("kustomization", "flux-system", "namespaces").unwrap_or_default();
            let applied = applied["status"]["lastAppliedRevision"].as_str().unwrap_or("none").to_owned();
            if applied == revision { Ok(()) } else { Err(format!("Kustomization namespaces has {applied}")) }
        });
    }

    /// Waits for something in this sandbox, and shows its state if it does not come true.
    #[track_caller]
    pub fn wait<T>(&self, what: &str, seconds: u64, ask: impl FnMut() -> Result<T, String>) -> T {
        wait::until(what, seconds, || self.picture(), ask)
    }

    /// Everything that helps to see why a test failed.
    pub fn picture(&self) -> String {
        let mut picture = format!("{}\n", self.xtask(&["status"]));
        for log in ["supervisor", "source-controller", "kustomize-controller", "helm-controller"] {
            let path = self.target().join(format!("sandbox/run/logs/{log}.log"));
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let lines: Vec<&str> = text.lines().filter(|line| !line.contains("\"level\":\"info\"")).collect();
            let last = &lines[lines.len().saturating_sub(6)..];
            picture.push_str(&format!("--- the end of {log}.log\n{}\n", last.join("\n")));
        }
        picture
    }

    /// Ends the sandbox; nothing of it may be left.
    #[track_caller]
    pub fn down(&self) {
        self.xtask(&["sandbox", "down"]).expect(0);
        let left = processes::of(&self.path());
        assert!(left.is_empty(), "processes are left: {left:#?}");
    }
}
