//! Why a component is not ready: from what waits to what everything waits for.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::gather::Live;
use super::{Node, State, condition};
use crate::object::ObjectKey;

/// The object that is the real reason, and how one gets there.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// The object at fault.
    pub object: ObjectKey,
    /// How it is doing.
    pub state: State,
    /// Flux's own word, or one of ours (see [`Node::reason`]); `DependencyCycle` if it waits for itself.
    pub reason: String,
    /// A sentence for people.
    pub message: String,
    /// The way there, from the component's own object on, without the object at fault.
    pub via: Vec<ObjectKey>,
}

/// All nodes by key, to follow from one to another.
pub(super) struct Causes<'a> {
    live: &'a Live<'a>,
    nodes: BTreeMap<&'a ObjectKey, &'a Node>,
    roots: &'a [Node],
}

impl<'a> Causes<'a> {
    pub(super) fn new(
        live: &'a Live<'a>,
        sources: &'a [Node],
        roots: &'a [Node],
        components: &'a [(String, Vec<Node>)],
    ) -> Self {
        let mut nodes = BTreeMap::new();
        let tops = components.iter().flat_map(|(_, kustomizations)| kustomizations);
        let mut open: Vec<&Node> = sources.iter().chain(roots).chain(tops).collect();
        while let Some(node) = open.pop() {
            nodes.insert(&node.key, node);
            open.extend(&node.children);
        }
        Causes { live, nodes, roots }
    }

    /// The cause for a component that is not ready. One that is not there at all leads to the root that should make it.
    pub(super) fn of_component(&self, name: &str, kustomizations: &[Node]) -> Option<Cause> {
        if kustomizations.is_empty() {
            let own = format!("app-{name}");
            let candidates = self.roots.iter().filter(|root| !root.all_ready());
            let root = candidates.max_by_key(|root| (root.key.name == own, root.worst()));
            return root.map(|root| self.follow(&root.key, &mut Vec::new()));
        }
        let troubled = kustomizations.iter().filter(|k| !k.all_ready());
        // Of several, the one that leads to a failure, and of those the first.
        let causes: Vec<Cause> = troubled.map(|k| self.follow(&k.key, &mut Vec::new())).collect();
        let worst = causes.iter().map(|c| c.state).max()?;
        causes.into_iter().find(|c| c.state == worst)
    }

    fn follow(&self, key: &ObjectKey, via: &mut Vec<ObjectKey>) -> Cause {
        if via.contains(key) {
            let message = format!("{key} waits for itself");
            let (state, reason) = (State::Failed, "DependencyCycle".to_owned());
            return Cause { object: key.clone(), state, reason, message, via: via.clone() };
        }
        let Some(node) = self.nodes.get(key) else {
            // Referred to, but not part of any component: a live object nobody owns, or none at all.
            let node = self.live.get(key).map_or_else(|| condition::missing(key.clone()), condition::node);
            return cause(&node, via);
        };
        let depth = via.len();
        via.push(key.clone());
        let mut best: Option<Cause> = None;
        for next in self.next(node) {
            let found = self.follow(&next, via);
            // The first of the worst: sources before dependencies before what it made.
            if best.as_ref().is_none_or(|best| found.state > best.state) {
                best = Some(found);
            }
        }
        via.truncate(depth);
        best.unwrap_or_else(|| cause(node, via))
    }

    /// What may be the reason for this node: everything it needs or made that is not ready itself.
    fn next(&self, node: &Node) -> Vec<ObjectKey> {
        let mut candidates: Vec<ObjectKey> = Vec::new();
        if let Some(object) = self.live.get(&node.key) {
            match node.key.kind.as_str() {
                "Kustomization" | "HelmChart" => candidates.extend(self.live.source_of(&node.key, object)),
                "HelmRelease" => candidates.extend(self.live.charts_of(&node.key, object)),
                _ => {}
            }
        }
        // A dependency that became unready later stops nobody who is past it.
        if !node.ready && matches!(node.reason.as_str(), "DependencyNotReady" | "NotObserved") {
            candidates.extend(node.depends_on.iter().cloned());
        }
        candidates.extend(node.children.iter().map(|child| child.key.clone()));
        let mut seen = BTreeSet::new();
        candidates.retain(|key| seen.insert(key.clone()) && !self.is_fine(key));
        candidates
    }

    fn is_fine(&self, key: &ObjectKey) -> bool {
        match (self.nodes.get(key), self.live.get(key)) {
            (Some(node), _) => node.all_ready(),
            (None, Some(object)) => condition::node(object).ready,
            (None, None) => false,
        }
    }
}

fn cause(node: &Node, via: &[ObjectKey]) -> Cause {
    Cause {
        object: node.key.clone(),
        state: node.state,
        reason: node.reason.clone(),
        message: node.message.clone(),
        via: via.to_vec(),
    }
}
