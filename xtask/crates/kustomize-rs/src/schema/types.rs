//! Types as a table: what lies behind each field, and how lists merge.
//!
//! The table `data/schema.txt` is written by `generate/main.go` from the OpenAPI data of kustomize (Apache-2.0,
//! Kubernetes 1.21.2): lines `type N NAME`, below each the fields that matter as `FIELD [SHAPE]TYPE KEYS` (`-` is a type
//! in which nothing merges; keys `=` mark a set of scalars), then `kind APIVERSION KIND c|n|? TYPE`.

use std::collections::HashMap;
use std::sync::OnceLock;

use smol_str::SmolStr;

static TEXT: &str = include_str!("../../data/schema.txt");

/// A type of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TypeId(pub(super) usize);

/// A type of which nothing more is known.
pub(super) const OPAQUE: TypeId = TypeId(0);

/// What is known of a type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) fields: HashMap<SmolStr, TypeId>,
    /// What all other fields hold.
    pub(super) others: Option<TypeId>,
    pub(super) items: Option<TypeId>,
    /// Keys of a list that merges; no keys mean a set of scalars.
    pub(super) merge: Option<Vec<SmolStr>>,
}

/// What is known of a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) is_cluster_scoped: Option<bool>,
    pub(super) of: Option<TypeId>,
}

/// A table of types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Types {
    pub(super) shapes: Vec<Shape>,
    /// By kind, then by apiVersion.
    pub(super) kinds: HashMap<SmolStr, Vec<(SmolStr, Kind)>>,
}

impl Types {
    /// A table that knows nothing.
    pub(super) fn empty() -> Self {
        Types { shapes: vec![Shape::default()], kinds: HashMap::new() }
    }

    /// The built-in table.
    pub(crate) fn builtin() -> &'static Types {
        static TYPES: OnceLock<Types> = OnceLock::new();
        TYPES.get_or_init(|| {
            let mut types = Types::empty();
            // The numbers of the file are those behind the opaque type.
            let count = TEXT.lines().filter(|l| l.starts_with("type ")).count();
            types.shapes.resize_with(count + 1, Shape::default);
            let mut now = OPAQUE;
            for line in TEXT.lines().filter(|l| !l.starts_with('#')) {
                match line.split(' ').collect::<Vec<_>>()[..] {
                    ["type", ..] => now = TypeId(now.0 + 1),
                    ["kind", api_version, kind, scope, of] => {
                        let is_cluster_scoped = match scope {
                            "c" => Some(true),
                            "n" => Some(false),
                            _ => None,
                        };
                        types.kind(api_version, kind).is_cluster_scoped = is_cluster_scoped;
                        types.kind(api_version, kind).of = Some(number(of));
                    }
                    [field, of, keys] => {
                        let of = types.edge(of, keys);
                        if let Some(shape) = types.shapes.get_mut(now.0) {
                            match field {
                                "*" => shape.others = Some(of),
                                field => drop(shape.fields.insert(field.into(), of)),
                            }
                        }
                    }
                    _ => {}
                }
            }
            types
        })
    }

    /// The types of the built-in table by the names of their definitions.
    pub(super) fn builtin_names() -> HashMap<&'static str, TypeId> {
        let names = TEXT.lines().filter_map(|l| l.strip_prefix("type ")?.split_once(' '));
        names.map(|(of, name)| (name, number(of))).collect()
    }

    fn edge(&mut self, of: &str, keys: &str) -> TypeId {
        let merge = match keys {
            "" => None,
            "=" => Some(Vec::new()),
            keys => Some(keys.split(',').map(SmolStr::from).collect()),
        };
        let shape = match (of.strip_prefix("[]"), of.strip_prefix("{}")) {
            (Some(item), _) => Shape { items: Some(number(item)), merge, ..Shape::default() },
            (_, Some(value)) => Shape { others: Some(number(value)), merge, ..Shape::default() },
            _ => return number(of),
        };
        self.add(shape)
    }

    pub(super) fn add(&mut self, shape: Shape) -> TypeId {
        self.shapes.push(shape);
        TypeId(self.shapes.len() - 1)
    }

    pub(super) fn kind(&mut self, api_version: &str, kind: &str) -> &mut Kind {
        let versions = self.kinds.entry(kind.into()).or_default();
        let index = versions.iter().position(|(known, _)| known == api_version).unwrap_or_else(|| {
            versions.push((api_version.into(), Kind::default()));
            versions.len() - 1
        });
        &mut versions[index].1
    }

    fn known(&self, api_version: &str, kind: &str) -> Option<&Kind> {
        let mut versions = self.kinds.get(kind)?.iter();
        versions.find(|(known, _)| known == api_version).map(|(_, kind)| kind)
    }

    /// Has the kind no namespace? `None` if that is not known.
    pub(crate) fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> Option<bool> {
        self.known(api_version, kind)?.is_cluster_scoped
    }

    /// The type of an object.
    pub(crate) fn of_kind(&self, api_version: &str, kind: &str) -> Option<TypeId> {
        self.known(api_version, kind)?.of
    }

    /// What a field holds.
    pub(crate) fn field(&self, of: TypeId, name: &str) -> Option<TypeId> {
        let shape = self.shapes.get(of.0)?;
        shape.fields.get(name).copied().or(shape.others)
    }

    /// What the items of a list are.
    pub(crate) fn item(&self, of: TypeId) -> Option<TypeId> {
        self.shapes.get(of.0)?.items
    }

    /// The keys by which a list merges; no keys mean a set of scalars.
    pub(crate) fn merge(&self, of: TypeId) -> Option<&[SmolStr]> {
        self.shapes.get(of.0)?.merge.as_deref()
    }
}

/// Has a kind of the built-in table no namespace? Asked for every object, so it does without the types.
pub(super) fn is_builtin_cluster_scoped(api_version: &str, kind: &str) -> Option<bool> {
    static SCOPES: OnceLock<Vec<(&str, &str, bool)>> = OnceLock::new();
    let scopes = SCOPES.get_or_init(|| {
        // The lines are sorted, by apiVersion and kind.
        let kinds = TEXT.find("\nkind ").and_then(|at| TEXT.get(at + 1..)).unwrap_or_default();
        let scope = |line: &'static str| {
            let mut words = line.split(' ').skip(1);
            let (api_version, kind) = (words.next()?, words.next()?);
            match words.next()? {
                "c" => Some((api_version, kind, true)),
                "n" => Some((api_version, kind, false)),
                _ => None,
            }
        };
        kinds.lines().filter_map(scope).collect()
    });
    let found = scopes.binary_search_by(|known| (known.0, known.1).cmp(&(api_version, kind))).ok()?;
    scopes.get(found).map(|known| known.2)
}

/// A type of the file.
fn number(text: &str) -> TypeId {
    text.parse::<usize>().map_or(OPAQUE, |number| TypeId(number + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_those_of_the_types() {
        let types = Types::builtin();
        for (kind, versions) in &types.kinds {
            for (api_version, known) in versions {
                assert_eq!(
                    is_builtin_cluster_scoped(api_version, kind),
                    known.is_cluster_scoped,
                    "{api_version} {kind}"
                );
            }
        }
        assert_eq!(is_builtin_cluster_scoped("v1", "Nothing"), None);
        assert_eq!(is_builtin_cluster_scoped("v1", "Namespace"), Some(true));
    }
}
