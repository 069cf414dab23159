//! The types of a file that `openapi.path` names: OpenAPI v2 as a cluster gives it, in JSON or YAML.

use std::collections::HashMap;

use super::Base;
use super::types::{OPAQUE, Shape, TypeId, Types};
use crate::Limits;
use crate::fault::{Result, fault};
use crate::yaml::node::{Mark, Node, Tag, Value};
use crate::yaml::read::{self, Twice};

/// How many references may follow each other; the original has no end.
const LONGEST: usize = 64;

const GVK: &str = "x-kubernetes-group-version-kind";

/// The group of kustomize's own kinds, which are always known.
const OWN: &str = "kustomize.config.k8s.io/";

/// Reads the file and puts it together with the built-in types.
pub(super) fn read(limits: Limits, file: u32, text: &str, base: Base) -> Result<Types> {
    let start = Mark { file, line: 1, column: 1 };
    let document = read::single(limits, file, text, Twice::Last)?;
    // Comments and blanks alone are null to the original, which knows no types then.
    let document = match document {
        None if text.is_empty() => return Err(fault("kustomize/openapi", start, "the file is empty")),
        document => document.unwrap_or_else(Node::null),
    };
    let definitions = part(&document, "definitions")?;
    let mut types = match base {
        Base::None => {
            // Their types lie among the built-in ones; those of other kinds cannot be reached from them.
            let mut types = Types::builtin().clone();
            for versions in types.kinds.values_mut() {
                versions.retain(|(api_version, _)| api_version.starts_with(OWN));
            }
            types
        }
        Base::Below | Base::Above => Types::builtin().clone(),
    };
    let builtin = if base == Base::None { HashMap::new() } else { Types::builtin_names() };
    let mut names: HashMap<&str, Defined<'_>> =
        builtin.iter().map(|(name, of)| (*name, Defined { of: *of, node: None })).collect();
    for field in definitions.map_or(&[][..], Node::fields) {
        let name = field.key.as_str();
        match builtin.get(name) {
            Some(_) if base == Base::Above => {}
            Some(of) => drop(names.insert(name, Defined { of: *of, node: Some(&field.value) })),
            None => {
                let of = types.add(Shape::default());
                names.insert(name, Defined { of, node: Some(&field.value) });
            }
        }
    }
    let reader = Reader { names: &names };
    for defined in names.values() {
        let Some(node) = defined.node else { continue };
        let shape = reader.shape(&mut types, node, 0)?;
        if let Some(slot) = types.shapes.get_mut(defined.of.0) {
            *slot = shape;
        }
        for gvk in node.get(GVK).map_or(&[][..], Node::items) {
            let (api_version, kind) = kind(gvk)?;
            let known = types.kind(&api_version, kind);
            if base != Base::Above || known.of.is_none() {
                known.of = Some(defined.of);
            }
        }
    }
    scopes(&mut types, part(&document, "paths")?)?;
    Ok(types)
}

/// A definition, and what it says if it is the file's.
#[derive(Clone, Copy)]
struct Defined<'n> {
    of: TypeId,
    node: Option<&'n Node>,
}

/// A field that must be a mapping.
fn part<'n>(node: &'n Node, name: &str) -> Result<Option<&'n Node>> {
    if !matches!(node.value, Value::Map(_)) && !node.is_null() {
        let message = format!("invalid schema file: expected a mapping, found {}", node.sort());
        return Err(fault("kustomize/openapi", node.at, message));
    }
    let Some(part) = node.get(name).filter(|n| !n.is_null()) else { return Ok(None) };
    match &part.value {
        Value::Map(_) => Ok(Some(part)),
        _ => {
            let message = format!("invalid schema file: `{name}`: expected a mapping, found {}", part.sort());
            Err(fault("kustomize/openapi", part.at, message))
        }
    }
}

fn text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    node.get(name)?.scalar().filter(|s| s.tag == Tag::Str).map(|s| s.text.as_str())
}

