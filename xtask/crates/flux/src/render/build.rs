//! One Flux Kustomization: from its folder to the objects that the controller would apply.
//!
//! Upstream: `build` and `apply` in `kustomization_controller.go` of kustomize-controller 1.9, `kustomize_varsub.go` of
//! `github.com/fluxcd/pkg/kustomize` 1.35.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use kustomize_rs::yaml::json;
use kustomize_rs::yaml::node::{Mark, Node, Tag, Value};
use kustomize_rs::{Source, Touched};
use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::path::RepoPath;

use super::builds::{self, Builds, UnfinishedObject, options};
use super::manifest::{Looked, manifest, title, wrong};
use super::spec::{GROUP, Kustomization, is_kind, text};
use super::variables::{Asked, Lookup, Variables};
use super::{Encrypted, Part, Rendered, masked};
use crate::envsubst::{self, Strict};

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// Label or annotation that keeps an object as it is.
const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// The folder that `spec.path` means; what leads out of the source ends at its top (`securejoin`).
pub(super) fn folder(path: &str) -> RepoPath {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            name => segments.push(name),
        }
    }
    RepoPath::new(&segments.join("/")).unwrap_or_default()
}

/// What was built.
pub(super) struct Built {
    pub(super) objects: Vec<Rendered>,
    pub(super) sources: Arc<[Source]>,
    pub(super) warnings: Vec<Diagnostic>,
    /// What of the source decided it.
    pub(super) touched: Touched,
    pub(super) listed: BTreeSet<RepoPath>,
}

impl Built {
    /// The same as another part was built.
    pub(super) fn again(part: &Part) -> Self {
        Built {
            objects: part.objects.clone(),
            sources: Arc::clone(&part.sources),
            // Others may have been added since.
            warnings: part.warnings.iter().take(part.basis.warnings).cloned().collect(),
            touched: part.basis.touched.clone(),
            listed: part.basis.listed.clone(),
        }
    }
}

/// Builds a Kustomization out of its source. `sources` are what the marks of its object count from 1.
pub(super) fn build(
    builds: &Builds<'_>,
    kustomization: &Kustomization,
    sources: &[Source],
    variables: &Variables,
) -> Result<Built> {
    let folder = folder(&kustomization.path);
    if !builds.tree().has_folder(&folder) {
        let message =
            format!("{}: path `{}` does not exist in its source", title(kustomization), kustomization.path);
        return Err(Box::new(Diagnostic::error("flux/path", place_of(kustomization, sources), message)));
    }
    let names: Vec<String> = sources.iter().map(|source| source.file.to_string()).collect();
    let (mut touched, mut listed) = (Touched::default(), BTreeSet::new());
    touched.folders.insert(folder.clone());
    let looked = Looked { touched: &mut touched, listed: &mut listed };
    let file = manifest(builds.session(), &folder, kustomization, &names, &options(), looked)?;
    let built = builds.build(&folder, &file)?;
    let mut objects = Vec::with_capacity(built.objects.len());
    let mut warnings = built.warnings.clone();
    for object in &built.objects {
        if let Some(rendered) = finished(object, &built.sources, kustomization, variables, &mut warnings)? {
            objects.push(rendered);
        }
    }
    refuse_same(&objects, kustomization, &built.sources)?;
    touched.files.extend(built.touched.files.iter().cloned());
    touched.folders.extend(built.touched.folders.iter().cloned());
    Ok(Built { objects, sources: Arc::clone(&built.sources), warnings, touched, listed })
}

/// Where a mark is; none for what was not read from a file.
pub(crate) fn place(at: Mark, sources: &[Source]) -> Option<Place> {
    let source = sources.get((at.file as usize).checked_sub(1)?)?;
    Some(Place::at(source.file.as_str(), at.line as usize, at.column as usize))
}

pub(super) fn place_of(kustomization: &Kustomization, sources: &[Source]) -> Place {
    let at = kustomization.spec("path").map_or(kustomization.object.at, |node| node.at);
    let or = || place(kustomization.object.at, sources);
    place(at, sources).or_else(or).unwrap_or_else(|| Place::file(kustomization.name.to_string()))
}

