//! What is different between two renderings: which objects come, go and change, field by field, and who makes them.
//!
//! The result is plain data for whoever judges or prints it. Objects are paired by owner and identity, list items by merge key;
//! names that only differ in a hash of their content are renames, and references that follow them are no change. What Kubernetes
//! reads the same is the same: order of keys, quotes, `1` and `1.0`, order in lists without one, quantities.
//!
//! No secret is in the result. Every value of a Secret and every text that one was put into is compared as it is, and is [`HIDDEN`]
//! in everything that comes out.

mod field;
mod hashed;
mod image;
mod items;
pub mod live;
mod owner;
mod pair;
mod path;
mod quantity;
mod seal;
mod side;
mod sorted;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use yamltree::diagnostic::Diagnostic;

pub use image::{Image, images};
pub use path::{FieldPath, Segment};
pub use side::{ReleaseObjects, Side};

use crate::object::ObjectKey;

/// What stands for a secret.
pub const HIDDEN: &str = "***";

/// What is different.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    /// Who makes what changed, and releases that changed or whose charts are others, as they were and are; sorted, each once.
    pub owners: Vec<Owner>,
    /// The objects that changed, sorted by owner and identity.
    pub changes: Vec<Change>,
    /// What can be rendered on one side only, or fails in another way; sorted by owner.
    pub faults: Vec<FaultChange>,
    /// Owners whose objects are not compared, because they or whoever makes them fail on a side. A release that Helm would be asked the
    /// same about on both sides is not among them even if it fails: it is left out ([`Side::releases`]).
    pub unseen: Vec<OwnerKey>,
    /// Owners for which there is something new in a live cluster and which change nothing for now; what they would change is not
    /// among the changes. Sorted, each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Waiting>,
}

/// An owner that does not do what it is to do, for now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// Who.
    pub owner: OwnerKey,
    /// How many objects it would change.
    pub changes: usize,
    /// Why it does not.
    pub why: Why,
}

/// Why an owner changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Why {
    /// It is suspended.
    Suspended,
    /// It fails: see the faults.
    Fails,
    /// It waits for this one, which does not become ready.
    Waits(OwnerKey),
}

/// What makes objects: a Kustomization or a HelmRelease; also what is in the cluster without either.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnerKey {
    /// What it is.
    pub kind: OwnerKind,
    /// Its namespace; empty for the cluster and the entry.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Its name; empty for the cluster and the entry.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// What an owner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum OwnerKind {
    /// Nobody: objects that somebody put beside the repository, root Kustomizations and overrides among them.
    Cluster,
    /// The folder where Flux begins, where no Kustomization of the repository builds it.
    Entry,
    /// A Flux Kustomization.
    Kustomization,
    /// A HelmRelease: what Helm makes of its chart.
    HelmRelease,
}

/// An owner on both sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// Which.
    #[serde(flatten)]
    pub key: OwnerKey,
    /// The component that it belongs to, by the label of its Kustomization; empty if it says none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub component: String,
    /// As it was; none if it was not there.
    pub before: Option<OwnerState>,
    /// As it is; none if it is gone.
    pub after: Option<OwnerState>,
}

/// What decides what an owner does with its objects. Fields that a kind does not have are empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnerState {
    /// Who makes it; none where it is in the cluster from the beginning.
    pub maker: Option<OwnerKey>,
    /// Does its controller leave it alone?
    pub is_suspended: bool,
    /// Are objects deleted that it no longer makes? Helm always does.
    pub prunes: bool,
    /// `spec.deletionPolicy`, with the default of the API: what happens to its objects when it is deleted.
    pub deletion_policy: String,
    /// `spec.force`: are objects made anew whose immutable fields change?
    pub forces: bool,
    /// `spec.wait`.
    pub waits: bool,
    /// `spec.dependsOn`.
    pub depends_on: Vec<ObjectKey>,
    /// `spec.targetNamespace`; of a release the namespace of what names none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub target_namespace: String,
    /// The source and path of a Kustomization.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The chart of a release; none if it is not known which.
    pub chart: Option<ChartState>,
    /// All of `spec`, for whoever wants more of it (remediation, `valuesFrom`); secrets are hidden.
    #[serde(skip)]
    pub spec: Arc<Value>,
}

/// The chart of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChartState {
    /// Its name; of a registry or repository of Git the last part of its path.
    pub name: String,
    /// Its version, or what is asked for: a tag, a range, a digest, a commit. Empty for a folder of the repository.
    pub version: String,
    /// Where it comes from, in full.
    pub from: String,
}

