//! What a cluster is to be, read from its folder and from the tree that it will follow; nothing is changed here.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use anyhow::Context as _;
use fleet::catalogue::{self, Catalogue, Tier};
use fleet::cluster::{self, ClusterSpec, Sort};
use fleet::domain::ClusterName;
use fleet::flux_env::{self, FluxEnv};
use fleet::roots::{self, Origin};
use flux::render::parallel;
use kustomize_rs::yaml::json::read_as_json;
use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::{Diagnostic, Place, has_errors};
use yamltree::document;
use yamltree::path::RepoPath;
use yamltree::tree::{Tree, files_below};

use crate::context::Context;
use crate::edge::tree::DiskTree;
use crate::exit::Failure;

/// The cluster that runs on the embedded control plane.
pub const SANDBOX: &str = "sandbox";

/// A cluster's folder, wherever it is.
#[derive(Debug, Clone)]
pub struct ClusterFolder {
    /// The cluster's name: the folder's.
    pub name: String,
    /// The folder.
    pub path: PathBuf,
    /// What sort of cluster it is.
    pub sort: Sort,
}

/// What a cluster is to be.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its folder.
    pub folder: ClusterFolder,
    /// Its `cluster.yaml`.
    pub spec: ClusterSpec,
    /// Its `.flux.env`.
    pub env: FluxEnv,
    /// The components of the tree that it follows.
    pub catalogue: Catalogue,
}

impl ClusterFolder {
    /// Finds a cluster by its name or by the path of its folder.
    pub fn find(context: &Context, name: &str) -> Result<ClusterFolder, Failure> {
        let path =
            if name.contains('/') { PathBuf::from(name) } else { context.root.join("clusters").join(name) };
        let known = known_clusters(context);
        if !path.is_dir() {
            let near = yamltree::nearest::nearest(name, known.iter().map(String::as_str))
                .map(|near| format!("did you mean `{near}`? "))
                .unwrap_or_default();
            return Err(Failure::Usage(format!(
                "there is no cluster `{name}` ({} does not exist); {near}known are: {}. A new one is made with `cargo \
                 xtask create NAME DOMAIN`",
                path.display(),
                known.join(", ")
            )));
        }
        let path = fs::canonicalize(&path).with_context(|| format!("find {}", path.display()))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        ClusterName::new(&name).map_err(|error| Failure::Usage(error.to_string()))?;
        let sort = if name == SANDBOX { Sort::Sandbox } else { Sort::Real };
        Ok(ClusterFolder { name, path, sort })
    }

    /// The kubeconfig that reaches it.
    pub fn kubeconfig(&self, context: &Context) -> PathBuf {
        match self.sort {
            Sort::Sandbox => context.layout.kubeconfig(),
            Sort::Real => self.path.join("kube_config_cluster.yml"),
        }
    }

    /// The file as a person knows it.
    fn shown(&self, context: &Context, file: &str) -> String {
        let path = self.path.join(file);
        path.strip_prefix(&context.root).unwrap_or(&path).display().to_string()
    }

    /// `cluster.yaml`, as it is shown and where it is.
    pub fn spec_file(&self, context: &Context) -> (String, PathBuf) {
        (self.shown(context, "cluster.yaml"), self.path.join("cluster.yaml"))
    }
}

