//! `crds`: files that say which fields of custom objects are labels, annotations, names or references.
//!
//! Such a file maps names of Go types to `Schema` with `properties` that carry the extensions `x-kubernetes-annotation`,
//! `x-kubernetes-label-selector`, `x-kubernetes-identity` and `x-kubernetes-object-ref-…`
//! (accumulator/loadconfigfromcrds.go).

use smol_str::SmolStr;

use crate::fault::{Result, fault};
use crate::fields::FieldSpec;
use crate::fields::table::FieldTable;
use crate::id::Gvk;
use crate::kustomization::record::{Reading, Record};
use crate::yaml::node::{Mark, Node, Value};

/// How deep types may lie in each other; the original has no end.
const DEEPEST: usize = 64;

/// Refuses a file that begins like JSON and is none: the original reads it as JSON alone (`makeNameToApiMap`).
pub(crate) fn check_json(text: &str, start: Mark) -> Result<()> {
    if !text.starts_with('{') {
        return Ok(());
    }
    let read = serde_json::from_str::<serde_json::Value>(text);
    read.map(drop).map_err(|error| fault("kustomize/crd", start, format!("not JSON: {error}")))
}

/// The field specifications that a file of types gives.
pub(crate) fn read(file: &Node, at: Mark) -> Result<FieldTable> {
    let mut table = FieldTable::default();
    if !matches!(file.value, Value::Map(_)) {
        let message = format!("expected a mapping of types, found {}", file.sort());
        return Err(fault("kustomize/crd", file.at, message).or_at(at));
    }
    for field in file.fields() {
        let properties = properties(&field.value)?;
        let has = |name: &str| properties.is_some_and(|p| p.get(name).is_some());
        if has("kind") && has("apiVersion") && has("metadata") {
            let kind = field.key.rsplit('.').next().unwrap_or_default();
            let gvk = Gvk { kind: kind.into(), ..Gvk::default() };
            Type { file, gvk, at }.add(&mut table, &field.key, &[])?;
        }
    }
    Ok(table)
}

/// The properties of a type.
fn properties(node: &Node) -> Result<Option<&Node>> {
    let mapping = |what: &str, node| Record::read(what, node, &[], Reading::Embedded);
    let Some(schema) = mapping("a type", node)?.get("Schema") else { return Ok(None) };
    let Some(properties) = mapping("Schema", schema)?.get("properties") else { return Ok(None) };
    mapping("properties", properties)?;
    properties.fields().iter().try_for_each(|field| mapping(&field.key, &field.value).map(drop))?;
    Ok(Some(properties))
}

struct Type<'a> {
    file: &'a Node,
    gvk: Gvk,
    at: Mark,
}

impl Type<'_> {
    fn add(&self, table: &mut FieldTable, name: &str, path: &[&str]) -> Result<()> {
        if path.len() > DEEPEST {
            return Err(fault("kustomize/crd", self.at, format!("type `{name}` contains itself")));
        }
        let Some(node) = self.file.get(name) else { return Ok(()) };
        for field in properties(node)?.map_or(&[][..], Node::fields) {
            let path = [path, &[field.key.as_str()]].concat();
            let spec = |more: &[&str]| {
                FieldSpec::new(self.gvk.clone(), &[&path[..], more].concat().join("/"), false)
            };
            let extension = |name: &str| text(&field.value, name);
            for (name, specs) in [
                ("x-kubernetes-annotation", &mut table.common_annotations),
                ("x-kubernetes-label-selector", &mut table.common_labels),
                ("x-kubernetes-identity", &mut table.name_prefix),
            ] {
                if extension(name).is_some() {
                    crate::fields::merge_all(specs, &[spec(&[])], self.at)?;
                }
            }
            let version = extension("x-kubernetes-object-ref-api-version");
            if let (Some(version), Some(kind)) = (version, extension("x-kubernetes-object-ref-kind")) {
                let key = extension("x-kubernetes-object-ref-name-key").unwrap_or("name");
                let target = Gvk { group: SmolStr::default(), version: version.into(), kind: kind.into() };
                table.refer(&target, &[spec(&[key])], self.at)?;
            }
            if let Some(reference) = text(&field.value, "$ref") {
                self.add(table, reference, &path)?;
            }
        }
        Ok(())
    }
}

/// A field that is a text.
fn text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    let scalar = node.get(name)?.scalar()?;
    (scalar.tag == crate::yaml::node::Tag::Str).then_some(&*scalar.text)
}
