//! CustomResourceDefinitions into types.
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apiserver/schema` (structural schemas) and the documentation of
//! CustomResourceDefinition v1.

use kustomize_rs::yaml::node::Node;
use smol_str::SmolStr;

use crate::schema::{self, json, push, texts};
use crate::types::{Is, Limits, Rule, Table, Type, TypeId};

/// The kind that a definition brings, in one version.
#[derive(Debug, Clone)]
pub struct Defined<'d> {
    /// The group.
    pub group: &'d str,
    /// The version.
    pub version: &'d str,
    /// The kind.
    pub kind: &'d str,
    /// Are its objects in namespaces?
    pub is_namespaced: bool,
    /// Does the server answer for this version?
    pub is_served: bool,
    schema: Option<&'d Node>,
    /// Where the number of replicas is, as `.spec.replicas`.
    replicas: Option<&'d str>,
}

/// Is it a definition of the version that servers still know?
pub fn is_definition(object: &Node) -> bool {
    let text = |key| object.get(key).map_or("", Node::value_text);
    text("kind") == "CustomResourceDefinition" && text("apiVersion") == "apiextensions.k8s.io/v1"
}

/// The kinds of a definition, one for each version; none where it has no name for them.
pub fn kinds(definition: &Node) -> Vec<Defined<'_>> {
    let Some(spec) = definition.get("spec") else { return Vec::new() };
    let group = spec.get("group").map_or("", Node::value_text);
    let kind = spec.get("names").and_then(|names| names.get("kind")).map_or("", Node::value_text);
    if group.is_empty() || kind.is_empty() {
        return Vec::new();
    }
    let is =
        |node: &Node, key: &str, text: &str| node.get(key).is_some_and(|value| value.value_text() == text);
    let is_namespaced = is(spec, "scope", "Namespaced");
    let versions = spec.get("versions").map_or(&[][..], Node::items);
    let kinds = versions.iter().filter_map(|node| {
        let version = node.get("name")?.value_text();
        let schema = node.get("schema").and_then(|schema| schema.get("openAPIV3Schema"));
        let scale = node.get("subresources").and_then(|subresources| subresources.get("scale"));
        let replicas = scale.and_then(|scale| scale.get("specReplicasPath")).map(Node::value_text);
        let is_served = is(node, "served", "true");
        Some(Defined { group, version, kind, is_namespaced, is_served, schema, replicas })
    });
    kinds.collect()
}

impl Defined<'_> {
    /// The types of the kind, and the one that its objects are.
    pub fn types(&self) -> (Table, TypeId) {
        let mut table = Table::default();
        let Some(schema) = self.schema else {
            table.types.push(Type {
                is: Is::Object,
                keeps_unknown: true,
                is_object: true,
                ..Type::default()
            });
            return (table, 0);
        };
        let root = typed(schema, &mut table, Place::Structure);
        make_object(root, &mut table);
        self.bound_replicas(root, &mut table);
        (table, root)
    }
}

impl Defined<'_> {
    /// What is scaled has a number of replicas that is none below 0.
    fn bound_replicas(&self, root: TypeId, table: &mut Table) {
        let Some(path) = self.replicas.and_then(|path| path.strip_prefix('.')) else { return };
        let field = |id: TypeId, step: &str| {
            let (_, id) = table.at(id)?.fields.iter().find(|(name, _)| name == step)?;
            Some(*id)
        };
        let Some(id) = path.split('.').try_fold(root, field) else { return };
        if let Some(of) = table.types.get_mut(id as usize) {
            let limits = of.limits.get_or_insert_default();
            limits.minimum = limits.minimum.or(Some((0.0, false)));
            limits.maximum = limits.maximum.or(Some((f64::from(i32::MAX), false)));
        }
    }
}

/// The types of the values of a schema in a definition, and the one that they are.
pub(crate) fn types_of(schema: &Node) -> (Table, TypeId) {
    let mut table = Table::default();
    let root = typed(schema, &mut table, Place::Structure);
    (table, root)
}

/// Where a schema stands: below `allOf`, `anyOf`, `oneOf` and `not` nothing is said about which fields there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Structure,
    Condition,
}

fn typed(schema: &Node, table: &mut Table, place: Place) -> TypeId {
    let text = |key: &str| schema.get(key).map_or("", Node::value_text);
    let is_true = |key: &str| text(key) == "true";
    let format = text("format");
    let is = if is_true("x-kubernetes-int-or-string") { Is::WholeOrText } else { schema::is_of(schema) };
    let mut found = Type {
        is,
        keeps_unknown: is_true("x-kubernetes-preserve-unknown-fields") || place == Place::Condition,
        is_object: is_true("x-kubernetes-embedded-resource"),
        nullable: is_true("nullable"),
        required: texts(schema.get("required")),
        ..Type::default()
    };
    found.keyed = schema::keyed(schema);
    let mut below = |schema: &Node| typed(schema, table, place);
    for field in schema.get("properties").map_or(&[][..], Node::fields) {
        found.fields.push((field.key.clone(), below(&field.value)));
    }
    found.fields.sort();
    match schema.get("additionalProperties") {
        Some(others) if !others.fields().is_empty() => found.others = Some(below(others)),
        Some(others) => found.keeps_unknown |= others.value_text() == "true" || others.is_empty(),
        None => {}
    }
    found.items = schema.get("items").map(below);
    let rules = schema.get("x-kubernetes-validations").map_or(&[][..], Node::items);
    let optional = |rule: &Node, key: &str| rule.get(key).map(|node| SmolStr::from(node.value_text()));
    found.rules = rules
        .iter()
        .map(|rule| Rule {
            rule: optional(rule, "rule").unwrap_or_default(),
            message: optional(rule, "message"),
            message_expression: optional(rule, "messageExpression"),
        })
        .collect();
    found.default = schema.get("default").map(|default| json(default).into());
    found.limits = limits(schema, format, table);
    let is_object = found.is_object;
    let below = found.fields.iter().map(|(_, id)| id).chain(&found.others).chain(&found.items);
    let has_below = below.filter_map(|id| table.at(*id)).any(|of| of.has_rules);
    found.has_rules = has_below || !found.rules.is_empty();
    let id = push(found, table);
    if is_object {
        make_object(id, table);
    }
    id
}

/// Objects have more metadata than definitions say: those name fields only to bound them.
fn make_object(id: TypeId, table: &mut Table) {
    let Some(of) = table.types.get_mut(id as usize) else { return };
    of.is_object = true;
    let metadata = of.fields.iter().find(|(name, _)| name == "metadata").map(|(_, id)| *id);
    if let Some(metadata) = metadata.and_then(|id| table.types.get_mut(id as usize)) {
        metadata.keeps_unknown = true;
    }
}

fn limits(schema: &Node, format: &str, table: &mut Table) -> Option<Box<Limits>> {
    let text = |key: &str| schema.get(key).map(|node| SmolStr::from(node.value_text()));
    let number = |key: &str| schema.get(key).and_then(|node| node.value_text().parse::<f64>().ok());
    let is_true = |key: &str| schema.get(key).is_some_and(|node| node.value_text() == "true");
    let count = |keys: [&str; 3]| {
        let found = keys.iter().find_map(|key| schema.get(key));
        // Large numbers may come as `5e+09`; of a number below 0 nothing is left.
        found.and_then(|node| node.value_text().parse::<f64>().ok()).map(|number| number as u64)
    };
    let mut conditions = |key: &str| -> Vec<TypeId> {
        let all = schema.get(key).map_or(&[][..], Node::items);
        all.iter().map(|schema| typed(schema, table, Place::Condition)).collect()
    };
    let [all, any, one] = ["allOf", "anyOf", "oneOf"].map(&mut conditions);
    let limits = Limits {
        values: schema.get("enum").map_or(&[][..], Node::items).iter().map(|v| json(v).into()).collect(),
        pattern: text("pattern"),
        format: Some(format.into()).filter(|format: &SmolStr| !format.is_empty()),
        minimum: number("minimum").map(|least| (least, is_true("exclusiveMinimum"))),
        maximum: number("maximum").map(|most| (most, is_true("exclusiveMaximum"))),
        multiple_of: number("multipleOf"),
        least: count(["minLength", "minItems", "minProperties"]),
        most: count(["maxLength", "maxItems", "maxProperties"]),
        all,
        any,
        one,
        not: schema.get("not").map(|schema| typed(schema, table, Place::Condition)),
        unique: is_true("uniqueItems"),
    };
    (limits != Limits::default()).then(|| Box::new(limits))
}
