//! What tells objects apart: group, version, kind, namespace and name.

use std::fmt;

use smol_str::SmolStr;

/// Group, version and kind; an empty part of a selector matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gvk {
    /// API group; empty for the core group.
    pub group: SmolStr,
    /// API version.
    pub version: SmolStr,
    /// Kind.
    pub kind: SmolStr,
}

/// Both halves of an apiVersion.
pub fn group_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

impl Gvk {
    /// From `apiVersion` and `kind` as an object has them.
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = group_version(api_version);
        Gvk { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// Does this match a selector whose empty parts match everything?
    pub fn is_selected(&self, selector: &Gvk) -> bool {
        let part = |mine: &str, wanted: &str| wanted.is_empty() || mine == wanted;
        part(&self.group, &selector.group)
            && part(&self.version, &selector.version)
            && part(&self.kind, &selector.kind)
    }

    /// The apiVersion.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }
}

impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |text: &str, otherwise: &'static str| {
            if text.is_empty() { otherwise.to_owned() } else { text.to_owned() }
        };
        write!(
            f,
            "{}.{}.{}",
            part(&self.kind, "[noKind]"),
            part(&self.version, "[noVer]"),
            part(&self.group, "[noGrp]")
        )
    }
}

/// The namespace that stands for "has none" among ids.
pub const CLUSTER: &str = "_non_namespaceable_";

/// The namespace that ids are compared by.
pub fn effective_namespace(namespace: &str, is_cluster_scoped: bool) -> &str {
    match namespace {
        _ if is_cluster_scoped => CLUSTER,
        "" => "default",
        namespace => namespace,
    }
}

/// An id under which an object is or was known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Id {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// Name.
    pub name: SmolStr,
    /// Namespace as written; [`CLUSTER`] for a former id of an object without one.
    pub namespace: SmolStr,
    /// Is the kind known to have no namespace?
    pub is_cluster_scoped: bool,
}

impl Id {
    /// The namespace that ids are compared by.
    pub fn effective_namespace(&self) -> &str {
        effective_namespace(&self.namespace, self.is_cluster_scoped)
    }

    /// Same kind, name and effective namespace?
    pub fn equals(&self, other: &Id) -> bool {
        self.name == other.name
            && self.gvk == other.gvk
            && self.effective_namespace() == other.effective_namespace()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |text: &str, otherwise: &'static str| {
            if text.is_empty() { otherwise.to_owned() } else { text.to_owned() }
        };
        write!(f, "{}/{}.{}", self.gvk, or(&self.name, "[noName]"), or(&self.namespace, "[noNs]"))
    }
}
