//! Who makes whom, who waits for whom, and what each is built from.
//!
//! Pure, and always in the same order: the same rendering gives the same graph and the same text of each form.

mod facts;
mod gather;
pub mod mermaid;
mod order;
pub mod svg;
pub mod text;

use serde::Serialize;
use yamltree::diagnostic::Diagnostic;

use crate::object::ObjectKey;
use crate::render::Rendering;

/// The sorts of node, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// A Flux Kustomization.
    Kustomization,
    /// A HelmRelease.
    Release,
    /// What Kustomizations and charts come from.
    Source,
    /// A ConfigMap or Secret that variables come from.
    Data,
}

/// Is it there?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// Something that was rendered makes it, or Flux begins with it.
    Here,
    /// Nothing that was rendered makes it; it is taken to be in the cluster.
    Outside,
    /// It is needed, and nothing makes it.
    Missing,
}

/// A Kustomization, a release, or what they are made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Kind, namespace and name; the name of the entry is empty.
    #[serde(flatten)]
    pub key: ObjectKey,
    /// Its sort.
    pub sort: Sort,
    /// The component that its label names.
    pub component: Option<String>,
    /// Path of a Kustomization, chart and version of a release, address and version of a source.
    pub what: String,
    /// `spec.suspend`
    pub suspended: bool,
    /// Is it there?
    pub presence: Presence,
    /// Why it cannot be built.
    pub problem: Option<String>,
    /// How many steps after the first it can begin: behind its maker and all that it waits for.
    pub layer: usize,
}

/// How one node stands to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "relation", rename_all = "camelCase")]
pub enum Relation {
    /// The first makes the second.
    Makes,
    /// The first waits for the second.
    DependsOn {
        /// The expression that says when the second is ready.
        ready: Option<String>,
    },
    /// The second is the source of the first.
    BuiltFrom,
    /// The first has variables from the second.
    SubstitutesFrom {
        /// May the second be missing?
        optional: bool,
    },
}

/// A relation between two nodes, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The first.
    pub from: usize,
    /// The second.
    pub to: usize,
    /// How they stand to each other.
    pub relation: Relation,
    /// Is it part of a cycle, or does it lead to something unknown?
    pub is_faulty: bool,
}

/// The graph.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph {
    /// The nodes, by sort, kind, namespace and name.
    pub nodes: Vec<Node>,
    /// The edges, in the order of their ends.
    pub edges: Vec<Edge>,
    /// What keeps the cluster from becoming ready: unknown dependencies (`graph/unknown`), cycles (`graph/cycle`).
    pub findings: Vec<Diagnostic>,
}

impl Graph {
    /// The graph of what was rendered; `component` is the label that names the component of an object.
    ///
    /// An object that several parts make belongs to the first of them.
    pub fn of(rendering: &Rendering, component: &str) -> Self {
        gather::gather(rendering, component)
    }

    /// What a node makes, in order.
    pub fn made_by(&self, maker: usize) -> impl Iterator<Item = usize> {
        self.from(maker).filter(|edge| edge.relation == Relation::Makes).map(|edge| edge.to)
    }

    /// What makes a node.
    pub fn maker(&self, node: usize) -> Option<usize> {
        self.edges
            .iter()
            .find(|edge| edge.to == node && edge.relation == Relation::Makes)
            .map(|edge| edge.from)
    }

    /// The source of a node.
    pub fn source(&self, node: usize) -> Option<usize> {
        self.from(node).find(|edge| edge.relation == Relation::BuiltFrom).map(|edge| edge.to)
    }

    /// What a node waits for.
    pub fn depends_on(&self, node: usize) -> impl Iterator<Item = &Edge> {
        self.from(node).filter(|edge| matches!(edge.relation, Relation::DependsOn { .. }))
    }

    /// What waits for a node.
    pub fn awaited_by(&self, node: usize) -> impl Iterator<Item = &Edge> {
        let is_it =
            move |edge: &&Edge| edge.to == node && matches!(edge.relation, Relation::DependsOn { .. });
        self.edges.iter().filter(is_it)
    }

    /// Where the variables of a node come from.
    pub fn variables_from(&self, node: usize) -> impl Iterator<Item = &Edge> {
        self.from(node).filter(|edge| matches!(edge.relation, Relation::SubstitutesFrom { .. }))
    }

    fn from(&self, node: usize) -> impl Iterator<Item = &Edge> {
        // They are in the order of their first ends.
        let begin = self.edges.partition_point(|edge| edge.from < node);
        self.edges.iter().skip(begin).take_while(move |edge| edge.from == node)
    }
}

impl Node {
    /// Kind, namespace and name in one text.
    pub fn title(&self) -> String {
        if self.key.name.is_empty() { "the entry".to_owned() } else { self.key.to_string() }
    }

    /// What it is called beside something in `namespace`.
    pub fn name_in(&self, namespace: &str) -> String {
        let ObjectKey { kind, namespace: own, name } = &self.key;
        let name = match own.as_str() {
            _ if name.is_empty() => "the entry".to_owned(),
            own if own == namespace || own.is_empty() => name.clone(),
            own => format!("{own}/{name}"),
        };
        if matches!(self.sort, Sort::Source | Sort::Data) { format!("{kind} {name}") } else { name }
    }
}

#[cfg(test)]
mod tests;
