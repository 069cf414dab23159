//! From what Helm printed to the objects that are applied.
//!
//! Helm gives every file to helm-controller's post-renderers: for each entry of `postRenderers` a kustomization over all of it, then
//! `commonMetadata`, then the labels that name the HelmRelease. Upstream: `renderResources` in `pkg/action/action.go` of Helm 4.2,
//! `internal/postrender/` and `internal/action/crds.go` of helm-controller 1.6.

use kustomize_rs::yaml::emit;
use kustomize_rs::yaml::json::{read_all_as_json, read_all_once_as_json};
use kustomize_rs::yaml::node::Node;
use kustomize_rs::{LoadRestrictor, Options, Reorder};
use serde_json::{Value, json as object};
use yamltree::diagnostic::Diagnostic;
use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

use super::output::{Chunk, chunks};
use super::release::{Kustomize, Release, Strategy};
use crate::releases::GROUP;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// What Helm itself notes in each object while post-renderers have it.
const FILE: &str = "postrenderer.helm.sh/postrender-filename";
const HOOK: &str = "helm.sh/hook";
const INPUT: &str = "helm-output.yaml";

/// What an object is to Helm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A definition of the chart's `crds/`: applied before everything else, never removed.
    Crd,
    /// An object of the release.
    Manifest,
    /// A hook: it is there around an install or upgrade.
    Hook,
}

/// An object of a release.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// What it is to Helm.
    pub role: Role,
    /// The file of the chart that it comes from; empty if a patch took that note away.
    pub file: String,
    /// The object.
    pub node: Node,
}

/// The objects of a release out of what `helm template` printed, in the order in which they are applied; hooks are last.
///
/// # Errors
///
/// Where helm-controller has one: what is no YAML, two objects of one name, a patch that does not fit.
pub fn post_render(release: &Release<'_>, printed: &str) -> Result<Vec<Applied>> {
    let chunks = chunks(printed);
    let (crds, rest): (Vec<_>, Vec<_>) = chunks.into_iter().partition(Chunk::is_crd);
    let mut applied = Vec::new();
    for crd in crds {
        // What is no definition is left out there, with a warning in the controller's log.
        let is_definition =
            |node: &Node| node.get("kind").is_some_and(|k| k.as_text() == "CustomResourceDefinition");
        for mut node in read(&crd, release)?.into_iter().filter(is_definition) {
            label(&mut node, &origin(release));
            applied.push(Applied { role: Role::Crd, file: crd.file.to_owned(), node });
        }
    }
    let mut files = Vec::new();
    for chunk in rest {
        files.extend(read(&chunk, release)?.into_iter().map(|node| (chunk.file, node)));
    }
    let (hooks, manifests): (Vec<_>, Vec<_>) = files.into_iter().partition(|(_, node)| is_hook(node));
    let finish = |(file, node): (&str, Node)| {
        let role = if is_hook(&node) { Role::Hook } else { Role::Manifest };
        Applied { role, file: file.to_owned(), node }
    };
    match release.spec.post_render_strategy {
        Strategy::Combined => applied.extend(rendered(release, manifests.into_iter().chain(hooks))?),
        Strategy::Separate => {
            applied.extend(rendered(release, manifests.into_iter())?);
            applied.extend(rendered(release, hooks.into_iter())?);
        }
        Strategy::NoHooks => {
            applied.extend(rendered(release, manifests.into_iter())?);
            applied.extend(hooks.into_iter().map(finish));
        }
    }
    Ok(applied)
}

fn read(chunk: &Chunk<'_>, release: &Release<'_>) -> Result<Vec<Node>> {
    let limits = kustomize_rs::Limits::default();
    let nodes = match chunk.is_crd() {
        true => read_all_as_json(chunk.text, chunk.file, limits),
        false => read_all_once_as_json(chunk.text, chunk.file, limits),
    };
    nodes.map_err(|found| refused(release, &found))
}

