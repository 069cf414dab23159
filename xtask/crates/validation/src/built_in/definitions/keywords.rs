//! A schema of a definition with its keywords, read once.
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apis/apiextensions/v1/types_jsonschema.go` and `marshal.go`: null is what is not
//! there, and what stands below `items` and `additionalProperties` is read by the code alone, whose types are checked here.

use kustomize_rs::yaml::node::{Node, Value};
use kustomize_rs::yaml::value::{Plain, decide};

use crate::check::{Faults, Sort, Step};

/// What the value of a keyword has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Number,
    Whole,
    Truth,
    Texts,
    Anything,
    List,
    Map,
    SchemaOrTruth,
}

/// Keywords with their place in [`Schema`] and their form.
macro_rules! keywords {
    ($($field:ident $name:literal $form:ident,)*) => {
        /// The keywords of a schema that are there and not null.
        #[derive(Debug, Clone, Copy, Default)]
        pub(super) struct Schema<'a> {
            $(pub(super) $field: Option<&'a Node>,)*
        }

        impl<'a> Schema<'a> {
            /// Reads a schema; what is no mapping has no keywords.
            pub(super) fn of(node: &'a Node) -> Self {
                let mut found = Self::default();
                for field in node.fields().iter().filter(|field| !field.value.is_null()) {
                    match field.key.as_str() {
                        $($name => found.$field = Some(&field.value),)*
                        _ => {}
                    }
                }
                found
            }

            /// The keywords that are there, in the order of the table.
            pub(super) fn each(&self) -> impl Iterator<Item = (&'static str, &'a Node)> {
                let all = [$(($name, self.$field)),*];
                all.into_iter().filter_map(|(name, node)| Some((name, node?)))
            }
        }

        fn form(name: &str) -> Option<Form> {
            match name {
                $($name => Some(Form::$form),)*
                _ => None,
            }
        }
    };
}

keywords! {
    kind "type" Text,
    properties "properties" Map,
    items "items" Anything,
    additional_properties "additionalProperties" SchemaOrTruth,
    description "description" Text,
    title "title" Text,
    format "format" Text,
    pattern "pattern" Text,
    nullable "nullable" Truth,
    default "default" Anything,
    example "example" Anything,
    external_docs "externalDocs" Map,
    required "required" Texts,
    values "enum" List,
    all_of "allOf" List,
    any_of "anyOf" List,
    one_of "oneOf" List,
    not "not" Map,
    minimum "minimum" Number,
    maximum "maximum" Number,
    exclusive_minimum "exclusiveMinimum" Truth,
    exclusive_maximum "exclusiveMaximum" Truth,
    multiple_of "multipleOf" Number,
    min_length "minLength" Whole,
    max_length "maxLength" Whole,
    min_items "minItems" Whole,
    max_items "maxItems" Whole,
    min_properties "minProperties" Whole,
    max_properties "maxProperties" Whole,
    unique_items "uniqueItems" Truth,
    list_type "x-kubernetes-list-type" Text,
    list_keys "x-kubernetes-list-map-keys" Texts,
    map_type "x-kubernetes-map-type" Text,
    preserves "x-kubernetes-preserve-unknown-fields" Truth,
    embedded "x-kubernetes-embedded-resource" Truth,
    int_or_string "x-kubernetes-int-or-string" Truth,
    rules "x-kubernetes-validations" List,
    id "id" Text,
    schema "$schema" Text,
    reference "$ref" Text,
    pattern_properties "patternProperties" Map,
    definitions "definitions" Map,
    dependencies "dependencies" Map,
    additional_items "additionalItems" SchemaOrTruth,
}

/// What is said of the items of a list.
#[derive(Debug, Clone, Copy)]
pub(super) enum Items<'a> {
    /// Nothing.
    None,
    /// One schema for all.
    One(&'a Node),
    /// A schema for each.
    Each(&'a [Node]),
    /// Something that is no schema, and counts as an empty list of them.
    Odd,
}

impl<'a> Schema<'a> {
    /// The type; empty if there is none.
    pub(super) fn type_name(&self) -> &'a str {
        text(self.kind)
    }

    /// The schema of the items.
    pub(super) fn items(&self) -> Items<'a> {
        match self.items.map(|node| &node.value) {
            None => Items::None,
            Some(Value::Map(_)) => self.items.map_or(Items::None, Items::One),
            Some(Value::Seq(items)) => Items::Each(items),
            Some(Value::Scalar(_)) => Items::Odd,
        }
    }

    /// The schema of other fields; none if it is only said whether there may be any.
    pub(super) fn others(&self) -> Option<&'a Node> {
        self.additional_properties.filter(|node| matches!(node.value, Value::Map(_)))
    }

    /// The schema of a field.
    pub(super) fn property(&self, name: &str) -> Option<&'a Node> {
        self.properties?.get(name)
    }

    /// Are there fields that are named?
    pub(super) fn has_properties(&self) -> bool {
        self.properties.is_some_and(|properties| !properties.fields().is_empty())
    }

    /// Is it `anyOf` of a number and a text, and nothing else? This is what may say types.
    pub(super) fn is_number_or_text(&self) -> bool {
        let [number, text] = list(self.any_of) else { return false };
        let only = |node: &Node, name: &str| {
            let all: Vec<_> = Schema::of(node).each().filter(|(_, value)| is_set(value)).collect();
            matches!(all.as_slice(), [("type", of)] if of.value_text() == name)
        };
        only(number, "integer") && only(text, "string")
    }
}

/// The text of a keyword; empty if it is not there.
pub(super) fn text(node: Option<&Node>) -> &str {
    node.map_or("", Node::value_text)
}

/// Is the keyword there, and true?
pub(super) fn is_true(node: Option<&Node>) -> bool {
    node.is_some_and(|node| node.value_text() == "true")
}

/// The items of a keyword.
pub(super) fn list(node: Option<&Node>) -> &[Node] {
    node.map_or(&[], Node::items)
}

/// Is it something other than what a field has that was not written?
pub(super) fn is_set(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(scalar) => !matches!(scalar.text.as_str(), "" | "false"),
        Value::Seq(_) | Value::Map(_) => true,
    }
}

/// Types of the keywords of a schema that no document describes.
pub(super) fn types<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    if !matches!(node.value, Value::Map(_)) {
        if !node.is_null() {
            faults.add(Sort::Type, node, "must be a mapping", "write a schema");
        }
        return;
    }
    if let Some(docs) = node.get("externalDocs")
        && let Some(field) = docs.fields().iter().find(|field| misfit(&field.value, Form::Text).is_some())
    {
        faults.path.0.extend([Step::Field("externalDocs"), Step::Field(&field.key)]);
        faults.add(Sort::Type, &field.value, "must be a text", "write it so");
        faults.path.0.truncate(faults.path.0.len() - 2);
    }
    for field in node.fields().iter().filter(|field| !field.value.is_null()) {
        let Some(form) = form(&field.key) else { continue };
        if let Some(what) = misfit(&field.value, form) {
            faults.path.0.push(Step::Field(&field.key));
            faults.add(Sort::Type, &field.value, format!("must be {what}"), "write it so");
            faults.path.0.pop();
        }
    }
}

/// Types of the fields of rules that no document describes.
pub(super) fn rule_types<'a>(rule: &'a Node, faults: &mut Faults<'a>) {
    if !matches!(rule.value, Value::Map(_)) {
        faults.add(Sort::Type, rule, "must be a mapping", "write it as `rule: …`");
        return;
    }
    for field in rule.fields().iter().filter(|field| !field.value.is_null()) {
        let form = match field.key.as_str() {
            "rule" | "message" | "messageExpression" | "reason" | "fieldPath" => Form::Text,
            "optionalOldSelf" => Form::Truth,
            _ => continue,
        };
        if let Some(what) = misfit(&field.value, form) {
            faults.path.0.push(Step::Field(&field.key));
            faults.add(Sort::Type, &field.value, format!("must be {what}"), "write it so");
            faults.path.0.pop();
        }
    }
}

/// The same for what may be a schema or a truth.
pub(super) fn schema_or_truth<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    if let Some(what) = misfit(node, Form::SchemaOrTruth) {
        faults.add(Sort::Type, node, format!("must be {what}"), "write a schema");
    }
}

fn misfit(node: &Node, form: Form) -> Option<&'static str> {
    let plain = || node.scalar().and_then(|scalar| decide(scalar).ok());
    let is_text = |node: &Node| {
        let plain = node.scalar().and_then(|scalar| decide(scalar).ok());
        matches!(plain, Some(Plain::Text(_) | Plain::Null))
    };
    let (fits, what) = match form {
        Form::Anything => (true, ""),
        Form::Text => (is_text(node), "a text"),
        Form::Number => {
            (matches!(plain(), Some(Plain::Int(_) | Plain::UInt(_) | Plain::Float(_))), "a number")
        }
        Form::Whole => {
            let is_whole = match plain() {
                Some(Plain::Int(_) | Plain::UInt(_)) => true,
                Some(Plain::Float(number)) => number.fract() == 0.0,
                _ => false,
            };
            (is_whole, "a whole number")
        }
        Form::Truth => (matches!(plain(), Some(Plain::Bool(_))), "true or false"),
        Form::Texts => {
            (matches!(&node.value, Value::Seq(items) if items.iter().all(is_text)), "a list of texts")
        }
        Form::List => (matches!(node.value, Value::Seq(_)), "a list"),
        Form::Map => (matches!(node.value, Value::Map(_)), "a mapping"),
        Form::SchemaOrTruth => (
            matches!(node.value, Value::Map(_)) || matches!(plain(), Some(Plain::Bool(_))),
            "a schema, or true or false",
        ),
    };
    (!fits).then_some(what)
}
