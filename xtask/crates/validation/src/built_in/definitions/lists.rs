//! What makes items of lists the same, and how mappings are merged.
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apis/apiextensions/validation/validation.go`.

use kustomize_rs::yaml::node::Node;

use super::keywords::{Items, Schema, is_true, list};
use super::schema::{missing, refuse, wrong};
use crate::check::{Faults, Sort, Step, listed, short};

const LIST: &str = "x-kubernetes-list-type";
const KEYS: &str = "x-kubernetes-list-map-keys";
const MAP: &str = "x-kubernetes-map-type";

pub(super) fn check<'a>(node: &'a Node, schema: &Schema<'a>, faults: &mut Faults<'a>) {
    for (name, found, of, allowed) in [
        (MAP, schema.map_type, "object", &["atomic", "granular"][..]),
        (LIST, schema.list_type, "array", &["atomic", "set", "map"][..]),
    ] {
        let Some(found) = found else { continue };
        if schema.type_name() != of {
            let message = format!("may only be where the type is `{of}`");
            refuse(faults, name, Some(found), &message);
        }
        if !allowed.contains(&found.value_text()) {
            let message = format!("cannot be `{}`", short(found.value_text()));
            wrong(faults, name, found, message, &format!("write {}", listed(allowed)));
        }
    }
    let of = schema.list_type.map(Node::value_text);
    if !list(schema.list_keys).is_empty() && of != Some("map") {
        refuse(faults, KEYS, schema.list_keys, "may only be where the list is a map");
    }
    let items = match schema.items() {
        Items::One(items) => Some((items, Schema::of(items))),
        _ => None,
    };
    match (of, items) {
        (Some("map"), Some((_, items))) => map(node, schema, &items, faults),
        (Some("map"), None) => missing(faults, "items", node, "must say the keys of the items"),
        (Some("set"), Some((_, items))) => set(schema, &items, faults),
        _ => {}
    }
    if let (Some(of @ ("map" | "set")), Some((_, items))) = (of, items)
        && is_true(items.nullable)
    {
        faults.path.0.push(Step::Field("items"));
        let message = format!("cannot be true for the items of a list that is a {of}");
        refuse(faults, "nullable", items.nullable, &message);
        faults.path.0.pop();
    }
}

/// A list whose items are told apart by their value.
fn set<'a>(schema: &Schema<'a>, items: &Schema<'a>, faults: &mut Faults<'a>) {
    let is_atomic = |node: Option<&Node>| node.is_some_and(|node| node.value_text() == "atomic");
    let (name, fits) = match items.type_name() {
        "array" => (LIST, items.list_type.is_none() || is_atomic(items.list_type)),
        "object" => (MAP, is_atomic(items.map_type)),
        _ => return,
    };
    if let (false, "array", Some(at)) = (fits, schema.type_name(), schema.items) {
        faults.path.0.push(Step::Field("items"));
        wrong(faults, name, at, "must be `atomic` for the items of a list that is a set", "write `atomic`");
        faults.path.0.pop();
    }
}

/// A list whose items are told apart by keys.
fn map<'a>(node: &'a Node, schema: &Schema<'a>, items: &Schema<'a>, faults: &mut Faults<'a>) {
    let keys = list(schema.list_keys);
    if keys.is_empty() {
        missing(faults, KEYS, node, "must say the keys of the items");
    }
    if items.type_name() != "object" {
        faults.path.0.push(Step::Field("items"));
        missing(faults, "type", schema.items.unwrap_or(node), "must be `object` in a list that is a map");
        faults.path.0.pop();
        // Keys of items without properties are looked for all the same below.
    }
    let required = list(items.required);
    for (index, key) in keys.iter().enumerate() {
        let name = key.value_text();
        let mut fault = |message: String, help: &str| {
            faults.path.0.extend([Step::Field(KEYS), Step::Item(index)]);
            faults.add(Sort::Value, key, message, help);
            faults.path.0.truncate(faults.path.0.len() - 2);
        };
        let is_object = items.type_name() == "object";
        if is_object && keys.iter().take(index).any(|before| before.value_text() == name) {
            fault(format!("is in the list twice: {name}"), "remove one");
        }
        let Some(field) = items.property(name).map(Schema::of) else {
            if is_object {
                fault(format!("is no field of the items: `{name}`"), "name a field of the items");
            }
            continue;
        };
        if is_object && matches!(field.type_name(), "array" | "object") {
            fault(format!("cannot be a list or a mapping: `{name}`"), "name another field");
        }
        if !required.iter().any(|required| required.value_text() == name) && field.default.is_none() {
            fault(
                format!("is neither required nor has a default value: `{name}`"),
                "add it to `required` of the items",
            );
        }
        if is_true(field.nullable) {
            fault(format!("cannot be null: `{name}`"), "remove `nullable` of the field");
        }
    }
}