fn refused(release: &Release<'_>, found: &Diagnostic) -> Box<Diagnostic> {
    Box::new(release.diagnostic("helm/post-render", &format!("what its chart renders is refused: {found}")))
}

fn is_hook(node: &Node) -> bool {
    annotations(node).is_some_and(|all| all.get(HOOK).is_some())
}

fn annotations(node: &Node) -> Option<&Node> {
    node.get("metadata")?.get("annotations")
}

/// What the post-renderers make of some files.
fn rendered<'f>(release: &Release<'_>, files: impl Iterator<Item = (&'f str, Node)>) -> Result<Vec<Applied>> {
    let mut text = String::new();
    for (file, mut node) in files {
        node.map_at("metadata").map_at("annotations").set(FILE, Node::text(file));
        document(&node, &mut text, release)?;
    }
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let none = Kustomize::default();
    let stages: Vec<&Kustomize> =
        release.spec.post_renderers.iter().filter_map(|entry| entry.kustomize.as_ref()).collect();
    // Without any, the labels still make a kustomization of it.
    let stages = if stages.is_empty() { vec![&none] } else { stages };
    let mut objects = Vec::new();
    for stage in stages {
        if !objects.is_empty() {
            text.clear();
            for node in &objects {
                document(node, &mut text, release)?;
            }
        }
        objects = kustomized(stage, &text).map_err(|found| refused(release, &found))?;
    }
    objects.into_iter().map(|node| finished(release, node)).collect()
}

fn document(node: &Node, out: &mut String, release: &Release<'_>) -> Result<()> {
    out.push_str("---\n");
    emit::document(node, out)
        .map_err(|error| Box::new(release.diagnostic("helm/post-render", &error.message)))
}

/// One kustomization over everything.
fn kustomized(stage: &Kustomize, text: &str) -> Result<Vec<Node>> {
    let only = |fields: &[&str], value: &Value| -> Value {
        let wanted =
            fields.iter().filter_map(|field| Some(((*field).to_owned(), value.get(*field)?.clone())));
        Value::Object(wanted.collect())
    };
    let images = stage.images.iter().map(|image| only(&["name", "newName", "newTag", "digest"], image));
    let patches = stage.patches.iter().map(|patch| only(&["patch", "target"], patch));
    let file = object!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [INPUT],
        "images": images.collect::<Vec<_>>(),
        "patches": patches.collect::<Vec<_>>(),
    });
    let mut tree = MemTree::new();
    for (name, text) in [("kustomization.yaml", file.to_string()), (INPUT, text.to_owned())] {
        tree.insert(RepoPath::new(name).unwrap_or_default(), text);
    }
    let options =
        Options { load_restrictor: LoadRestrictor::None, reorder: Reorder::None, ..Options::default() };
    let built = kustomize_rs::build(&tree, &RepoPath::root(), &options).map_err(|error| error.0)?;
    Ok(built.objects.into_iter().map(|object| object.node).collect())
}

/// Labels and annotations of the HelmRelease; the note of the file is taken out again.
fn finished(release: &Release<'_>, mut node: Node) -> Result<Applied> {
    let common = &release.spec.common_metadata;
    let pairs = |map: &serde_json::Map<String, Value>| -> Vec<(String, String)> {
        map.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
    };
    label(&mut node, &pairs(&common.labels));
    for (key, value) in pairs(&common.annotations) {
        node.map_at("metadata").map_at("annotations").set(&key, Node::text(value));
    }
    label(&mut node, &origin(release));
    let metadata = node.map_at("metadata");
    let annotations = metadata.map_at("annotations");
    let note = annotations.remove(FILE);
    // With the note goes the mapping, if nothing is left, whether or not the chart wrote an empty one.
    if annotations.fields().is_empty() {
        metadata.remove("annotations");
    }
    let file = note.map(|note| note.value_text().to_owned()).unwrap_or_default();
    let role = if is_hook(&node) { Role::Hook } else { Role::Manifest };
    Ok(Applied { role, file, node })
}

