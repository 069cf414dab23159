//! What `buildMetadata` notes in annotations: the file or generator that an object came from, and the transformers that ran over it.
//!
//! As in kustomize (`api/resource/origin.go`, `api/resmap/reswrangler.go`) the notes are real annotations as soon as
//! `buildMetadata` of the folder that is built holds anything, so that selectors, patches and replacements see them; which of them
//! stay is decided at the end.

use crate::Limits;
use crate::fault::{Result, fault};
use crate::object::Object;
use crate::yaml::emit;
use crate::yaml::node::{Mark, Node, Value};
use crate::yaml::read::{self, Twice};

const ORIGIN: &str = "config.kubernetes.io/origin";
const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// The way to a folder from the one that is built, put together from the paths as they are written; only there if notes are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    path: String,
    at: Mark,
}

impl Way {
    /// The way to the folder that is built itself; notes are said to be set there.
    pub(crate) fn root(at: Mark) -> Self {
        Way { path: String::new(), at }
    }

    /// The way to where a configuration was written, if that is noted at it.
    pub(crate) fn noted(config: &Object) -> Option<Self> {
        let note = get(config, ORIGIN)?;
        let note = read::single(Limits::default(), 0, note, Twice::Refused).ok().flatten()?;
        let path = note.get("path").map_or("", Node::value_text);
        Some(Way { path: path.to_owned(), at: config.node.at })
    }

    /// The way on to a file or folder.
    pub(crate) fn to(&self, path: &str) -> Self {
        Way { path: joined(&self.path, path), at: self.at }
    }

    /// Notes that the objects were written in the file where this way ends.
    pub(crate) fn note_file(&self, objects: &mut [Object]) -> Result<()> {
        let text = field("", "path", &self.path)?;
        objects.iter_mut().for_each(|object| set(object, ORIGIN, &text, self.at));
        Ok(())
    }

    /// Notes which generator, configured in the file where this way ends, made the object, unless something else is noted.
    pub(crate) fn note_generator(&self, object: &mut Object, by: &By<'_>) -> Result<()> {
        if get(object, ORIGIN).is_none() {
            set(object, ORIGIN, &by.text(&self.path, "")?, self.at);
        }
        Ok(())
    }

    /// Notes that a transformer, configured in the file where this way ends, ran over the objects; one without an origin was made
    /// by it.
    pub(crate) fn note_transformer(&self, objects: &mut [Object], by: &By<'_>) -> Result<()> {
        let mut item = None;
        for object in objects {
            if get(object, ORIGIN).is_none() {
                set(object, ORIGIN, &by.text(&self.path, "")?, self.at);
                continue;
            }
            let item = match &item {
                Some(item) => item,
                None => item.insert(format!("- {}", by.text(&self.path, "  ")?.trim_start())),
            };
            let text = match get(object, TRANSFORMATIONS) {
                // What we wrote needs no second reading.
                Some(old) if old.starts_with("- configuredIn: ") => old.to_owned() + item,
                Some(old) => format!("{}{item}", foreign(old, self.at)?),
                None => item.clone(),
            };
            set(object, TRANSFORMATIONS, &text, self.at);
        }
        Ok(())
    }
}

/// What makes or changes objects: a field of a kustomization (its built-in kind), or a configuration file of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By<'a> {
    pub(crate) api_version: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
    pub(crate) namespace: &'a str,
}

impl<'a> By<'a> {
    /// What a field of a kustomization stands for.
    pub(crate) fn builtin(kind: &'a str) -> Self {
        By { api_version: "builtin", kind, name: "", namespace: "" }
    }

    /// What a plugin's configuration stands for.
    pub(crate) fn config(config: &'a Object) -> Self {
        By {
            api_version: config.api_version(),
            kind: config.kind(),
            name: config.name(),
            namespace: config.namespace(),
        }
    }

