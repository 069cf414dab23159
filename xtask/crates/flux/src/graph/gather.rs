//! From what was rendered to nodes and edges.

use std::collections::BTreeMap;

use kustomize_rs::Source;
use kustomize_rs::yaml::node::{Mark, Node as Yaml};
use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::nearest;

use super::order::{self, Needs};
use super::{Edge, Graph, Node, Presence, Relation, Sort};
use crate::object::ObjectKey;
use crate::render::spec::{Name, is_kind, text};
use crate::render::{Part, Rendering, place};

const HELM: &str = "helm.toolkit.fluxcd.io";
const SOURCES: &str = "source.toolkit.fluxcd.io";

/// Nodes are sorted by this.
type Id = (Sort, ObjectKey);

pub(super) fn gather(rendering: &Rendering, component: &str) -> Graph {
    let mut draft = Draft { component, ..Draft::default() };
    for part in &rendering.parts {
        let maker = part.made_by.and_then(|number| rendering.parts.get(number));
        draft.kustomization(part, maker);
    }
    for part in &rendering.parts {
        part.objects.iter().for_each(|object| draft.object(&object.node, part));
    }
    draft.name_charts();
    draft.finish()
}

#[derive(Default)]
struct Draft<'a> {
    component: &'a str,
    nodes: BTreeMap<Id, Node>,
    /// The places are for messages.
    edges: BTreeMap<(Id, Id, Relation), Place>,
}

fn kustomization(part: &Part) -> Id {
    (Sort::Kustomization, ObjectKey::named("Kustomization", &part.kustomization.name))
}

/// The name of an object that a part makes.
fn name_in(object: &Yaml, part: &Part) -> Name {
    let mut name = Name::of(object);
    if name.namespace.is_empty() {
        name.namespace.clone_from(&part.kustomization.name.namespace);
    }
    name
}

/// A field of a field of an object.
fn at<'n>(object: &'n Yaml, path: &[&str]) -> Option<&'n Yaml> {
    path.iter().try_fold(object, |node, field| node.get(field)).filter(|node| !node.is_null())
}

fn referred(node: &Yaml, kind: &str, namespace: &str) -> ObjectKey {
    let own = |field, otherwise| Some(text(Some(node), field)).filter(|t| !t.is_empty()).unwrap_or(otherwise);
    ObjectKey::new(own("kind", kind), own("namespace", namespace), own("name", ""))
}

