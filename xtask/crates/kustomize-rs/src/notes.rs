//! What kustomize notes in annotations while it builds. In an input they count as its own notes, and they are never written.
//!
//! Upstream: `BuildAnnotations` in `api/resource/resource.go`.

use std::sync::Arc;

use crate::fault::{Result, fault};
use crate::object::{Former, Object};
use crate::schema::Schema;
use crate::yaml::node::{Node, Value};

const FRONT: &str = "internal.config.kubernetes.io/";
const OWN: [&str; 15] = [
    "previousKinds",
    "previousNames",
    "previousNamespaces",
    "prefixes",
    "suffixes",
    "allowNameChange",
    "allowKindChange",
    "refBy",
    "generatorBehavior",
    "needsHashSuffix",
    "path",
    "index",
    "seqindent",
    "id",
    "annotations-migration-resource-id",
];
const OLD: [&str; 3] = ["config.kubernetes.io/path", "config.kubernetes.io/index", "config.k8s.io/id"];

fn is_note(key: &str) -> bool {
    key.strip_prefix(FRONT).map_or_else(|| OLD.contains(&key), |name| OWN.contains(&name))
}

/// The object of a node that was read, with the notes taken out of it.
pub(crate) fn object(mut node: Node, schema: &Arc<Schema>) -> Result<Object> {
    let has_notes =
        annotations(&mut node).is_some_and(|map| map.fields().iter().any(|field| is_note(&field.key)));
    if !has_notes {
        return Ok(Object::new(node, schema));
    }
    let mut object = Object::new(node, schema);
    let Some(map) = annotations(&mut object.node) else { return Ok(object) };
    let list = |name: &str| {
        let text = map.get(&format!("{FRONT}{name}")).map(Node::as_text);
        text.map(|text| text.split(',').map(str::to_owned).collect::<Vec<_>>())
    };
    let is_enabled =
        |name: &str| map.get(&format!("{FRONT}{name}")).is_some_and(|node| node.as_text() == "enabled");
    if let Some(names) = list("previousNames") {
        let namespaces = list("previousNamespaces").unwrap_or_else(|| vec![String::new()]);
        let kinds = list("previousKinds").unwrap_or_else(|| vec![String::new()]);
        if names.len() != namespaces.len() || names.len() != kinds.len() {
            let message = "number of previous names, namespaces and kinds not equal";
            return Err(fault("kustomize/notes", map.at, message)
                .with_help(format!("annotations `{FRONT}…` are kustomize's own: remove them")));
        }
        let ids = names.into_iter().zip(namespaces).zip(kinds);
        object.former = ids
            .map(|((name, namespace), kind)| Former {
                name: name.into(),
                namespace: namespace.into(),
                kind: kind.into(),
            })
            .collect();
    }
    object.prefixes = list("prefixes").unwrap_or_default();
    object.suffixes = list("suffixes").unwrap_or_default();
    object.needs_hash = is_enabled("needsHashSuffix");
    object.may_change_name = is_enabled("allowNameChange");
    object.may_change_kind = is_enabled("allowKindChange");
    let keys: Vec<_> = map.fields().iter().map(|f| f.key.clone()).filter(|key| is_note(key)).collect();
    keys.iter().for_each(|key| drop(map.remove(key)));
    Ok(object)
}

fn annotations(node: &mut Node) -> Option<&mut Node> {
    let map = node.get_mut("metadata")?.get_mut("annotations")?;
    matches!(map.value, Value::Map(_)).then_some(map)
}
