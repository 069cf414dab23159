//! What kustomize knows of the built-in kinds of Kubernetes, for others: what is in a field, and how lists merge.

use smol_str::SmolStr;

use crate::schema::{TypeId, Types};

/// The type of a value somewhere in an object of a built-in kind.
///
/// ```
/// use kustomize_rs::KnownType;
///
/// let containers = ["spec", "template", "spec", "containers"]
///     .iter()
///     .try_fold(KnownType::of_kind("apps/v1", "Deployment").ok_or("unknown")?, |of, name| of.field(name))
///     .ok_or("unknown")?;
/// assert_eq!(containers.merge_keys().ok_or("does not merge")?, ["name"]);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownType(TypeId);

impl KnownType {
    /// The type of an object; none if the kind is not built in.
    pub fn of_kind(api_version: &str, kind: &str) -> Option<Self> {
        Types::builtin().of_kind(api_version, kind).map(KnownType)
    }

    /// What a field holds; none if nothing is known about it.
    pub fn field(self, name: &str) -> Option<Self> {
        Types::builtin().field(self.0, name).map(KnownType)
    }

    /// What the items of a list are; none if it is no list of which anything is known.
    pub fn item(self) -> Option<Self> {
        Types::builtin().item(self.0).map(KnownType)
    }

    /// The keys by which the items of a list are told apart; no keys mean a set of scalars, none that the list is replaced as a
    /// whole.
    pub fn merge_keys(self) -> Option<&'static [SmolStr]> {
        Types::builtin().merge(self.0)
    }
}