/// The name of an object among all of a cluster. The version of its API is none of it: that may change without a new object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// Group of its API; empty for the core group.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace; empty for objects of the whole cluster, and where nothing says one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Fields of it changed, or its owner ([`Change::former_owner`]).
    Changed,
    /// The hash in its name is another; its content may have changed in other ways too.
    Renamed,
}

/// An object that changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// Who makes it; who made it, if it is gone.
    pub owner: OwnerKey,
    /// Which object; under its former name if it is gone.
    pub object: Identity,
    /// Who made it before, if that was another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_owner: Option<OwnerKey>,
    /// Its name before, if the hash in it was another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_name: Option<String>,
    /// Its fields that changed, in the order of the object; none if it is new or gone.
    pub fields: Vec<FieldChange>,
    /// Of a renamed object: the objects that refer to it, in which nothing but the reference need have changed. A workload among
    /// them starts anew.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub referrers: Vec<Identity>,
    /// All of it as it was, with secrets hidden; none if it is new.
    #[serde(skip)]
    pub before: Option<Arc<Value>>,
    /// All of it as it is, with secrets hidden; none if it is gone.
    #[serde(skip)]
    pub after: Option<Arc<Value>>,
}

/// What happened to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum FieldKind {
    /// It was not there; for a list, an item was not.
    Added,
    /// It is gone.
    Removed,
    /// It has another value.
    Changed,
    /// A list has the same items in another order, and order may matter.
    Reordered,
    /// A text that holds YAML is written in another way and says the same.
    Reformatted,
}

/// A field that changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// What happened.
    pub kind: FieldKind,
    /// Where, from the top of the object.
    pub path: FieldPath,
    /// As it was; none if it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// As it is; none if it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// Is it secret? Then what is shown is [`HIDDEN`].
    pub is_secret: bool,
}

/// An owner that fails on one side only, or in another way.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultChange {
    /// Who.
    pub owner: OwnerKey,
    /// Why it failed; none if it did not.
    pub before: Option<Diagnostic>,
    /// Why it fails; none if it does not.
    pub after: Option<Diagnostic>,
}

/// What is different between two sides.
///
/// Both are of the same repository, or of two clusters of it. What one side took over from the other ([`crate::render::Part::same`])
/// is not looked at.
pub fn diff(before: &Side<'_>, after: &Side<'_>) -> Diff {
    pair::diff(before, after)
}

impl Diff {
    /// Is nothing different?
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.faults.is_empty() && self.waiting.is_empty()
    }

    /// An owner by its key; there for the owner of every change and fault, and for former owners.
    pub fn owner(&self, key: &OwnerKey) -> Option<&Owner> {
        self.owners.binary_search_by(|owner| owner.key.cmp(key)).ok().map(|index| &self.owners[index])
    }
}

impl Change {
    /// The object as it is, or as it was if it is gone.
    pub fn last(&self) -> Option<&Value> {
        self.after.as_deref().or(self.before.as_deref())
    }
}

impl Identity {
    /// The identity of an object; `namespace` is that of what names none.
    pub fn of(object: &Value, namespace: &str) -> Self {
        let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let own = text("/metadata/namespace");
        Identity {
            group: text("/apiVersion").split_once('/').map_or("", |(group, _)| group).to_owned(),
            kind: text("/kind").to_owned(),
            namespace: if own.is_empty() { namespace } else { own }.to_owned(),
            name: text("/metadata/name").to_owned(),
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace.as_str() {
            "" => write!(f, "{} {}", self.kind, self.name),
            namespace => write!(f, "{} {namespace}/{}", self.kind, self.name),
        }
    }
}

impl OwnerKey {
    /// An owner of that kind and name.
    pub fn new(kind: OwnerKind, namespace: &str, name: &str) -> Self {
        OwnerKey { kind, namespace: namespace.to_owned(), name: name.to_owned() }
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changes = if self.changes == 1 { "change" } else { "changes" };
        write!(f, "{}: {} {changes} for later: {}", self.owner, self.changes, self.why)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Suspended => f.write_str("it is suspended"),
            Why::Fails => f.write_str("it fails"),
            Why::Waits(other) => write!(f, "it waits for {other}"),
        }
    }
}

impl fmt::Display for OwnerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            OwnerKind::Cluster => f.write_str("the cluster"),
            OwnerKind::Entry => f.write_str("the entry"),
            kind => write!(f, "{kind:?} {}/{}", self.namespace, self.name),
        }
    }
}