/// What the controller does to an object between kustomize and the API server; nothing is left of kustomization files.
fn finished(
    unfinished: &UnfinishedObject,
    sources: &[Source],
    kustomization: &Kustomization,
    variables: &Variables,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Option<Rendered>> {
    let object = &unfinished.object;
    let place = place(object.node.at, sources).unwrap_or_else(|| Place::file(kustomization.name.to_string()));
    let refuse = |code, message: String| Box::new(Diagnostic::error(code, place.clone(), message));
    if object.name().is_empty() || object.kind().is_empty() || object.api_version().is_empty() {
        let message = "an object without apiVersion, kind or name".to_owned();
        return Err(refuse("flux/object", message));
    }
    let mut node = Cow::Borrowed(&object.node);
    let (mut encrypted, mut ciphers) = (Encrypted::No, Vec::new());
    if node.get("sops").is_some() {
        if kustomization.decrypts {
            ciphers = masked::mask(node.to_mut());
            encrypted = Encrypted::Masked;
        } else if is_kind(&node, "", "Secret") {
            let message = format!(
                "Secret {} is SOPS encrypted, and {} has no `decryption`",
                text(node.get("metadata"), "name"),
                title(kustomization)
            );
            return Err(refuse("flux/encrypted", message));
        }
    }
    let mut asked = Asked::default();
    if kustomization.post_build.is_some() && !is_left_alone(&node) {
        let written = || match &node {
            Cow::Borrowed(_) => unfinished.text().map(Cow::Borrowed).map_err(|error| error.message.clone()),
            Cow::Owned(masked) => builds::text(masked).map(Cow::Owned).map_err(|error| error.message),
        };
        let changed = substituted(&node, written, kustomization, variables, &place, &mut asked)?;
        node = changed.map_or(node, Cow::Owned);
    }
    if is_kind(&node, "kustomize.config.k8s.io", "Kustomization") {
        let message = "a kustomization file among the resources; Flux leaves it out".to_owned();
        warnings.push(Diagnostic::warning("flux/kustomization-file", place, message));
        return Ok(None);
    }
    let mut node = node.into_owned();
    label(&mut node, kustomization);
    let Asked { all: variables, unknown, before } = asked;
    Ok(Some(Rendered { node, encrypted, ciphers, variables, unknown, before }))
}

fn is_left_alone(node: &Node) -> bool {
    let meta = node.get("metadata");
    ["labels", "annotations"]
        .iter()
        .any(|field| text(meta.and_then(|m| m.get(field)), SUBSTITUTE) == "disabled")
}

/// The object with the values of its variables; none if it stays as it is. `written` is its text.
fn substituted<'n>(
    node: &Node,
    written: impl FnOnce() -> std::result::Result<Cow<'n, str>, String>,
    kustomization: &Kustomization,
    variables: &Variables,
    place: &Place,
    asked: &mut Asked,
) -> Result<Option<Node>> {
    let always = kustomization.post_build.as_ref().is_some_and(|post| post.is_always);
    if variables.is_empty() && !always {
        return Ok(None);
    }
    let refuse = |message: String| {
        let kind = text(Some(node), "kind");
        let name = text(node.get("metadata"), "name");
        Box::new(Diagnostic::error("flux/substitution", place.clone(), format!("{kind} {name}: {message}")))
    };
    variables.check_names().map_err(&refuse)?;
    let before = written().map_err(&refuse)?;
    let strict = if variables.is_strict { Strict::Yes } else { Strict::No };
    let mut lookup = Lookup::new(variables, &before, asked).map_err(|error| refuse(error.to_string()))?;
    let after = envsubst::substitute(&before, &mut |name| lookup.value(name), strict)
        .map_err(|error| refuse(error.to_string()))?;
    if matches!(after, Cow::Borrowed(_)) && is_settled(node) {
        return Ok(None);
    }
    let mut new = json::read_as_json(&after, &place.file, options().limits)
        .map_err(|error| refuse(format!("after substitution it is no YAML: {}", error.message)))?;
    if !matches!(new.value, Value::Map(_)) {
        return Err(refuse("after substitution it is no mapping".to_owned()));
    }
    marked(&mut new, node, "", &mut asked.before);
    Ok(Some(new))
}