/// apiVersion and kind of the extension.
fn kind(gvk: &Node) -> Result<(String, &str)> {
    match (text(gvk, "version"), text(gvk, "kind")) {
        (Some(version), Some(kind)) => {
            let group = text(gvk, "group").filter(|g| !g.is_empty());
            Ok((group.map_or(version.to_owned(), |group| format!("{group}/{version}")), kind))
        }
        _ => Err(fault("kustomize/openapi", gvk.at, format!("`{GVK}`: `version` and `kind` must be texts"))),
    }
}

/// A kind has a namespace if any path to it says so, and none if all do not.
fn scopes(types: &mut Types, paths: Option<&Node>) -> Result<()> {
    for path in paths.map_or(&[][..], Node::fields) {
        let gvk = path.value.get("get").and_then(|get| get.get(GVK));
        let Some(gvk) = gvk.filter(|n| matches!(n.value, Value::Map(_))) else { continue };
        let (api_version, kind) = kind(gvk)?;
        let known = types.kind(&api_version, kind);
        if path.key.contains("namespaces/{namespace}") {
            known.is_cluster_scoped = Some(false);
        } else {
            known.is_cluster_scoped.get_or_insert(true);
        }
    }
    Ok(())
}

struct Reader<'n> {
    names: &'n HashMap<&'n str, Defined<'n>>,
}

impl Reader<'_> {
    fn shape(&self, types: &mut Types, node: &Node, depth: usize) -> Result<Shape> {
        let mut shape = Shape::default();
        for field in part(node, "properties")?.map_or(&[][..], Node::fields) {
            if let Some(of) = self.target(types, &field.value, depth)? {
                shape.fields.insert(field.key.clone(), of);
            }
        }
        if let Some(others) = node.get("additionalProperties").filter(|n| matches!(n.value, Value::Map(_))) {
            shape.others = self.target(types, others, depth)?;
        }
        let is_list = match node.get("type").map(|n| &n.value) {
            Some(Value::Scalar(scalar)) => scalar.text == "array",
            Some(Value::Seq(types)) => matches!(&types[..], [only] if only.as_text() == "array"),
            _ => false,
        };
        if let Some(items) = node.get("items").filter(|n| is_list && matches!(n.value, Value::Map(_))) {
            shape.items = self.target(types, items, depth)?;
        }
        let merges =
            text(node, "x-kubernetes-patch-strategy").is_some_and(|s| s.split(',').any(|s| s == "merge"));
        if merges {
            let keys = match node.get("x-kubernetes-list-map-keys") {
                Some(keys) => keys.items().iter().map(|n| n.as_text().into()).collect(),
                None => text(node, "x-kubernetes-patch-merge-key").map(Into::into).into_iter().collect(),
            };
            shape.merge = Some(keys);
        }
        Ok(shape)
    }

    /// The type that a schema stands for: the definition to which it refers in the end, or itself.
    fn target(&self, types: &mut Types, node: &Node, depth: usize) -> Result<Option<TypeId>> {
        if depth > LONGEST {
            return Err(fault("kustomize/openapi", node.at, "types lie too deep in each other"));
        }
        let Some(reference) = text(node, "$ref").filter(|r| !r.is_empty()) else {
            let shape = self.shape(types, node, depth + 1)?;
            return Ok(Some(if shape == Shape::default() { OPAQUE } else { types.add(shape) }));
        };
        let mut reference = reference;
        for _ in 0..LONGEST {
            let name = reference.strip_prefix("#/definitions/").unwrap_or_default();
            let name = name.replace("~1", "/").replace("~0", "~");
            let Some(defined) = self.names.get(name.as_str()) else { return Ok(None) };
            match defined.node.and_then(|n| text(n, "$ref")).filter(|r| !r.is_empty()) {
                Some(next) => reference = next,
                None => return Ok(Some(defined.of)),
            }
        }
        Err(fault("kustomize/openapi", node.at, format!("`{reference}` refers to itself")))
    }
}
