//! Types of expressions.
//!
//! Behaviour: k8s.io/apiserver, `pkg/cel/common/schemas.go` (types of schemas) and `pkg/cel/escaping.go`; github.com/google/cel-go,
//! `checker/types.go` (what fits what).

use kustomize_rs::yaml::node::Node;

use super::super::keywords::{Items, Schema, is_true, text};

/// The type of an expression.
#[derive(Debug, Clone)]
pub(super) enum Type<'a> {
    /// Known only when it is evaluated.
    Dyn,
    /// Whatever it is compared with: items of an empty list.
    Free,
    /// One that has a name and nothing in it.
    Named(&'static str),
    List(Box<Type<'a>>),
    Map(Box<Type<'a>>, Box<Type<'a>>),
    Optional(Box<Type<'a>>),
    /// A mapping with the fields of a schema; true if it is an object with `metadata`.
    Object(&'a Node, bool),
    /// The `metadata` of an object.
    Metadata,
}

pub(super) const BOOL: Type<'static> = Type::Named("bool");
pub(super) const INT: Type<'static> = Type::Named("int");
pub(super) const TEXT: Type<'static> = Type::Named("string");

impl<'a> Type<'a> {
    /// The type of values of a schema; none if rules cannot see them.
    pub(super) fn of(node: &'a Node, is_object: bool) -> Option<Self> {
        let schema = Schema::of(node);
        if is_true(schema.int_or_string) {
            return Some(Type::Dyn);
        }
        let below = |node: &'a Node| Type::of(node, is_true(Schema::of(node).embedded));
        Some(match schema.type_name() {
            "array" => match schema.items() {
                Items::One(items) => Type::List(Box::new(below(items)?)),
                _ => return None,
            },
            "object" => match schema.others() {
                Some(others) => Type::Map(Box::new(TEXT), Box::new(below(others)?)),
                None => Type::Object(node, is_object),
            },
            "string" => match text(schema.format) {
                "byte" => Type::Named("bytes"),
                "duration" => Type::Named("duration"),
                "date" | "date-time" => Type::Named("timestamp"),
                _ => TEXT,
            },
            "boolean" => BOOL,
            "number" => Type::Named("double"),
            "integer" => INT,
            _ => return None,
        })
    }

    /// The type of a field.
    ///
    /// # Errors
    ///
    /// Why there is no such field.
    pub(super) fn field(&self, name: &str) -> Result<Type<'a>, String> {
        let undefined = || format!("undefined field '{name}'");
        match self {
            Type::Dyn | Type::Free => Ok(Type::Dyn),
            Type::Map(_, value) => Ok(value.as_ref().clone()),
            Type::Optional(of) => Ok(Type::Optional(Box::new(of.field(name)?))),
            Type::Metadata if matches!(name, "name" | "generateName") => Ok(TEXT),
            Type::Object(node, is_object) => {
                let schema = Schema::of(node);
                let properties = schema.properties.map_or(&[][..], Node::fields);
                // Words of the language may be written as they are behind a point.
                let is_it = |key: &str| {
                    escaped(key).is_some_and(|escaped| {
                        escaped == name || (key == name && escaped == format!("__{name}__"))
                    })
                };
                let found = properties.iter().find(|field| is_it(&field.key));
                if *is_object && !says_metadata(&schema) {
                    match name {
                        "apiVersion" | "kind" => return Ok(TEXT),
                        "metadata" => return Ok(Type::Metadata),
                        _ => {}
                    }
                }
                let field = &found.ok_or_else(undefined)?.value;
                Type::of(field, is_true(Schema::of(field).embedded)).ok_or_else(undefined)
            }
            Type::Metadata => Err(undefined()),
            other => Err(format!("type '{}' does not support field selection", other.called())),
        }
    }

    /// What a value of both types is; none if there is none.
    pub(super) fn join(&self, other: &Type<'a>) -> Option<Type<'a>> {
        let both = |a: &Type<'a>, b: &Type<'a>| a.join(b).map(Box::new);
        Some(match (self, other) {
            (Type::Free, _) => other.clone(),
            (_, Type::Free) => self.clone(),
            (Type::Dyn, _) | (_, Type::Dyn) => Type::Dyn,
            (Type::Named("null"), of) | (of, Type::Named("null")) if of.may_be_null() => of.clone(),
            (Type::Named(a), Type::Named(b)) if a == b => self.clone(),
            (Type::List(a), Type::List(b)) => Type::List(both(a, b)?),
            (Type::Optional(a), Type::Optional(b)) => Type::Optional(both(a, b)?),
            (Type::Map(a, b), Type::Map(c, d)) => Type::Map(both(a, c)?, both(b, d)?),
            (Type::Object(a, _), Type::Object(b, _)) if std::ptr::eq(*a, *b) => self.clone(),
            (Type::Metadata, Type::Metadata) => Type::Metadata,
            _ => return None,
        })
    }

    /// What both items of a list that is written down are: what is only known later cannot stand beside what is known.
    pub(super) fn beside(&self, other: &Type<'a>) -> Option<Type<'a>> {
        match (self, other) {
            (Type::Dyn, Type::Dyn) | (Type::Free, _) | (_, Type::Free) => self.join(other),
            (Type::Dyn, _) | (_, Type::Dyn) => None,
            (Type::Named(a), Type::Named(b)) if a == b => self.join(other),
            (Type::Named("null"), _) | (_, Type::Named("null")) => None,
            _ => self.join(other),
        }
    }

    fn may_be_null(&self) -> bool {
        match self {
            Type::Object(..) | Type::Metadata | Type::Optional(_) => true,
            Type::Named(name) => {
                !matches!(*name, "bool" | "int" | "uint" | "double" | "string" | "bytes" | "type")
            }
            _ => false,
        }
    }

    /// As CEL calls it.
    pub(super) fn called(&self) -> String {
        match self {
            Type::Dyn | Type::Free => "dyn".to_owned(),
            Type::Named(name) => (*name).to_owned(),
            Type::List(of) => format!("list({})", of.called()),
            Type::Map(key, value) => format!("map({}, {})", key.called(), value.called()),
            Type::Optional(of) => format!("optional_type({})", of.called()),
            Type::Object(..) | Type::Metadata => "object".to_owned(),
        }
    }
}

/// Does the schema itself say all that every object has?
fn says_metadata(schema: &Schema<'_>) -> bool {
    let is = |schema: &Schema<'_>, name: &str, of: &str| {
        schema.property(name).is_some_and(|node| Schema::of(node).type_name() == of)
    };
    let metadata = schema.property("metadata").map(Schema::of);
    is(schema, "kind", "string")
        && is(schema, "apiVersion", "string")
        && metadata.is_some_and(|metadata| {
            metadata.type_name() == "object"
                && is(&metadata, "name", "string")
                && is(&metadata, "generateName", "string")
        })
}

/// The name of a field as rules write it; none if they cannot.
fn escaped(name: &str) -> Option<String> {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'/');
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.bytes().all(is_allowed) {
        return None;
    }
    Some(crate::check::escaped(name))
}