/// Does a way through JSON leave all as it is? Only whole numbers that a float cannot hold change.
fn is_settled(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(scalar) => {
            !matches!(scalar.tag, Tag::Int | Tag::Float | Tag::Unset) || scalar.text.len() < 16
        }
        Value::Seq(items) => items.iter().all(is_settled),
        Value::Map(fields) => fields.iter().all(|field| is_settled(&field.value)),
    }
}

/// Gives the values that were read again the places that they had before, and notes the texts that changed.
fn marked(new: &mut Node, old: &Node, path: &str, before: &mut Vec<(String, String)>) {
    new.at = old.at;
    match (&mut new.value, &old.value) {
        (Value::Map(fields), Value::Map(_)) => {
            // Keys are sorted on one side only; a key that is a variable is not found, and keeps its mapping's place.
            for field in fields {
                let was = old.fields().iter().find(|f| f.key == field.key);
                field.at = was.map_or(old.at, |was| was.at);
                match was {
                    Some(was) => marked(&mut field.value, &was.value, &below(path, &field.key), before),
                    None => field.value.each_mark(&mut |mark| *mark = old.at),
                }
            }
        }
        (Value::Seq(items), Value::Seq(was)) if items.len() == was.len() => {
            for (index, (item, was)) in items.iter_mut().zip(was).enumerate() {
                marked(item, was, &below(path, &index.to_string()), before);
            }
        }
        (_, Value::Scalar(was)) => {
            if new.scalar().is_none_or(|scalar| scalar.text != was.text) && was.text.contains('$') {
                before.push((path.to_owned(), was.text.to_string()));
            }
            new.each_mark(&mut |mark| *mark = old.at);
        }
        _ => new.each_mark(&mut |mark| *mark = old.at),
    }
}

/// The path to a field or item; a dot in a name is escaped.
pub(crate) fn below(path: &str, step: &str) -> String {
    let step = step.replace('.', "\\.");
    if path.is_empty() { step } else { format!("{path}.{step}") }
}

/// Labels of the owner, then `commonMetadata`, which wins.
fn label(node: &mut Node, kustomization: &Kustomization) {
    // The entry itself is applied by nobody.
    if kustomization.name.name.is_empty() {
        return;
    }
    let owner = [("name", &kustomization.name.name), ("namespace", &kustomization.name.namespace)];
    let meta = node.map_at("metadata");
    let labels = meta.map_at("labels");
    for (field, value) in owner {
        labels.set(&format!("{GROUP}/{field}"), Node::text(value.as_str()));
    }
    let Some(common) = kustomization.spec("commonMetadata") else { return };
    for field in ["labels", "annotations"] {
        let pairs = common.get(field).map_or(&[][..], Node::fields);
        if pairs.is_empty() {
            continue;
        }
        let map = meta.map_at(field);
        for pair in pairs {
            map.set(&pair.key, Node::text(pair.value.value_text()).at(pair.value.at));
        }
    }
}

/// Objects that substitution made the same.
fn refuse_same(objects: &[Rendered], kustomization: &Kustomization, sources: &[Source]) -> Result<()> {
    let mut seen = HashSet::new();
    for Rendered { node, .. } in objects {
        let meta = node.get("metadata");
        let id = (
            text(Some(node), "apiVersion"),
            text(Some(node), "kind"),
            text(meta, "namespace"),
            text(meta, "name"),
        );
        if !seen.insert(id) {
            let message = format!("{}: two objects are {} {}", title(kustomization), id.1, id.3);
            let mut found = wrong("flux/same-object", &RepoPath::root(), message);
            found.place = place(node.at, sources).unwrap_or(found.place);
            return Err(found);
        }
    }
    Ok(())
}
