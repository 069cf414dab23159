//! Where the sandbox keeps its things: all of it below cargo's target folder, nothing anywhere else.

use std::path::{Path, PathBuf};

/// The folders and files of one checkout's sandbox. Two checkouts have two target folders, so they never meet.
#[derive(Debug, Clone)]
pub struct Layout {
    checkout: PathBuf,
    charts: PathBuf,
    schemas: PathBuf,
    home: PathBuf,
    tools: PathBuf,
}

impl Layout {
    /// `checkout` is the repository's root, `target` cargo's target folder; `tools` is another folder for the binaries,
    /// so that several checkouts can share them (they are kept by digest).
    pub fn new(checkout: &Path, target: &Path, tools: Option<&Path>) -> Self {
        let home = target.join("sandbox");
        let tools = tools.map_or_else(|| home.join("tools"), Path::to_path_buf);
        let [charts, schemas] = ["charts", "schemas"].map(|folder| target.join(folder));
        Layout { checkout: checkout.to_path_buf(), charts, schemas, home, tools }
    }

    /// The checkout that the sandbox serves.
    pub fn checkout(&self) -> &Path {
        &self.checkout
    }

    /// `install/sandbox`: pins, stages and objects, read from the checkout.
    pub fn pins(&self) -> PathBuf {
        self.checkout.join("install/sandbox")
    }

    /// The folder of everything below.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Charts that were pulled, and what Helm made of them.
    pub fn charts(&self) -> PathBuf {
        self.charts.clone()
    }

    /// Schemas that were pulled.
    pub fn schemas(&self) -> PathBuf {
        self.schemas.clone()
    }

    /// The binaries built from one state of the pins.
    pub fn tools(&self, digest: &str) -> PathBuf {
        self.tools.join(digest)
    }

    /// Everything that belongs to the one cluster; `sandbox down --purge` removes it.
    pub fn run(&self) -> PathBuf {
        self.home.join("run")
    }

    /// The lock that the supervisor holds as long as it lives.
    pub fn lock(&self) -> PathBuf {
        self.home.join("supervisor.lock")
    }

    /// What the supervisor says of itself (see [`super::state::State`]).
    pub fn state(&self) -> PathBuf {
        self.run().join("state.json")
    }

    /// Keys and certificates, 0700.
    pub fn pki(&self) -> PathBuf {
        self.run().join("pki")
    }

    /// The administrator's kubeconfig, 0600.
    pub fn kubeconfig(&self) -> PathBuf {
        self.run().join("kube_config_cluster.yml")
    }

    /// The kubeconfig of one process of the control plane, 0600.
    pub fn process_kubeconfig(&self, process: &str) -> PathBuf {
        self.pki().join(format!("{process}.kubeconfig"))
    }

    /// One log file a process.
    pub fn logs(&self) -> PathBuf {
        self.run().join("logs")
    }

    /// The log of one process.
    pub fn log(&self, process: &str) -> PathBuf {
        self.logs().join(format!("{process}.log"))
    }

    /// The folder that the Git server serves.
    pub fn git(&self) -> PathBuf {
        self.run().join("git")
    }

    /// What tells the supervisor whether the served branch follows the checkout's HEAD.
    pub fn served_source(&self) -> PathBuf {
        self.run().join("served-source.json")
    }

    /// The most memory that all processes held together, in KiB.
    pub fn peak_memory(&self) -> PathBuf {
        self.run().join("peak-memory-kib")
    }

    /// Certificate of the chart proxy's throw-away authority.
    pub fn charts_authority(&self) -> PathBuf {
        self.run().join("charts-ca.crt")
    }

    /// The served copy of this repository.
    pub fn served_repository(&self) -> PathBuf {
        self.git().join("openappstack.git")
    }
}
