//! A schema of the values of one release that are documented.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::{Location, LocationSegment};
use jsonschema::{ValidationError, Validator};
use kustomize_rs::yaml::node::{Field, Node, Value as Sort};
use kustomize_rs::yaml::value::{Plain, decide};
use serde_json::{Map, Value};
use yamltree::diagnostic::Place;
use yamltree::nearest::nearest;
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use super::{Fault, Overrides, Values};

/// The deepest that values are followed.
const DEEPEST: usize = 100;

/// The schema of one release.
pub(super) struct Schema {
    file: String,
    document: Value,
    validator: Validator,
}

impl Schema {
    /// Reads it; none if there is none.
    pub(super) fn read(tree: &dyn Tree, file: &str) -> Result<Option<Self>, Fault> {
        let text = RepoPath::new(file).ok().and_then(|path| tree.read(&path).ok());
        let Some(text) = text else { return Ok(None) };
        let fault = |place, message: String| Fault {
            place,
            message,
            help: "put the schema right: without it nobody checks the overrides of this release".to_owned(),
        };
        let document: Value = serde_json::from_str(&text).map_err(|error| {
            fault(Place::at(file, error.line(), error.column()), format!("the schema is no JSON: {error}"))
        })?;
        let validator = jsonschema::options().offline().build(&document);
        let validator = validator.map_err(|error| {
            fault(
                Place::at(file, 1, 1),
                format!("this is no JSON schema, at `{}`: {error}", error.instance_path()),
            )
        })?;
        Ok(Some(Schema { file: file.to_owned(), document, validator }))
    }

    /// Tells what of the values is none of those that are documented.
    pub(super) fn hold(&self, values: &Values<'_>, found: &mut Overrides) {
        for error in self.validator.iter_errors(&values.without_nulls()) {
            self.refused(&error, values, &mut found.values);
        }
        self.unknown(
            values.node,
            &self.followed(&self.document),
            &mut Vec::new(),
            values,
            &mut found.unknown_keys,
        );
    }

