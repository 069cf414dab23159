//! The sandbox's binaries: built from the verified Go modules that `install/sandbox/go.mod` pins, kept by its digest.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::go::Go;
use super::layout::Layout;
use super::requirements;
use crate::edge::process::run;
use crate::edge::terminal::Terminal;

/// Which binaries are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// What a running sandbox needs, and the kustomize that conformance is recorded from.
    ControlPlane,
    /// Helm and kubectl: only tests and curious people want them.
    Clients,
}

impl Group {
    /// (name of the binary, Go package).
    fn packages(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Group::ControlPlane => &[
                ("etcd", "go.etcd.io/etcd/server/v3"),
                ("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
                ("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
                ("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
                ("kwok", "sigs.k8s.io/kwok/cmd/kwok"),
                ("source-controller", "github.com/fluxcd/source-controller"),
                ("kustomize-controller", "github.com/fluxcd/kustomize-controller"),
                ("helm-controller", "github.com/fluxcd/helm-controller"),
                ("notification-controller", "github.com/fluxcd/notification-controller"),
                ("kustomize", "sigs.k8s.io/kustomize/kustomize/v5"),
            ],
            Group::Clients => {
                &[("helm", "helm.sh/helm/v4/cmd/helm"), ("kubectl", "k8s.io/kubernetes/cmd/kubectl")]
            }
        }
    }

    fn title(self) -> &'static str {
        match self {
            Group::ControlPlane => "Kubernetes, etcd, Flux and KWOK",
            Group::Clients => "Helm and kubectl",
        }
    }

    fn marker(self) -> &'static str {
        match self {
            Group::ControlPlane => "control-plane.complete",
            Group::Clients => "clients.complete",
        }
    }
}

/// Modules whose manifests the sandbox applies: (folder beside the binaries, module, folder in the module).
const MANIFESTS: &[(&str, &str, &str)] = &[
    ("crds", "github.com/fluxcd/source-controller", "config/crd/bases"),
    ("crds", "github.com/fluxcd/kustomize-controller", "config/crd/bases"),
    ("crds", "github.com/fluxcd/helm-controller", "config/crd/bases"),
    ("crds", "github.com/fluxcd/notification-controller", "config/crd/bases"),
    ("stage-crd", "sigs.k8s.io/kwok", "kustomize/crd/bases"),
    ("stages", "sigs.k8s.io/kwok", "kustomize/stage/node/fast"),
    ("stages", "sigs.k8s.io/kwok", "kustomize/stage/pod/fast"),
];

/// Where Flux's definitions lie: modules, and the folder in each.
pub fn flux_definitions() -> impl Iterator<Item = (&'static str, &'static str)> {
    MANIFESTS.iter().filter(|(target, ..)| *target == "crds").map(|(_, module, folder)| (*module, *folder))
}

/// Digest of everything that decides what the binaries are: 16 hexadecimal digits.
pub fn digest(pins: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    for file in ["go.mod", "go.sum"] {
        let path = pins.join(file);
        let bytes = fs::read(&path).with_context(|| format!("read the sandbox's pins {}", path.display()))?;
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    Ok(hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// Whether the binaries of a group are there for the pins as they are now.
pub fn present(layout: &Layout, group: Group) -> Result<bool> {
    Ok(layout.tools(&digest(&layout.pins())?).join(group.marker()).exists())
}

/// The folder of binaries for the pins as they are now; builds what is missing of the group, with progress.
pub fn ensure(layout: &Layout, group: Group, terminal: &Terminal) -> Result<PathBuf> {
    let folder = layout.tools(&digest(&layout.pins())?);
    if folder.join(group.marker()).exists() {
        return Ok(folder);
    }
    fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let lock = fs::File::create(folder.join("build.lock"))?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive)
        .context("wait for another build of the sandbox's tools")?;
    if folder.join(group.marker()).exists() {
        return Ok(folder);
    }
    let go = Go::find(layout, terminal)?;
    if group == Group::ControlPlane {
        requirements::check(layout, &go)?;
        terminal.say(format!(
            "The sandbox's tools are built once from verified Go modules. {}",
            requirements::MEASURED
        ));
    }
    build(layout, &go, group, &folder, terminal)?;
    if group == Group::ControlPlane {
        copy_manifests(layout, &go, &folder)?;
    }
    fs::write(folder.join(group.marker()), "")?;
    Ok(folder)
}

fn build(layout: &Layout, go: &Go, group: Group, folder: &Path, terminal: &Terminal) -> Result<()> {
    let packages: Vec<&str> = group.packages().iter().map(|(_, package)| *package).collect();
    let work = terminal.work("fetch the Go modules of the sandbox");
    let listed = run(go.command(layout).args(["list", "-deps", "-f", "{{.ImportPath}}"]).args(&packages));
    let count = match listed {
        Ok(output) => output.lines().count() as u64,
        Err(error) => {
            work.failed();
            return Err(error.context("fetch the Go modules of the sandbox (it needs the Go module proxy)"));
        }
    };
    work.done(&format!("{count} packages"));

    let work = terminal.counted_work(format!("build {}", group.title()), count);
    let unpacked = folder.join("building");
    fs::create_dir_all(&unpacked)?;
    let mut child = go
        .command(layout)
        .args(["build", "-v", "-trimpath", "-ldflags"])
        .arg(linker_flags(layout)?)
        .arg("-o")
        .arg(&unpacked)
        .args(&packages)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("start the Go compiler")?;
    let mut complaints = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            // `-v` names each package as it is compiled; whatever is not a package name is a complaint.
            if line.contains(' ') && !line.starts_with("go: downloading") {
                complaints.push(line);
            } else {
                work.detail(line.rsplit('/').next().unwrap_or(&line));
                work.advance();
            }
        }
    }
    let status = child.wait().context("wait for the Go compiler")?;
    if !status.success() {
        work.failed();
        bail!("build {}: the Go compiler ended with {status}\n{}", group.title(), complaints.join("\n"));
    }
    for (name, package) in group.packages() {
        let built = unpacked.join(binary_of(package));
        fs::rename(&built, folder.join(name)).with_context(|| format!("take {}", built.display()))?;
    }
    fs::remove_dir_all(&unpacked)?;
    work.done("");
    Ok(())
}