/// Texts that are there, with a blank between them.
fn joined(texts: &[&str]) -> String {
    texts.iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

impl Draft<'_> {
    fn add(&mut self, id: &Id, object: &Yaml, what: String) -> &mut Node {
        let label =
            at(object, &["metadata", "labels", self.component]).map(|node| node.value_text().to_owned());
        let node = self.nodes.entry(id.clone()).or_insert_with(|| Node {
            key: id.1.clone(),
            sort: id.0,
            component: None,
            what: String::new(),
            suspended: false,
            presence: Presence::Here,
            problem: None,
            layer: 0,
        });
        node.presence = Presence::Here;
        node.component = label;
        node.suspended = text(object.get("spec"), "suspend") == "true";
        node.what = what;
        node
    }

    /// An edge, and its second end if nothing is known of that yet.
    fn edge(&mut self, from: &Id, to: Id, relation: Relation, place: Place, presence: Presence) {
        match self.nodes.get_mut(&to) {
            None => self.add(&to, &Yaml::map(), String::new()).presence = presence,
            // What one may lack is missing all the same if another needs it.
            Some(node) if (node.presence, presence) == (Presence::Outside, Presence::Missing) => {
                node.presence = presence;
            }
            Some(_) => {}
        }
        self.edges.entry((from.clone(), to, relation)).or_insert(place);
    }

    fn kustomization(&mut self, part: &Part, maker: Option<&Part>) {
        let Part { kustomization: own, own_sources, .. } = part;
        let id = kustomization(part);
        let path = if own.path.is_empty() { "." } else { own.path.as_str() };
        let problem = part.problem.as_ref().map(|found| found.message.clone());
        self.add(&id, &own.object, path.to_owned()).problem = problem;
        let place = |at: Mark| place_or(at, own_sources, &own.name);
        let here = place(own.object.at);
        if let Some(maker) = maker {
            self.edge(&kustomization(maker), id.clone(), Relation::Makes, here.clone(), Presence::Here);
        }
        let source = (Sort::Source, own.source.clone());
        self.edge(&id, source, Relation::BuiltFrom, here, Presence::Outside);
        for ((other, ready), item) in own.depends_on.iter().zip(own.list("dependsOn")) {
            let other = (Sort::Kustomization, ObjectKey::named("Kustomization", other));
            let relation = Relation::DependsOn { ready: ready.clone() };
            self.edge(&id, other, relation, place(item.at), Presence::Missing);
        }
        for from in own.post_build.iter().flat_map(|post| &post.from) {
            let data = (Sort::Data, from.reference.clone());
            let is_missing = part.variables.missing.contains(&from.reference);
            let presence = if is_missing { Presence::Missing } else { Presence::Outside };
            let relation = Relation::SubstitutesFrom { optional: from.is_optional };
            self.edge(&id, data, relation, place(from.at), presence);
        }
    }

    fn object(&mut self, object: &Yaml, part: &Part) {
        let name = name_in(object, part);
        let kind = text(Some(object), "kind");
        let sort = if is_kind(object, HELM, "HelmRelease") {
            Sort::Release
        } else if is_kind(object, SOURCES, kind) {
            Sort::Source
        } else if is_kind(object, "", "ConfigMap") || is_kind(object, "", "Secret") {
            Sort::Data
        } else {
            return;
        };
        let id = (sort, ObjectKey::named(kind, &name));
        // Of data only what somebody takes variables from is of interest.
        let is_known = self.nodes.get(&id);
        if (sort == Sort::Data && is_known.is_none()) || is_known.is_some_and(|_| self.has_maker(&id)) {
            return;
        }
        let place = |at: Mark| place_or(at, &part.sources, &name);
        match sort {
            Sort::Release => self.release(&id, object, &place),
            Sort::Source => self.source(&id, object, &place),
            _ => drop(self.add(&id, object, String::new())),
        }
        self.edge(&kustomization(part), id, Relation::Makes, place(object.at), Presence::Here);
    }

    fn has_maker(&self, id: &Id) -> bool {
        self.edges.keys().any(|(_, to, relation)| *relation == Relation::Makes && to == id)
    }

    fn release(&mut self, id: &Id, object: &Yaml, place: &dyn Fn(Mark) -> Place) {
        let namespace = &id.1.namespace;
        let chart = at(object, &["spec", "chart", "spec"]);
        let what = joined(&[text(chart, "chart"), text(chart, "version")]);
        self.add(id, object, what);
        let template = chart.and_then(|chart| chart.get("sourceRef")).map(|node| (node, "HelmRepository"));
        let reference = at(object, &["spec", "chartRef"]).map(|node| (node, "OCIRepository"));
        if let Some((node, kind)) = template.or(reference) {
            let source = (Sort::Source, referred(node, kind, namespace));
            self.edge(id, source, Relation::BuiltFrom, place(node.at), Presence::Outside);
        }
        for item in at(object, &["spec", "dependsOn"]).map_or(&[][..], Yaml::items) {
            let other = ObjectKey { kind: "HelmRelease".into(), ..referred(item, "HelmRelease", namespace) };
            let ready = item.get("readyExpr").map(|node| node.value_text().to_owned());
            let relation = Relation::DependsOn { ready };
            self.edge(id, (Sort::Release, other), relation, place(item.at), Presence::Missing);
        }
    }

    fn source(&mut self, id: &Id, object: &Yaml, place: &dyn Fn(Mark) -> Place) {
        let spec = object.get("spec");
        let reference = at(object, &["spec", "ref"]);
        // A tag says more than the digest beside it.
        let version = ["semver", "tag", "name", "branch", "commit", "digest"];
        let version = version.iter().map(|field| text(reference, field)).find(|text| !text.is_empty());
        let address = ["url", "endpoint", "chart"].iter().map(|field| text(spec, field));
        let address = address.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        let what = joined(&[
            address,
            text(spec, "bucketName"),
            version.unwrap_or_default(),
            // Of a HelmChart.
            text(spec, "version"),
        ]);
        self.add(id, object, what);
        if let Some(node) = at(object, &["spec", "sourceRef"]) {
            let source = (Sort::Source, referred(node, "HelmRepository", &id.1.namespace));
            self.edge(id, source, Relation::BuiltFrom, place(node.at), Presence::Outside);
        }
    }

    /// A release with a `chartRef` has chart and version from there.
    fn name_charts(&mut self) {
        let from = |(from, to, relation): &(Id, Id, Relation)| {
            let is_chart = from.0 == Sort::Release && *relation == Relation::BuiltFrom;
            is_chart.then(|| (from.clone(), to.clone()))
        };
        for (release, source) in self.edges.keys().filter_map(from).collect::<Vec<_>>() {
            let what = self.nodes.get(&source).map_or("", |node| node.what.as_str());
            // The last part of an address is what the chart is called.
            let chart = what.rsplit_once('/').map_or(what, |(_, last)| last).to_owned();
            if let Some(node) = self.nodes.get_mut(&release).filter(|node| node.what.is_empty()) {
                node.what = chart;
            }
        }
    }

    fn finish(self) -> Graph {
        let numbers: BTreeMap<&Id, usize> = self.nodes.keys().zip(0..).collect();
        let mut findings = Vec::new();
        let mut edges = Vec::new();
        let mut places = Vec::new();
        for ((from, to, relation), place) in &self.edges {
            // Both ends were added with the edge.
            let (Some(&from_number), Some(&to_number)) = (numbers.get(from), numbers.get(to)) else {
                continue;
            };
            let is_unknown = matches!(relation, Relation::DependsOn { .. })
                && self.nodes.get(to).is_some_and(|node| node.presence == Presence::Missing);
            if is_unknown {
                findings.push(self.unknown(from, to, place.clone()));
            }
            edges.push(Edge {
                from: from_number,
                to: to_number,
                relation: relation.clone(),
                is_faulty: is_unknown,
            });
            places.push(place.clone());
        }
        let mut graph = Graph { nodes: self.nodes.into_values().collect(), edges, findings };
        let needs = Needs::of(&graph);
        for (node, layer) in graph.nodes.iter_mut().zip(needs.layers()) {
            node.layer = layer;
        }
        for cycle in needs.cycles() {
            let found = order::told(&mut graph, &cycle, &places);
            graph.findings.push(found);
        }
        graph.findings.sort();
        graph
    }

    fn unknown(&self, from: &Id, to: &Id, place: Place) -> Diagnostic {
        let message = format!("{} depends on {}, which nothing makes", from.1, to.1);
        let found = Diagnostic::error("graph/unknown", place, message);
        let is_there = |(id, node): &(&Id, &Node)| id.0 == to.0 && node.presence == Presence::Here;
        let same: Vec<&ObjectKey> = self.nodes.iter().filter(is_there).map(|(id, _)| &id.1).collect();
        // A dependency without a namespace means the own one; often another is meant.
        if let Some(other) = same.iter().find(|other| other.name == to.1.name) {
            return found.with_help(format!("{other} is there: write its namespace"));
        }
        if let Some(near) = nearest::nearest(&to.1.name, same.iter().map(|key| key.name.as_str())) {
            return found.with_help(format!("did you mean `{near}`?"));
        }
        match self.nodes.values().find(|node| node.problem.is_some() && node.key != from.1) {
            Some(node) => found.with_help(format!("{} cannot be built and may make it", node.title())),
            None => found,
        }
    }
}

fn place_or(at: Mark, sources: &[Source], name: &Name) -> Place {
    place(at, sources).unwrap_or_else(|| Place::file(name.to_string()))
}
