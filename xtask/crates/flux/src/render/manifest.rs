//! The kustomization file that a Flux Kustomization builds: the one in its folder, or one made of all manifests below it, with
//! fields of `spec` merged in.
//!
//! Upstream: `GenerateManifest` of `github.com/fluxcd/pkg/kustomize` 1.35 (`kustomize_generator.go`).

use std::collections::BTreeSet;

use kustomize_rs::yaml::node::{Field, Mark, Node, Value};
use kustomize_rs::{KustomizationFile, Options, Session, Touched};
use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::path::RepoPath;
use yamltree::tree::{Entry, Tree};

use super::spec::{Kustomization, text};

/// What kustomize takes for a kustomization file.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// What of the source was looked at.
pub(super) struct Looked<'l> {
    pub(super) touched: &'l mut Touched,
    /// Folders whose entries count.
    pub(super) listed: &'l mut BTreeSet<RepoPath>,
}

/// The file with everything merged in. `sources` are the files that the marks of the Kustomization count from 1.
pub(super) fn manifest<T: Tree>(
    session: &Session<T>,
    folder: &RepoPath,
    kustomization: &Kustomization,
    sources: &[String],
    options: &Options,
    mut looked: Looked<'_>,
) -> Result<KustomizationFile> {
    looked.touched.files.extend(NAMES.iter().filter_map(|name| folder.join(name).ok()));
    let mut file = match session.file(folder, options).map_err(|error| error.0)? {
        Some(mut file) => {
            // Otherwise kustomize would call the file empty.
            if found(&file.node, "resources").is_none_or(|node| node.items().is_empty()) {
                put(&mut file.node, "buildMetadata", list(vec![Node::text("originAnnotations")]));
            }
            file
        }
        None => generated(session.tree(), folder, &mut looked)?,
    };
    file.sources = sources.to_vec();
    for (field, own) in
        [("targetNamespace", "namespace"), ("namePrefix", "namePrefix"), ("nameSuffix", "nameSuffix")]
    {
        if let Some(node) = kustomization.spec(field) {
            put(&mut file.node, own, node.clone());
        }
    }
    let patches = kustomization.list("patches").iter().map(|patch| taken(patch, &["patch", "target"]));
    append(&mut file.node, "patches", patches.collect());
    append(&mut file.node, "components", components(session.tree(), folder, kustomization, &mut looked)?);
    append(&mut file.node, "patchesStrategicMerge", merges(kustomization)?);
    append(&mut file.node, "patchesJson6902", operations(kustomization));
    images(&mut file.node, kustomization);
    let metadata = kustomization.list("buildMetadata");
    if !metadata.is_empty() {
        put(&mut file.node, "buildMetadata", list(metadata.to_vec()));
    }
    Ok(file)
}

fn list(items: Vec<Node>) -> Node {
    Node { at: Mark::default(), value: Value::Seq(items) }
}

/// The value of a field as Go reads it: without regard to case, the last spelling in the order of bytes.
fn found<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let fields = node.fields().iter().filter(|f| f.key.eq_ignore_ascii_case(name) && !f.value.is_null());
    fields.max_by_key(|f| &f.key).map(|f| &f.value)
}

/// Sets a field in place of all its spellings.
fn put(node: &mut Node, name: &str, value: Node) {
    if let Value::Map(fields) = &mut node.value {
        fields.retain(|f| !f.key.eq_ignore_ascii_case(name));
        fields.push(Field::new(name, value));
    }
}

/// Adds items behind those of a list.
fn append(node: &mut Node, name: &str, items: Vec<Node>) {
    if items.is_empty() {
        return;
    }
    let mut all = found(node, name).map(Node::items).unwrap_or_default().to_vec();
    all.extend(items);
    put(node, name, list(all));
}

/// A mapping with only some of its fields; those of another type are none of them.
fn taken(node: &Node, names: &[&str]) -> Node {
    let mut kept = Node { at: node.at, value: Value::Map(Vec::new()) };
    for name in names {
        if let Some(value) = node.get(name) {
            put(&mut kept, name, value.clone());
        }
    }
    kept
}

fn components(
    tree: &dyn Tree,
    folder: &RepoPath,
    kustomization: &Kustomization,
    looked: &mut Looked<'_>,
) -> Result<Vec<Node>> {
    let ignores_missing = text(kustomization.object.get("spec"), "ignoreMissingComponents") == "true";
    let mut kept = Vec::new();
    for component in kustomization.list("components") {
        let path = component.value_text();
        if !is_local_and_relative(path) {
            let message =
                format!("{}: component path `{path}` must be local and relative", title(kustomization));
            return Err(wrong("flux/component", folder, message));
        }
        if let Ok(place) = folder.join(path) {
            looked.touched.folders.insert(place.clone());
            looked.touched.files.insert(place);
        }
        let exists = || folder.join(path).is_ok_and(|place| tree.has_folder(&place) || tree.has_file(&place));
        if ignores_missing && !exists() {
            continue;
        }
        kept.push(component.clone());
    }
    Ok(kept)
}

