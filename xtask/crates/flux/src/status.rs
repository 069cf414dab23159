//! Who is ready in a cluster, who waits, who failed, and why: from live Flux objects to one tree.

mod cause;
mod condition;
mod gather;

use serde::Serialize;
use serde_json::Value;

pub use cause::Cause;

use crate::object::ObjectKey;

/// Version of the JSON form of [`Status`].
pub const VERSION: u32 = 1;

/// How an object is doing. Later is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum State {
    /// As wanted.
    Ready,
    /// Told to stand still.
    Suspended,
    /// Nobody has looked at it yet.
    Unknown,
    /// On its way, or waiting for something else.
    Progressing,
    /// The last attempt failed. Flux may try again by itself.
    Failed,
}

/// The status of one cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// [`VERSION`].
    pub version: u32,
    /// Is everything ready? Not if there is no root at all.
    pub ready: bool,
    /// The sources that root Kustomizations follow.
    pub sources: Vec<Node>,
    /// Kustomizations that belong to no component.
    pub roots: Vec<Node>,
    /// The components by name.
    pub components: Vec<Component>,
}

/// The status of one component.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    /// Its name.
    pub name: String,
    /// The worst state of all that belongs to it.
    pub state: State,
    /// Is all that belongs to it ready?
    pub ready: bool,
    /// Its Kustomizations with their releases below; none if it is expected but not there.
    pub kustomizations: Vec<Node>,
    /// The deepest known reason why it is not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
}

/// One object and what belongs to it: a Kustomization has releases and sources below it, a release its chart and source.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// Which object.
    #[serde(flatten)]
    pub key: ObjectKey,
    /// How it is doing.
    pub state: State,
    /// Is it as wanted? Also true for a suspended object that was ready when it was last looked at.
    pub ready: bool,
    /// Flux's own word for it, or `NotObserved`, `OldGeneration`, `OldRevision`, `Requested`, `Terminating`,
    /// `Missing`.
    pub reason: String,
    /// A sentence for people.
    pub message: String,
    /// Revision of a source or Kustomization, chart version of a release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Does what is said here concern the object as it is now, not an earlier generation?
    pub current: bool,
    /// What it waits for before it does anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<ObjectKey>,
    /// What it applied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inventory: Vec<ObjectKey>,
    /// Flux objects that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node>,
}

impl Status {
    /// Makes the status from live objects of the kinds GitRepository, OCIRepository, HelmRepository, HelmChart, Bucket,
    /// Kustomization and HelmRelease, in any order; objects of other kinds are ignored.
    ///
    /// `expected` are components that must be there: those without any Kustomization are shown as missing.
    pub fn of(objects: &[Value], expected: &[String]) -> Status {
        gather::status(objects, expected)
    }

    /// The component of that name.
    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components.iter().find(|c| c.name == name)
    }

    /// The deepest known reason why a component is not ready: the release, source or dependency that everything else
    /// waits for. `None` if the component is ready or not known.
    pub fn deepest_reason(&self, component: &str) -> Option<&Cause> {
        self.component(component)?.cause.as_ref()
    }

    /// Every node, parents before children.
    pub fn nodes(&self) -> Vec<&Node> {
        let mut nodes = Vec::new();
        let tops = self.components.iter().flat_map(|c| &c.kustomizations);
        let mut open: Vec<&Node> = self.sources.iter().chain(&self.roots).chain(tops).collect();
        open.reverse();
        while let Some(node) = open.pop() {
            nodes.push(node);
            open.extend(node.children.iter().rev());
        }
        nodes
    }
}

impl Node {
    /// The worst state of this and everything below.
    pub fn worst(&self) -> State {
        self.children.iter().map(Node::worst).fold(self.state, State::max)
    }

    /// Is this and everything below ready?
    pub fn all_ready(&self) -> bool {
        self.ready && self.children.iter().all(Node::all_ready)
    }
}

#[cfg(test)]
mod tests;