/// Names of the clusters beside this checkout.
pub fn known_clusters(context: &Context) -> Vec<String> {
    let Ok(entries) = fs::read_dir(context.root.join("clusters")) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

impl Target {
    /// The root objects that a renderer begins with, each with the file that it is named after.
    pub fn root_nodes(&self) -> Result<Vec<(Node, String)>, Failure> {
        let origin = Origin { url: "", branch: "", version: env!("CARGO_PKG_VERSION") };
        let node = |object: serde_json::Value| {
            let node = read_as_json(&object.to_string(), "install", kustomize_rs::Limits::default());
            node.map(|node| (node, "install".to_owned())).map_err(|found| Failure::Faulty(vec![*found]))
        };
        roots::roots(&self.spec, &self.catalogue, origin).into_iter().map(node).collect()
    }

    /// Reads everything and checks it all; any error in the files ends it, warnings are said.
    pub fn load(
        context: &Context,
        folder: ClusterFolder,
        tree: &(dyn Tree + Sync),
    ) -> Result<Target, Failure> {
        let (target, found) = Target::read(context, folder, tree)?;
        if has_errors(&found) {
            return Err(Failure::Faulty(found));
        }
        found.iter().for_each(|warning| context.terminal.say(warning.to_string()));
        Ok(target)
    }

    /// For looking only: everything wrong with the checkout's files is given beside what could be read, since it must
    /// not hide how the cluster is.
    pub fn load_to_look(
        context: &Context,
        folder: ClusterFolder,
    ) -> Result<(Target, Vec<Diagnostic>), Failure> {
        Target::read(context, folder, &DiskTree::new(&context.root))
    }

    /// For a tree of another time than the cluster's files: an application that it does not have yet, or no longer, is left
    /// out, and what does not fit now may have fitted then. What cannot be rendered is told where that is tried.
    pub fn load_for_commit(
        context: &Context,
        folder: ClusterFolder,
        tree: &(dyn Tree + Sync),
    ) -> Result<Target, Failure> {
        let (mut target, _) = Target::read(context, folder, tree)?;
        let components = &target.catalogue.components;
        target.spec.apps.retain(|app| components.contains_key(app));
        target.spec.exclude.retain(|name| components.contains_key(name));
        Ok(target)
    }

    fn read(
        context: &Context,
        folder: ClusterFolder,
        tree: &(dyn Tree + Sync),
    ) -> Result<(Target, Vec<Diagnostic>), Failure> {
        let mut found = broken_documents(tree);
        let (catalogue, faults) = catalogue::read(tree);
        found.extend(faults);
        let (shown, path) = folder.spec_file(context);
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let (file, faults) = cluster::parse(&shown, &text, folder.sort);
        found.extend(faults);
        let spec = file.map(|file| {
            found.extend(file.check_against(&catalogue));
            file.spec
        });
        let spec_or_default = spec.clone().unwrap_or_default();
        let (env, faults) = read_env(context, &folder, &catalogue, &spec_or_default)?;
        found.extend(faults);
        found.sort();
        found.dedup();
        Ok((Target { folder, spec: spec.unwrap_or_default(), env, catalogue }, found))
    }

    /// The tree of the checkout's files.
    pub fn load_from_checkout(context: &Context, folder: ClusterFolder) -> Result<Target, Failure> {
        Target::load(context, folder, &DiskTree::new(&context.root))
    }

    /// The components that the cluster is to have, with their tier.
    pub fn components(&self) -> BTreeMap<&str, Tier> {
        self.catalogue
            .components
            .iter()
            .filter(|(name, component)| has(&self.spec, component.tier, name))
            .map(|(name, component)| (name.as_str(), component.tier))
            .collect()
    }

    /// The full host names of a component.
    pub fn hosts(&self, component: &str) -> Vec<String> {
        let domain = self.env.get("domain").unwrap_or_default();
        let Some(component) = self.catalogue.components.get(component) else { return Vec::new() };
        let full =
            |label: &String| if label == "@" { domain.to_owned() } else { format!("{label}.{domain}") };
        component.contract.hosts.iter().map(full).collect()
    }
}

fn has(spec: &ClusterSpec, tier: Tier, name: &str) -> bool {
    match tier {
        Tier::Apps => spec.apps.iter().any(|app| app == name),
        Tier::Infrastructure | Tier::Core => !spec.exclude.iter().any(|excluded| excluded == name),
    }
}

/// Reads `.flux.env`; a real cluster's holds secrets and must not be readable by others.
fn read_env(
    context: &Context,
    folder: &ClusterFolder,
    catalogue: &Catalogue,
    spec: &ClusterSpec,
) -> Result<(FluxEnv, Vec<Diagnostic>), Failure> {
    let path = folder.path.join(".flux.env");
    let shown = folder.shown(context, ".flux.env");
    let text = fs::read_to_string(&path).with_context(|| {
        format!("read {}; install/.flux.env.example shows what belongs in it", path.display())
    })?;
    let has =
        |name: &str| catalogue.components.get(name).is_some_and(|component| has(spec, component.tier, name));
    let (env, mut found) = flux_env::parse(&shown, &text, &catalogue.variables_for(&has));
    let mode =
        fs::metadata(&path).with_context(|| format!("look at {}", path.display()))?.permissions().mode();
    if folder.sort == Sort::Real && mode & 0o077 != 0 {
        let message =
            format!("others on this machine may read it (mode {:04o}) and it holds passwords", mode & 0o7777);
        found.push(
            Diagnostic::error("flux-env/permissions", Place::file(&shown), message)
                .with_help(format!("run `chmod 600 {shown}`")),
        );
    }
    Ok((env, found))
}

/// Syntax errors of every YAML file of the tree, charts' templates left out: those are no YAML.
fn broken_documents(tree: &(dyn Tree + Sync)) -> Vec<Diagnostic> {
    let Ok(root) = RepoPath::new("flux2") else { return Vec::new() };
    let mut files = files_below(tree, &root);
    files.retain(|path| {
        path.as_str().ends_with(".yaml") && !path.segments().any(|segment| segment == "templates")
    });
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let broken = |path: &RepoPath| {
        let text = tree.read(path).ok();
        text.map_or_else(Vec::new, |text| document::parse(path.as_str(), &text).diagnostics)
    };
    parallel::each(threads, &files, broken).into_iter().flatten().collect()
}