fn origin(release: &Release<'_>) -> [(String, String); 2] {
    [("name", &release.name.name), ("namespace", &release.name.namespace)]
        .map(|(field, value)| (format!("{GROUP}/{field}"), value.clone()))
}

fn label(node: &mut Node, labels: &[(String, String)]) {
    for (key, value) in labels {
        node.map_at("metadata").map_at("labels").set(key, Node::text(value.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use yamltree::tree::MemTree;

    use super::*;
    use crate::render::{Entry, Inputs, Rendering, render};

    const PRINTED: &str = "---\n# Source: c/crds/a.yaml\napiVersion: apiextensions.k8s.io/v1\nkind: \
                           CustomResourceDefinition\nmetadata: {name: a}\n---\nkind: Other\n---\n# Source: \
                           c/templates/b.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n---\n# Source: \
                           c/templates/h.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: h, annotations: \
                           {helm.sh/hook: pre-install}}\n";

    fn rendering(spec: &str) -> Rendering {
        let tree = MemTree::from_fixture(&format!(
            "#- k/r.yaml\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: r, namespace: n}}\nspec: \
             {spec}\n"
        ));
        render(&Inputs::new(&tree.unwrap(), Entry::Folder(RepoPath::new("k").unwrap())))
    }

    fn objects(spec: &str, printed: &str) -> std::result::Result<Vec<Applied>, String> {
        let rendering = rendering(spec);
        let (_, release) = Release::all(&rendering).next().unwrap();
        post_render(&release.unwrap(), printed).map_err(|found| found.to_string())
    }

    fn names(objects: &[Applied], label: &str) -> Vec<(String, Role, bool)> {
        let of = |object: &Applied| {
            let meta = object.node.get("metadata").unwrap();
            let is_labelled = meta.get("labels").is_some_and(|labels| labels.get(label).is_some());
            (meta.get("name").unwrap().as_text().to_owned(), object.role, is_labelled)
        };
        objects.iter().map(of).collect()
    }

    #[test]
    fn a_key_that_is_there_twice_is_refused_in_templates_only() {
        let twice = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {}\ndata: {}\n";
        let refused = objects("{}", &format!("---\n# Source: c/templates/b.yaml\n{twice}")).unwrap_err();
        assert!(refused.contains("key `data` is here twice"), "{refused}");
        let definition = twice.replace("ConfigMap", "CustomResourceDefinition");
        assert_eq!(objects("{}", &format!("---\n# Source: c/crds/b.yaml\n{definition}")).unwrap().len(), 1);
    }

    #[test]
    fn every_object_says_which_release_it_is_of() {
        let objects = objects("{}", PRINTED).unwrap();
        let found = names(&objects, "helm.toolkit.fluxcd.io/name");
        let wanted = [("a", Role::Crd, true), ("b", Role::Manifest, true), ("h", Role::Hook, true)];
        assert_eq!(found, wanted.map(|(name, role, labelled)| (name.to_owned(), role, labelled)));
        assert!(objects[1].node.get("metadata").unwrap().get("annotations").is_none());
    }

    #[test]
    fn hooks_are_left_as_they_are_where_that_is_wanted() {
        let objects =
            objects("{postRenderStrategy: nohooks, commonMetadata: {labels: {team: a}}}", PRINTED).unwrap();
        let labelled: Vec<bool> =
            names(&objects, "team").into_iter().map(|(_, _, labelled)| labelled).collect();
        assert_eq!(labelled, [false, true, false]);
    }

    #[test]
    fn a_patch_that_fits_nothing_is_refused() {
        let patch = "{postRenderers: [{kustomize: {patches: [{patch: \"{apiVersion: v1, kind: Pod, metadata: {name: x}}\"}]}}]}";
        assert!(objects(patch, PRINTED).unwrap_err().contains("k/r.yaml:1:1: error[helm/post-render]"));
    }

    #[test]
    fn no_objects_are_no_error() {
        assert_eq!(objects("{}", "\n").unwrap(), []);
    }
}
