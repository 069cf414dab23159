//! Names of objects, and reading plain values.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::render::spec::Name;

/// Kind, namespace and name: what tells one live object from another here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ObjectKey {
    /// Kind.
    pub kind: String,
    /// Namespace; empty for objects of the whole cluster.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl ObjectKey {
    /// A key of these three.
    pub fn new(kind: &str, namespace: &str, name: &str) -> Self {
        ObjectKey { kind: kind.to_owned(), namespace: namespace.to_owned(), name: name.to_owned() }
    }

    /// The key of something of that kind and name.
    pub fn named(kind: &str, name: &Name) -> Self {
        ObjectKey::new(kind, &name.namespace, &name.name)
    }

    /// The key of an object; missing parts are empty.
    pub fn of(object: &Value) -> Self {
        ObjectKey::new(
            text(object, "/kind").unwrap_or_default(),
            text(object, "/metadata/namespace").unwrap_or_default(),
            text(object, "/metadata/name").unwrap_or_default(),
        )
    }

    /// The key that a reference `{kind, name, namespace}` means, seen from an object in `namespace`.
    pub fn referred(reference: &Value, default_kind: &str, namespace: &str) -> Option<Self> {
        Some(ObjectKey::new(
            text(reference, "/kind").unwrap_or(default_kind),
            text(reference, "/namespace").unwrap_or(namespace),
            text(reference, "/name")?,
        ))
    }

    /// The key in an inventory entry of Flux.
    pub fn from_inventory_id(id: &str) -> Option<Self> {
        let (namespace, name, _group, kind) = of_inventory(id)?;
        Some(ObjectKey::new(kind, namespace, &name))
    }
}

/// Namespace, name, group and kind of an inventory entry of Flux: `<namespace>_<name>_<group>_<kind>`.
pub(crate) fn of_inventory(id: &str) -> Option<(&str, String, &str, &str)> {
    let (namespace, rest) = id.split_once('_')?;
    let (rest, kind) = rest.rsplit_once('_')?;
    let (name, group) = rest.rsplit_once('_')?;
    // Names with a colon (RBAC) are written with two underscores.
    Some((namespace, name.replace("__", ":"), group, kind))
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace.as_str() {
            "" => write!(f, "{} {}", self.kind, self.name),
            namespace => write!(f, "{} {namespace}/{}", self.kind, self.name),
        }
    }
}

/// The text at a JSON pointer.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// The list at a JSON pointer; empty if there is none.
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inventory_ids_are_taken_apart() {
        let key = |id| ObjectKey::from_inventory_id(id).map(|k| k.to_string());
        assert_eq!(
            key("oas-apps_wordpress_helm.toolkit.fluxcd.io_HelmRelease").unwrap(),
            "HelmRelease oas-apps/wordpress"
        );
        assert_eq!(key("_oas__Namespace").unwrap(), "Namespace oas");
        assert_eq!(
            key("_system__node_rbac.authorization.k8s.io_ClusterRole").unwrap(),
            "ClusterRole system:node"
        );
        assert_eq!(key("nonsense"), None);
    }
}