/// As `IsLocalRelativePath` has it.
fn is_local_and_relative(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let remote = ["git::", "gh:", "ssh://", "https://", "http://", "git@", "github.com:", "github.com/"];
    let is_remote = remote.iter().any(|front| lower.len() > front.len() && lower.starts_with(front));
    !is_remote && !path.starts_with('/') && !lower.trim_start_matches("file://").starts_with('/')
}

/// `patchesStrategicMerge`, which no version of the API has any more: written as JSON into the file.
fn merges(kustomization: &Kustomization) -> Result<Vec<Node>> {
    let written = |patch: &Node| {
        let mut out = String::new();
        match kustomize_rs::yaml::emit::document(patch, &mut out) {
            Ok(()) => Ok(Node::text(out).at(patch.at)),
            Err(error) => Err(wrong("flux/patch", &RepoPath::root(), error.message)),
        }
    };
    kustomization.list("patchesStrategicMerge").iter().map(written).collect()
}

/// `patchesJson6902`: its operations are a list there and a text in the file.
fn operations(kustomization: &Kustomization) -> Vec<Node> {
    let one = |patch: &Node| {
        let mut kept = taken(patch, &["target"]);
        let mut out = String::new();
        if let Some(operations) = patch.get("patch")
            && kustomize_rs::yaml::emit::document(operations, &mut out).is_ok()
        {
            put(&mut kept, "patch", Node::text(out).at(operations.at));
        }
        kept
    };
    kustomization.list("patchesJson6902").iter().map(one).collect()
}

/// `images`: of one that is in the file already the fields that are set are replaced, tag and digest as one.
fn images(node: &mut Node, kustomization: &Kustomization) {
    for image in kustomization.list("images") {
        let mut all = found(node, "images").map(Node::items).unwrap_or_default().to_vec();
        let name = text(Some(image), "name");
        match all.iter_mut().find(|old| found(old, "name").map_or("", Node::value_text) == name) {
            Some(old) => {
                let new = |field| image.get(field).filter(|node| !node.value_text().is_empty());
                if let Some(value) = new("newName") {
                    put(old, "newName", value.clone());
                }
                if new("newTag").is_some() || new("digest").is_some() {
                    for field in ["newTag", "digest"] {
                        put(old, field, new(field).cloned().unwrap_or_else(Node::null));
                    }
                }
            }
            None => all.push(taken(image, &["name", "newName", "newTag", "digest"])),
        }
        put(node, "images", list(all));
    }
}

/// A file that lists all manifests below a folder, and folders that have a kustomization file of their own.
fn generated(tree: &dyn Tree, folder: &RepoPath, looked: &mut Looked<'_>) -> Result<KustomizationFile> {
    let place = folder.join(NAMES[0]).map_err(|error| wrong("flux/path", folder, error.to_string()))?;
    let mut file = KustomizationFile::new(place);
    let mut paths = Vec::new();
    scan(tree, folder, &mut paths, looked)?;
    let mut resources = Vec::new();
    for entry in paths {
        let below = entry.path.as_str().strip_prefix(folder.as_str()).unwrap_or_default();
        resources.push(Node::text(format!("./{}", below.trim_start_matches('/'))));
    }
    if resources.is_empty() {
        put(&mut file.node, "namespace", Node::text("_placeholder"));
    } else {
        put(&mut file.node, "resources", list(resources));
    }
    Ok(file)
}

/// As `filepath.Walk` goes: each folder's entries by name, folders where they stand.
fn scan(tree: &dyn Tree, folder: &RepoPath, paths: &mut Vec<Entry>, looked: &mut Looked<'_>) -> Result<()> {
    looked.listed.insert(folder.clone());
    let entries = tree
        .list(folder)
        .map_err(|error| wrong("flux/path", folder, format!("cannot be listed: {error}")))?;
    let mut entries = entries;
    entries.sort_by(|a, b| a.path.name().cmp(&b.path.name()));
    for entry in entries {
        let name = entry.path.name().unwrap_or_default();
        if entry.is_dir {
            looked.listed.insert(entry.path.clone());
            let inside = tree.list(&entry.path).unwrap_or_default();
            let has_file =
                inside.iter().any(|e| !e.is_dir && NAMES.contains(&e.path.name().unwrap_or_default()));
            if has_file { paths.push(entry) } else { scan(tree, &entry.path, paths, looked)? }
        } else if name.ends_with(".yaml") || name.ends_with(".yml") {
            paths.push(entry);
        }
    }
    Ok(())
}

/// How messages call a Kustomization.
pub(super) fn title(kustomization: &Kustomization) -> String {
    format!("Kustomization {}", kustomization.name)
}

pub(super) fn wrong(code: &'static str, folder: &RepoPath, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(code, Place::file(folder.to_string()), message))
}