/// The file name that `go build -o FOLDER` gives a package: its last element that is not a major version.
fn binary_of(package: &str) -> &str {
    let mut elements = package.rsplit('/');
    let last = elements.next().unwrap_or(package);
    let is_major = last.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    if is_major { elements.next().unwrap_or(last) } else { last }
}

/// Kubernetes takes its own version from the linker; without it clients see v0.0.0.
fn linker_flags(layout: &Layout) -> Result<String> {
    let version = pinned(&layout.pins(), "k8s.io/kubernetes")?;
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = (numbers.next().unwrap_or("1"), numbers.next().unwrap_or("0"));
    let variable = "k8s.io/component-base/version";
    Ok(format!(
        "-s -w -X {variable}.gitVersion={version} -X {variable}.gitMajor={major} -X {variable}.gitMinor={minor}"
    ))
}

/// The version that the pins require of a module.
pub fn pinned(pins: &Path, module: &str) -> Result<String> {
    let path = pins.join("go.mod");
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    text.lines()
        .filter_map(|line| line.trim().strip_prefix(module)?.strip_prefix(' '))
        .filter(|rest| rest.starts_with('v'))
        .find_map(|rest| rest.split_whitespace().next())
        .map(str::to_owned)
        .with_context(|| format!("{}: module {module} is not required", path.display()))
}

fn copy_manifests(layout: &Layout, go: &Go, folder: &Path) -> Result<()> {
    for (target, module, source) in MANIFESTS {
        let root = run(go.command(layout).args(["list", "-m", "-f", "{{.Dir}}", module]))?;
        let source = Path::new(root.trim()).join(source);
        let target = folder.join(target);
        fs::create_dir_all(&target)?;
        for entry in fs::read_dir(&source).with_context(|| format!("read {}", source.display()))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default();
            let wanted = path.extension().is_some_and(|extension| extension == "yaml")
                && name != "kustomization.yaml"
                && (!target.ends_with("stage-crd") || name == "kwok.x-k8s.io_stages.yaml");
            if wanted {
                // Read and write, not copy: files of the module cache are read-only and copies would be too.
                fs::write(target.join(name), fs::read(&path)?)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_is_named_after_its_package_and_not_its_major_version() {
        assert_eq!(binary_of("go.etcd.io/etcd/server/v3"), "server");
        assert_eq!(binary_of("sigs.k8s.io/kwok/cmd/kwok"), "kwok");
    }

    #[test]
    fn every_binary_has_a_package_that_the_pins_require_as_a_tool() {
        let pins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../install/sandbox");
        let text = fs::read_to_string(pins.join("go.mod")).unwrap();
        for (name, package) in Group::ControlPlane.packages().iter().chain(Group::Clients.packages()) {
            assert!(text.contains(&format!("\t{package}\n")), "{name}: {package} is no tool of go.mod");
        }
    }
}