    fn refused(&self, error: &ValidationError<'_>, values: &Values<'_>, found: &mut Vec<Fault>) {
        let (node, path) = walk(values.node, error.instance_path());
        let shown = if path.is_empty() { "the whole".to_owned() } else { format!("`{path}`") };
        let mut tell = |at, message: String, help: String| {
            found.push(Fault {
                place: values.place(at),
                message: format!("{}: {message}", values.title),
                help,
            });
        };
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let known = self.names_at(error.instance_path());
                for key in unexpected {
                    let at = field(node, key).map_or(node.at, |field| field.at);
                    let message =
                        format!("`{}` is none of the values that the release takes", joined(&path, key));
                    tell(at, message, self.meant(key, &known));
                }
            }
            ValidationErrorKind::PropertyNames { error: of_name } => {
                let key = of_name.instance().as_str().unwrap_or_default();
                let at = field(node, key).map_or(node.at, |field| field.at);
                let message = format!("`{}` cannot be called so: {}", joined(&path, key), said(of_name));
                tell(at, message, self.help_at(error.instance_path()));
            }
            ValidationErrorKind::Type { kind } => {
                let wanted = match kind {
                    TypeKind::Single(one) => named(&one.to_string()).to_owned(),
                    TypeKind::Multiple(all) => all
                        .iter()
                        .map(|one| named(&one.to_string()).to_owned())
                        .collect::<Vec<_>>()
                        .join(" or "),
                };
                let message = format!("{shown} is {}, and has to be {wanted}", sort(node));
                tell(node.at, message, self.help_at(error.instance_path()));
            }
            _ => tell(node.at, format!("{shown}: {}", said(error)), self.help_at(error.instance_path())),
        }
    }

    /// Values whose key is not documented, where it is documented which keys there are.
    fn unknown(
        &self,
        node: &Node,
        schemas: &[&Value],
        path: &mut Vec<String>,
        values: &Values<'_>,
        found: &mut Vec<Fault>,
    ) {
        if path.len() > DEEPEST {
            return;
        }
        let properties: Vec<&Map<String, Value>> =
            schemas.iter().filter_map(|schema| schema.get("properties")?.as_object()).collect();
        let others: Vec<&Value> =
            schemas.iter().filter_map(|schema| schema.get("additionalProperties")).collect();
        let is_open = properties.is_empty()
            || schemas
                .iter()
                .any(|s| s.get("additionalProperties").is_some() || s.get("patternProperties").is_some());
        for field in node.fields() {
            let below: Vec<&Value> =
                properties.iter().filter_map(|all| all.get(field.key.as_str())).collect();
            path.push(field.key.to_string());
            if below.is_empty() && !is_open {
                let names: Vec<&str> =
                    properties.iter().flat_map(|all| all.keys().map(String::as_str)).collect();
                found.push(Fault {
                    place: values.place(field.at),
                    message: format!("{}: `{}` is no documented value", values.title, path.join(".")),
                    help: self.meant(&field.key, &names),
                });
            } else {
                let below = if below.is_empty() { &others } else { &below };
                let below: Vec<&Value> = below.iter().flat_map(|schema| self.followed(schema)).collect();
                self.unknown(&field.value, &below, path, values, found);
            }
            path.pop();
        }
        let items = schemas.iter().filter_map(|schema| schema.get("items"));
        let items: Vec<&Value> = items.flat_map(|schema| self.followed(schema)).collect();
        for (index, item) in node.items().iter().enumerate() {
            path.push(index.to_string());
            self.unknown(item, &items, path, values, found);
            path.pop();
        }
    }

    /// A schema and those that it refers to.
    fn followed<'s>(&'s self, schema: &'s Value) -> Vec<&'s Value> {
        let mut all = vec![schema];
        let mut next = 0;
        while let Some(schema) = all.get(next).copied() {
            let referred = schema.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#'));
            let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
            let more = referred.and_then(|to| self.document.pointer(to)).into_iter().chain(parts);
            for schema in more {
                if !all.iter().any(|known| std::ptr::eq(*known, schema)) {
                    all.push(schema);
                }
            }
            next += 1;
        }
        all
    }

    /// The schemas of a value.
    fn at(&self, path: &Location) -> Vec<&Value> {
        path.segments().fold(self.followed(&self.document), |schemas, segment| {
            let mut below: Vec<&Value> = Vec::new();
            for schema in schemas {
                let next = match &segment {
                    LocationSegment::Property(key) => schema
                        .get("properties")
                        .and_then(|all| all.get(key.as_ref()))
                        .or_else(|| schema.get("additionalProperties")),
                    LocationSegment::Index(_) => schema.get("items"),
                };
                below.extend(next.into_iter().flat_map(|schema| self.followed(schema)));
            }
            below
        })
    }

    fn names_at(&self, path: &Location) -> Vec<&str> {
        let properties = self.at(path).into_iter().filter_map(|schema| schema.get("properties")?.as_object());
        properties.flat_map(|all| all.keys().map(String::as_str)).collect()
    }

    fn help_at(&self, path: &Location) -> String {
        let said = self.at(path).into_iter().find_map(|schema| schema.get("description")?.as_str());
        said.map_or_else(|| self.documented(), |said| format!("it is documented as: {said}"))
    }

    fn meant(&self, key: &str, names: &[&str]) -> String {
        let near = nearest(key, names.iter().copied());
        near.map_or_else(|| self.documented(), |near| format!("did you mean `{near}`?"))
    }

    fn documented(&self) -> String {
        format!("{} says what is documented", self.file)
    }
}

/// The value at a path and how the path is written; as much of it as there is.
fn walk<'n>(values: &'n Node, path: &Location) -> (&'n Node, String) {
    let mut node = values;
    let mut shown = String::new();
    for segment in path.segments() {
        let (next, name) = match &segment {
            LocationSegment::Property(key) => (node.get(key), key.to_string()),
            LocationSegment::Index(index) => (node.items().get(*index), index.to_string()),
        };
        node = next.unwrap_or(node);
        shown = joined(&shown, &name);
    }
    (node, shown)
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn field<'n>(node: &'n Node, key: &str) -> Option<&'n Field> {
    node.fields().iter().find(|field| field.key == key)
}

/// What is wrong, without the value: that may be secret.
fn said(error: &ValidationError<'_>) -> String {
    error.masked_with("it").to_string()
}

/// What people call a type of JSON.
fn named(json: &str) -> &str {
    match json {
        "object" => "a mapping",
        "array" => "a list",
        "string" => "a text",
        "number" => "a number",
        "integer" => "a whole number",
        "boolean" => "true or false",
        "null" => "nothing",
        other => other,
    }
}

fn sort(node: &Node) -> &'static str {
    match &node.value {
        Sort::Map(_) => "a mapping",
        Sort::Seq(_) => "a list",
        Sort::Scalar(scalar) => match decide(scalar) {
            Ok(Plain::Bool(_)) => "true or false",
            Ok(Plain::Null) => "nothing",
            Ok(Plain::Int(_) | Plain::UInt(_) | Plain::Float(_)) => "a number",
            _ => "a text",
        },
    }
}