    fn text(&self, path: &str, indent: &str) -> Result<String> {
        let mut text = field(indent, "configuredIn", path)?;
        text.push_str(&format!("{indent}configuredBy:\n"));
        let below = format!("{indent}  ");
        for (key, value) in [
            ("apiVersion", self.api_version),
            ("kind", self.kind),
            ("name", self.name),
            ("namespace", self.namespace),
        ] {
            if !value.is_empty() {
                text.push_str(&field(&below, key, value)?);
            }
        }
        Ok(text)
    }
}

/// A line `key: text`.
fn field(indent: &str, key: &str, text: &str) -> Result<String> {
    let mut node = Node::map();
    node.set(key, Node::text(text));
    let mut out = indent.to_owned();
    emit::document(&node, &mut out)?;
    Ok(out)
}

/// Notes that somebody wrote by hand, as kustomize writes them again.
fn foreign(text: &str, at: Mark) -> Result<String> {
    let node = read::single(Limits::default(), 0, text, Twice::Refused).map_err(|f| f.or_at(at))?;
    let mut out = String::new();
    for item in node.as_ref().map_or(&[][..], Node::items) {
        let mut lines = String::new();
        for key in ["path", "repo", "ref", "configuredIn"] {
            if let Some(value) = item.get(key).map(Node::value_text).filter(|t| !t.is_empty()) {
                lines.push_str(&field("  ", key, value)?);
            }
        }
        if let Some(by) = item.get("configuredBy").filter(|n| !n.fields().is_empty()) {
            lines.push_str("  configuredBy:\n");
            for key in ["apiVersion", "kind", "name", "namespace"] {
                if let Some(value) = by.get(key).map(Node::value_text).filter(|t| !t.is_empty()) {
                    lines.push_str(&field("    ", key, value)?);
                }
            }
        }
        out.push_str(&format!("- {}", if lines.is_empty() { "{}\n" } else { lines.trim_start() }));
    }
    match node.as_ref().map(|n| &n.value) {
        None | Some(Value::Seq(_)) => Ok(out),
        Some(_) => Err(fault("kustomize/annotation", at, format!("`{TRANSFORMATIONS}` is no list"))),
    }
}

fn get<'o>(object: &'o Object, key: &str) -> Option<&'o str> {
    object.node.get("metadata")?.get("annotations")?.get(key).map(Node::as_text)
}

fn set(object: &mut Object, key: &str, text: &str, at: Mark) {
    object.node.map_at("metadata").map_at("annotations").set(key, Node::text(text).at(at));
}

/// An object into which a generator merges keeps the origin that it had.
pub(crate) fn keep_origin(object: &mut Object, old: &Object) {
    if let Some(origin) = get(old, ORIGIN) {
        set(object, ORIGIN, origin, old.node.at);
    }
}

/// Takes off the notes that were not asked for, and annotations of these names that somebody wrote, as kustomize does.
pub(crate) fn settle(object: &mut Object, keeps_origin: bool, keeps_transformations: bool) {
    let annotations = object.node.get_mut("metadata").and_then(|m| m.get_mut("annotations"));
    if let Some(annotations) = annotations {
        for (key, keeps) in [(ORIGIN, keeps_origin), (TRANSFORMATIONS, keeps_transformations)] {
            if !keeps {
                annotations.remove(key);
            }
        }
    }
}

/// Two paths put together as Go's `filepath.Join` does: `..` stays only in front.
fn joined(front: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in front.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_put_together_as_written() {
        assert_eq!(joined("", "./a//b/"), "a/b");
        assert_eq!(joined("../base", "../overlay/a.yaml"), "../overlay/a.yaml");
        assert_eq!(joined("..", "../a"), "../../a");
    }

    #[test]
    fn notes_of_others_are_written_again() {
        let text = "- configuredBy: {kind: K, apiVersion: v}\n  path: x\n- {}\n";
        let wanted = "- path: x\n  configuredBy:\n    apiVersion: v\n    kind: K\n- {}\n";
        assert_eq!(foreign(text, Mark::default()).ok().as_deref(), Some(wanted));
    }
}
