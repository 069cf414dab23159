//! What is known about the types of Kubernetes: which lists merge by which keys, which kinds have no namespace.
//!
//! The table `data/schema.txt` is written by `generate/main.go` from the OpenAPI data of kustomize (Apache-2.0,
//! Kubernetes 1.21.2): lines `type N NAME`, below each the fields that matter as `FIELD [SHAPE]TYPE KEYS` (`-` is a type
//! in which nothing merges; keys `=` mark a set of scalars), then `kind APIVERSION KIND c|n|? TYPE`.

use std::collections::HashMap;
use std::sync::OnceLock;

static TEXT: &str = include_str!("../data/schema.txt");

/// A type, or nothing known beyond "it has a schema".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Known(usize),
    Opaque,
    /// A list or map of that type.
    ListOf(Option<usize>),
    MapOf(Option<usize>),
}

/// What a field holds and how it merges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldType {
    pub(crate) of: Type,
    /// Keys of a list that merges; an empty list of keys is a set of scalars.
    pub(crate) merge: Option<Vec<&'static str>>,
}

impl FieldType {
    pub(crate) const OPAQUE: FieldType = FieldType { of: Type::Opaque, merge: None };
}

struct Kind {
    is_cluster_scoped: bool,
    of: Option<usize>,
}

pub(crate) struct Schema {
    types: Vec<HashMap<&'static str, FieldType>>,
    kinds: HashMap<(&'static str, &'static str), Kind>,
}

impl Schema {
    /// The built-in table.
    pub(crate) fn builtin() -> &'static Schema {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| Schema::parse(TEXT))
    }

    fn parse(text: &'static str) -> Schema {
        let mut schema = Schema { types: Vec::new(), kinds: HashMap::new() };
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            let mut words = line.split(' ');
            let (first, second, third) = (words.next(), words.next(), words.next());
            match (first, second, third) {
                (Some("type"), ..) => schema.types.push(HashMap::new()),
                (Some("kind"), Some(api_version), Some(kind)) => {
                    let is_cluster_scoped = words.next() == Some("c");
                    let of = words.next().and_then(|t| t.parse().ok());
                    schema.kinds.insert((api_version, kind), Kind { is_cluster_scoped, of });
                }
                (Some(field), Some(of), keys) => {
                    if let Some(fields) = schema.types.last_mut() {
                        fields.insert(field, field_type(of, keys.unwrap_or_default()));
                    }
                }
                _ => {}
            }
        }
        schema
    }

    /// Is the kind known to have no namespace?
    pub(crate) fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        self.kinds.get(&(api_version, kind)).is_some_and(|k| k.is_cluster_scoped)
    }

    /// The type of an object; `None` if the kind is unknown.
    pub(crate) fn of_kind(&self, api_version: &str, kind: &str) -> Option<FieldType> {
        let kind = self.kinds.get(&(api_version, kind))?;
        Some(FieldType { of: kind.of.map_or(Type::Opaque, Type::Known), merge: None })
    }

    /// What a field of a type holds.
    pub(crate) fn field(&self, of: &FieldType, name: &str) -> FieldType {
        let known = match of.of {
            Type::Known(index) => {
                self.types.get(index).and_then(|fields| fields.get(name).or_else(|| fields.get("*")).cloned())
            }
            Type::MapOf(Some(index)) => Some(FieldType { of: Type::Known(index), merge: None }),
            _ => None,
        };
        known.unwrap_or(FieldType::OPAQUE)
    }

    /// What the items of a list hold.
    pub(crate) fn item(&self, of: &FieldType) -> FieldType {
        match of.of {
            Type::ListOf(Some(index)) => FieldType { of: Type::Known(index), merge: None },
            _ => FieldType::OPAQUE,
        }
    }
}

fn field_type(of: &'static str, keys: &'static str) -> FieldType {
    let merge = match keys {
        "" => None,
        "=" => Some(Vec::new()),
        keys => Some(keys.split(',').collect()),
    };
    let of = if let Some(item) = of.strip_prefix("[]") {
        Type::ListOf(item.parse().ok())
    } else if let Some(item) = of.strip_prefix("{}") {
        Type::MapOf(item.parse().ok())
    } else {
        of.parse().map_or(Type::Opaque, Type::Known)
    };
    FieldType { of, merge }
}
