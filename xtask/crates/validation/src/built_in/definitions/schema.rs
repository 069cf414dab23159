//! What a schema may say.
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apis/apiextensions/validation/validation.go`
//! (`ValidateCustomResourceDefinitionOpenAPISchema`) and `pkg/apiserver/schema/validation.go` (structural schemas).

use kustomize_rs::yaml::node::{Node, Value};

use super::keywords::{self, Items, Schema, is_set, is_true, list, text};
use super::{lists, metadata, pattern, rules};
use crate::check::{Faults, Path, Sort, Step, listed, short};

/// Types that a schema may name.
const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Where a schema stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `openAPIV3Schema` itself.
    Root,
    /// A field, other fields, or items.
    Below,
    /// Below `allOf`, `anyOf`, `oneOf` or `not`, where nothing may be said about which fields there are.
    Condition,
    /// Below what no schema may have anyway.
    Refused,
}

/// What is known of the schemas around.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around {
    pub(super) place: Place,
    /// Did the OpenAPI document say the types of its keywords already?
    pub(super) is_typed: bool,
    /// Is it in `metadata`, `kind` or `apiVersion` of an object?
    pub(super) in_metadata: bool,
    /// May it have default values?
    pub(super) may_default: bool,
    /// Are default values looked at? Those of fields with any name are not.
    checks_defaults: bool,
    /// Do rules find the older self?
    pub(super) has_old: bool,
    /// May it say a type, although it is a condition?
    may_say_type: bool,
    /// May its `anyOf` say types, although it is a condition?
    may_list_types: bool,
}

/// What is looked at when nothing else is wrong.
#[derive(Default)]
pub(super) struct Later<'a> {
    /// Schemas with rules: each with its place.
    pub(super) rules: Vec<(Path<'a>, &'a Node, Around)>,
    /// Schemas with default values.
    pub(super) defaults: Vec<(Path<'a>, &'a Node)>,
}

/// The schema of a version.
pub(super) fn root<'a>(node: &'a Node, has_status: bool, later: &mut Later<'a>, faults: &mut Faults<'a>) {
    let schema = Schema::of(node);
    if has_status {
        beside_status(&schema, faults);
    }
    if is_true(schema.nullable) {
        refuse(faults, "nullable", schema.nullable, "cannot be true at the root");
    }
    let around = Around {
        place: Place::Root,
        is_typed: true,
        in_metadata: false,
        may_default: true,
        checks_defaults: true,
        has_old: true,
        may_say_type: false,
        may_list_types: false,
    };
    let mut walk = Walk { later, faults };
    walk.schema(node, around);
    walk.completeness(&schema, &schema);
}

/// A version with `status` takes the schema apart; some things cannot be said of the whole then.
fn beside_status<'a>(schema: &Schema<'a>, faults: &mut Faults<'a>) {
    const ALLOWED: [&str; 22] = [
        "description",
        "type",
        "format",
        "title",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "pattern",
        "maxItems",
        "minItems",
        "uniqueItems",
        "multipleOf",
        "required",
        "items",
        "properties",
        "externalDocs",
        "example",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    ];
    for (name, node) in schema.each().filter(|(name, node)| !ALLOWED.contains(name) && is_set(node)) {
        refuse(faults, name, Some(node), "cannot be at the root beside the subresource `status`");
    }
}

/// A keyword that is not allowed here.
pub(super) fn refuse<'a>(faults: &mut Faults<'a>, name: &'a str, node: Option<&'a Node>, message: &str) {
    let Some(node) = node else { return };
    faults.path.0.push(Step::Field(name));
    faults.add(Sort::Value, node, message, "remove it");
    faults.path.0.pop();
}

/// A keyword whose value is wrong.
pub(super) fn wrong<'a>(
    faults: &mut Faults<'a>,
    name: &'a str,
    node: &'a Node,
    message: impl Into<String>,
    help: &str,
) {
    faults.path.0.push(Step::Field(name));
    faults.add(Sort::Value, node, message, help);
    faults.path.0.pop();
}

/// A keyword that must be there.
pub(super) fn missing<'a>(faults: &mut Faults<'a>, name: &'a str, at: &'a Node, message: &str) {
    faults.path.0.push(Step::Field(name));
    faults.add(Sort::Missing, at, message, format!("add `{name}`"));
    faults.path.0.pop();
}

struct Walk<'w, 'a> {
    later: &'w mut Later<'a>,
    faults: &'w mut Faults<'a>,
}

impl<'a> Walk<'_, 'a> {
    fn schema(&mut self, node: &'a Node, around: Around) {
        if !around.is_typed {
            keywords::types(node, self.faults);
        }
        let schema = Schema::of(node);
        self.unsupported(&schema, &around);
        lists::check(node, &schema, self.faults);
        if let Some(written) = schema.pattern
            && let Some(why) = pattern::fault(written.value_text())
        {
            let message = format!("is no regular expression of Go: {why}");
            wrong(self.faults, "pattern", written, message, "write another pattern");
        }
        match around.place {
            Place::Condition => self.condition(&schema, around.may_say_type),
            Place::Root | Place::Below => self.structure(node, &schema, &around),
            Place::Refused => {}
        }
        rules::form(node, &schema, around.is_typed, self.faults);
        let is_structure = matches!(around.place, Place::Root | Place::Below);
        if !list(schema.rules).is_empty() && is_structure {
            self.later.rules.push((self.faults.path.clone(), node, around));
        }
        if schema.default.is_some() && is_structure && around.checks_defaults {
            self.later.defaults.push((self.faults.path.clone(), node));
        }
        self.below(&schema, around);
    }

    /// Keywords of JSON Schema that the server does not know what to do with.
    fn unsupported(&mut self, schema: &Schema<'a>, around: &Around) {
        const UNKNOWN: &str = "is not supported";
        let faults = &mut *self.faults;
        if let Some(kind) = schema.kind
            && !matches!(kind.value_text(), "" | "null")
            && !TYPES.contains(&kind.value_text())
        {
            let message = format!("cannot be `{}`", short(kind.value_text()));
            let help = match yamltree::nearest::nearest(kind.value_text(), TYPES.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write {}", listed(&TYPES)),
            };
            wrong(faults, "type", kind, message, &help);
        }
        if schema.type_name() == "null" {
            refuse(faults, "type", schema.kind, "cannot be null: `nullable` says that");
        }
        if !around.may_default {
            refuse(faults, "default", schema.default, "cannot be in the metadata of an object");
        }
        for (name, node) in [("id", schema.id), ("$schema", schema.schema)] {
            if !text(node).is_empty() {
                refuse(faults, name, node, UNKNOWN);
            }
        }
        for (name, node) in
            [("patternProperties", schema.pattern_properties), ("definitions", schema.definitions)]
        {
            if node.is_some_and(|node| !node.fields().is_empty()) {
                refuse(faults, name, node, UNKNOWN);
            }
        }
        for (name, node) in [
            ("dependencies", schema.dependencies),
            ("additionalItems", schema.additional_items),
            ("$ref", schema.reference),
        ] {
            refuse(faults, name, node, UNKNOWN);
        }
        if let Items::Each([_, ..]) = schema.items() {
            refuse(faults, "items", schema.items, "must be one schema, and is a list of them");
        }
        if is_true(schema.unique_items) {
            refuse(faults, "uniqueItems", schema.unique_items, "cannot be true: it would take too long");
        }
        if schema.has_properties()
            && schema.additional_properties.is_some_and(|others| !is_true(Some(others)))
        {
            refuse(
                faults,
                "additionalProperties",
                schema.additional_properties,
                "cannot be beside `properties`",
            );
        }
        if schema.preserves.is_some() && !is_true(schema.preserves) {
            let name = "x-kubernetes-preserve-unknown-fields";
            refuse(faults, name, schema.preserves, "must be true, or not there");
        }
        if around.in_metadata && is_true(schema.embedded) {
            let name = "x-kubernetes-embedded-resource";
            refuse(faults, name, schema.embedded, "cannot be in the metadata of an object");
        }
    }

    /// What holds for schemas that say which fields there are.
    fn structure(&mut self, node: &'a Node, schema: &Schema<'a>, around: &Around) {
        let faults = &mut *self.faults;
        let (is_root, is_embedded) = (around.place == Place::Root, is_true(schema.embedded));
        let (of, preserves) = (schema.type_name(), is_true(schema.preserves));
        if of == "array" && !matches!(schema.items(), Items::One(_) | Items::Each([_, ..])) {
            missing(faults, "items", node, "must say what the items are");
        }
        if schema.additional_properties.is_some() && (is_root || is_embedded) {
            let place = if is_root { "at the root" } else { "in an embedded object" };
            let message = format!("cannot be {place}");
            refuse(faults, "additionalProperties", schema.additional_properties, &message);
        }
        if is_true(schema.int_or_string) {
            for (name, node) in [
                ("x-kubernetes-preserve-unknown-fields", schema.preserves),
                ("x-kubernetes-embedded-resource", schema.embedded),
            ] {
                if is_true(node) {
                    refuse(faults, name, node, "cannot be beside `x-kubernetes-int-or-string`");
                }
            }
        }
        match schema.kind.filter(|kind| !kind.value_text().is_empty()) {
            None if is_embedded || !(is_true(schema.int_or_string) || preserves) => {
                missing(faults, "type", node, "must say what the value is");
            }
            Some(kind) if (is_root || is_embedded) && of != "object" => {
                let place = if is_root { "at the root" } else { "of an embedded object" };
                wrong(faults, "type", kind, format!("must be `object` {place}"), "write `object`");
            }
            _ => {}
        }
        if is_embedded && !preserves && !schema.has_properties() {
            missing(faults, "properties", node, "must say the fields of the embedded object");
        }
        metadata::check(schema, is_root, is_embedded, faults);
    }

    /// What holds below `allOf`, `anyOf`, `oneOf` and `not`.
    fn condition(&mut self, schema: &Schema<'a>, may_say_type: bool) {
        const MESSAGE: &str = "cannot be below allOf, anyOf, oneOf or not";
        let faults = &mut *self.faults;
        if !may_say_type && !schema.type_name().is_empty() {
            refuse(faults, "type", schema.kind, MESSAGE);
        }
        for (name, node) in [
            ("title", schema.title),
            ("description", schema.description),
            ("nullable", schema.nullable),
            ("x-kubernetes-embedded-resource", schema.embedded),
            ("x-kubernetes-int-or-string", schema.int_or_string),
        ] {
            if node.is_some_and(is_set) {
                refuse(faults, name, node, MESSAGE);
            }
        }
        for (name, node) in [
            ("default", schema.default),
            ("x-kubernetes-list-type", schema.list_type),
            ("x-kubernetes-map-type", schema.map_type),
            ("x-kubernetes-preserve-unknown-fields", schema.preserves),
        ] {
            refuse(faults, name, node, MESSAGE);
        }
        for (name, node) in
            [("x-kubernetes-list-map-keys", schema.list_keys), ("x-kubernetes-validations", schema.rules)]
        {
            if !list(node).is_empty() {
                refuse(faults, name, node, MESSAGE);
            }
        }
        if schema.additional_properties.is_some_and(|others| others.value_text() != "false") {
            refuse(faults, "additionalProperties", schema.additional_properties, MESSAGE);
        }
        if let Some(metadata) = schema.property("metadata") {
            faults.path.0.extend([Step::Field("properties"), Step::Key("metadata")]);
            faults.add(Sort::Value, metadata, MESSAGE, "remove it");
            faults.path.0.truncate(faults.path.0.len() - 2);
        }
    }

    /// The schemas in a schema.
    fn below(&mut self, schema: &Schema<'a>, around: Around) {
        let is_structure = matches!(around.place, Place::Root | Place::Below);
        let place = if is_structure { Place::Below } else { around.place };
        let around_below = Around { place, may_say_type: false, may_list_types: false, ..around };
        if let Some(properties) = schema.properties {
            let is_object = around.place == Place::Root || is_true(schema.embedded);
            self.faults.path.0.push(Step::Field("properties"));
            for field in properties.fields() {
                let is_own = is_object && matches!(field.key.as_str(), "metadata" | "kind" | "apiVersion");
                let around = Around {
                    in_metadata: around.in_metadata || is_own,
                    may_default: around.may_default && !(is_own && around.place == Place::Root),
                    ..around_below
                };
                self.faults.path.0.push(Step::Key(&field.key));
                self.schema(&field.value, around);
                self.faults.path.0.pop();
            }
            self.faults.path.0.pop();
        }
        if let Some(others) = schema.additional_properties {
            self.faults.path.0.push(Step::Field("additionalProperties"));
            if matches!(others.value, Value::Map(_)) {
                let may_default = around.may_default && !around.in_metadata;
                self.schema(
                    others,
                    Around { may_default, checks_defaults: false, is_typed: false, ..around_below },
                );
            } else {
                keywords::schema_or_truth(others, self.faults);
            }
            self.faults.path.0.pop();
        }
        self.faults.path.0.push(Step::Field("items"));
        let has_old = around.has_old && text(schema.list_type) == "map";
        let around_item = Around { has_old, is_typed: false, ..around_below };
        match schema.items() {
            Items::One(items) => self.schema(items, around_item),
            Items::Each(all) => {
                for (index, items) in all.iter().enumerate() {
                    self.faults.path.0.push(Step::Item(index));
                    self.schema(items, Around { place: Place::Refused, ..around_item });
                    self.faults.path.0.pop();
                }
            }
            Items::None | Items::Odd => {}
        }
        self.faults.path.0.pop();
        self.conditions(schema, around);
    }

    fn conditions(&mut self, schema: &Schema<'a>, around: Around) {
        let place = if around.place == Place::Refused { Place::Refused } else { Place::Condition };
        // A number or a text is what `x-kubernetes-int-or-string` means; it may stand here and in the first item of `allOf`.
        let is_structure = matches!(around.place, Place::Root | Place::Below);
        let may_list = (is_structure || around.may_list_types) && schema.is_number_or_text();
        let around = Around { place, may_say_type: false, may_list_types: false, ..around };
        for (name, node) in [("allOf", schema.all_of), ("anyOf", schema.any_of), ("oneOf", schema.one_of)] {
            self.faults.path.0.push(Step::Field(name));
            for (index, condition) in list(node).iter().enumerate() {
                self.faults.path.0.push(Step::Item(index));
                let may_say_type = name == "anyOf" && may_list;
                let may_list_types = name == "allOf" && index == 0 && is_structure;
                self.schema(condition, Around { may_say_type, may_list_types, ..around });
                self.faults.path.0.pop();
            }
            self.faults.path.0.pop();
        }
        if let Some(condition) = schema.not {
            self.faults.path.0.push(Step::Field("not"));
            self.schema(condition, around);
            self.faults.path.0.pop();
        }
    }

    /// Fields that conditions of the root speak of are fields of the root.
    fn completeness(&mut self, condition: &Schema<'a>, structure: &Schema<'a>) {
        for (name, node) in
            [("allOf", condition.all_of), ("anyOf", condition.any_of), ("oneOf", condition.one_of)]
        {
            self.faults.path.0.push(Step::Field(name));
            for (index, condition) in list(node).iter().enumerate() {
                self.faults.path.0.push(Step::Item(index));
                self.is_complete(condition, structure);
                self.faults.path.0.pop();
            }
            self.faults.path.0.pop();
        }
        if let Some(condition) = condition.not {
            self.faults.path.0.push(Step::Field("not"));
            self.is_complete(condition, structure);
            self.faults.path.0.pop();
        }
    }

    fn is_complete(&mut self, node: &'a Node, structure: &Schema<'a>) {
        const MESSAGE: &str = "is named by a condition, and is no field outside of it";
        let condition = Schema::of(node);
        self.completeness(&condition, structure);
        if let Items::One(items) = condition.items() {
            self.faults.path.0.push(Step::Field("items"));
            match structure.items() {
                Items::One(below) => self.is_complete(items, &Schema::of(below)),
                _ => self.faults.add(Sort::Missing, items, MESSAGE, "say it outside of the condition too"),
            }
            self.faults.path.0.pop();
        }
        self.faults.path.0.push(Step::Field("properties"));
        for field in condition.properties.map_or(&[][..], Node::fields) {
            self.faults.path.0.push(Step::Key(&field.key));
            match structure.property(&field.key) {
                Some(below) => self.is_complete(&field.value, &Schema::of(below)),
                None => {
                    let at = Node { at: field.at, ..Node::null() };
                    self.faults.add(Sort::Missing, &at, MESSAGE, "say it outside of the condition too");
                }
            }
            self.faults.path.0.pop();
        }
        self.faults.path.0.pop();
    }
}
