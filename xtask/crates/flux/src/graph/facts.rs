//! What is said beside a node, the same words in every form.

use super::{Edge, Graph, Presence, Relation, Sort};

/// Label of the fact where variables come from.
pub(super) const VARIABLES: &str = "variables from";

/// One thing that is said of a node.
pub(super) struct Fact {
    /// What it is about.
    pub(super) label: &'static str,
    /// The rest.
    pub(super) text: String,
    /// Does it keep something from becoming ready?
    pub(super) is_bad: bool,
}

impl Graph {
    /// In brackets behind the title: what is not as usual, and the component where the name does not say it.
    pub(super) fn marks(&self, number: usize) -> Vec<String> {
        let node = &self.nodes[number];
        let mut marks = Vec::new();
        marks
            .extend(node.component.iter().filter(|c| **c != node.key.name).map(|c| format!("component {c}")));
        marks.extend(node.suspended.then(|| "suspended".to_owned()));
        match node.presence {
            Presence::Here => {}
            Presence::Outside => marks.push("not made here".to_owned()),
            Presence::Missing => marks.push("missing".to_owned()),
        }
        marks
    }

    /// Everything else, in lines.
    pub(super) fn facts(&self, number: usize) -> Vec<Fact> {
        let mut facts: Vec<Fact> = self.own_facts(number);
        facts.extend(self.list(number, "waits for", self.depends_on(number), |edge| edge.to));
        facts.extend(self.list(number, "awaited by", self.awaited_by(number), |edge| edge.from));
        facts
    }

    /// Those that are not about waiting.
    pub(super) fn own_facts(&self, number: usize) -> Vec<Fact> {
        let node = &self.nodes[number];
        let problem = node.problem.iter();
        let mut facts: Vec<Fact> =
            problem.map(|text| Fact { label: "cannot be built", text: text.clone(), is_bad: true }).collect();
        if let Some(source) = self.named_source(number) {
            let text = self.nodes[source].name_in(&node.key.namespace);
            facts.push(Fact { label: "from", text, is_bad: false });
        }
        facts.extend(self.list(number, VARIABLES, self.variables_from(number), |edge| edge.to));
        facts
    }

    /// The source, unless the maker of a Kustomization has the same one.
    fn named_source(&self, number: usize) -> Option<usize> {
        let source = self.source(number)?;
        let is_usual = self.nodes[number].sort == Sort::Kustomization
            && self.maker(number).is_some_and(|maker| self.source(maker) == Some(source));
        (!is_usual).then_some(source)
    }

    fn list<'g>(
        &'g self,
        number: usize,
        label: &'static str,
        edges: impl Iterator<Item = &'g Edge>,
        end: impl Fn(&Edge) -> usize,
    ) -> Option<Fact> {
        let namespace = &self.nodes[number].key.namespace;
        let mut is_bad = false;
        let mut texts = Vec::new();
        for edge in edges {
            let other = &self.nodes[end(edge)];
            let is_missing = other.presence == Presence::Missing;
            let mut notes = Vec::new();
            match &edge.relation {
                Relation::DependsOn { ready: Some(ready) } => {
                    notes.push(format!("ready when `{}`", ready.trim()))
                }
                Relation::SubstitutesFrom { optional: true } => notes.push("optional".to_owned()),
                Relation::SubstitutesFrom { optional: false } if is_missing => {
                    notes.push("missing".to_owned())
                }
                _ => {}
            }
            if edge.is_faulty {
                notes.push(if is_missing { "unknown" } else { "cycle" }.to_owned());
            }
            is_bad |= edge.is_faulty;
            let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
            texts.push(format!("{}{notes}", other.name_in(namespace)));
        }
        (!texts.is_empty()).then(|| Fact { label, text: texts.join(", "), is_bad })
    }

    /// How many there are of each sort.
    pub fn summary(&self) -> String {
        let count = |sort: Sort, one: &str, many: &str| {
            // The entry is no object.
            let is_it = |node: &&super::Node| {
                node.sort == sort && node.presence == Presence::Here && !node.key.name.is_empty()
            };
            let number = self.nodes.iter().filter(is_it).count();
            format!("{number} {}", if number == 1 { one } else { many })
        };
        [
            count(Sort::Kustomization, "Kustomization", "Kustomizations"),
            count(Sort::Release, "HelmRelease", "HelmReleases"),
            count(Sort::Source, "source", "sources"),
        ]
        .join(", ")
    }
}
