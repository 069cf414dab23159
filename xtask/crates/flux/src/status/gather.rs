//! Live objects into the tree of a [`Status`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::cause::Causes;
use super::{Component, Node, State, Status, VERSION, condition};
use crate::object::{ObjectKey, text};

/// Label by which a Kustomization names its component.
const COMPONENT: &str = "/metadata/labels/component";
const OWNER_NAME: &str = "/metadata/labels/kustomize.toolkit.fluxcd.io~1name";
const OWNER_NAMESPACE: &str = "/metadata/labels/kustomize.toolkit.fluxcd.io~1namespace";
const SOURCES: [&str; 5] = ["GitRepository", "OCIRepository", "HelmRepository", "HelmChart", "Bucket"];

pub(super) fn status(objects: &[Value], expected: &[String]) -> Status {
    let live = Live::of(objects);
    let mut sources = BTreeSet::new();
    let mut roots = Vec::new();
    let mut components: BTreeMap<String, Vec<Node>> =
        expected.iter().map(|name| (name.clone(), Vec::new())).collect();
    for (key, object) in live.of_kind("Kustomization") {
        let node = live.kustomization(key, object);
        match text(object, COMPONENT) {
            Some(component) => components.entry(component.to_owned()).or_default().push(node),
            None => {
                sources.extend(live.source_of(key, object));
                roots.push(node);
            }
        }
    }
    let sources: Vec<Node> = sources.into_iter().map(|key| live.node(&key)).collect();
    let components: Vec<(String, Vec<Node>)> = components.into_iter().collect();
    let causes = Causes::new(&live, &sources, &roots, &components);
    let components: Vec<Component> = components
        .iter()
        .map(|(name, kustomizations)| {
            let worst = kustomizations.iter().map(Node::worst).max();
            let ready = !kustomizations.is_empty() && kustomizations.iter().all(Node::all_ready);
            Component {
                name: name.clone(),
                state: worst.unwrap_or(State::Progressing),
                ready,
                kustomizations: kustomizations.clone(),
                cause: if ready { None } else { causes.of_component(name, kustomizations) },
            }
        })
        .collect();
    let above = sources.iter().chain(&roots).all(Node::all_ready);
    let ready = !roots.is_empty() && above && components.iter().all(|c| c.ready);
    Status { version: VERSION, ready, sources, roots, components }
}

/// The live objects by key.
pub(super) struct Live<'a> {
    objects: BTreeMap<ObjectKey, &'a Value>,
}

impl<'a> Live<'a> {
    fn of(objects: &'a [Value]) -> Self {
        Live { objects: objects.iter().map(|object| (ObjectKey::of(object), object)).collect() }
    }

    fn of_kind(&self, kind: &str) -> impl Iterator<Item = (&ObjectKey, &'a Value)> {
        self.objects.iter().filter(move |(key, _)| key.kind == kind).map(|(key, object)| (key, *object))
    }

    /// The node of an object alone, or that it is missing.
    fn node(&self, key: &ObjectKey) -> Node {
        self.objects
            .get(key)
            .map_or_else(|| condition::missing(key.clone()), |object| condition::node(object))
    }

    /// The object that a key means.
    pub(super) fn get(&self, key: &ObjectKey) -> Option<&'a Value> {
        self.objects.get(key).copied()
    }

    /// What a Kustomization is built from, or a chart comes from.
    pub(super) fn source_of(&self, key: &ObjectKey, object: &Value) -> Option<ObjectKey> {
        ObjectKey::referred(object.pointer("/spec/sourceRef")?, "GitRepository", &key.namespace)
    }

    fn kustomization(&self, key: &ObjectKey, object: &'a Value) -> Node {
        let mut node = condition::node(object);
        let source = self.source_of(key, object).and_then(|source| self.get(&source));
        match source.and_then(|source| text(source, "/status/artifact/revision")) {
            Some(offered) if node.revision.as_deref() != Some(offered) => old_revision(&mut node, offered),
            // With an artifact at hand this means that the artifact lacks the path.
            None if node.state == State::Failed && node.reason == "ArtifactFailed" => {
                node.state = State::Progressing
            }
            _ => {}
        }
        let children = self.children_of(&node);
        let mut shown = BTreeSet::new();
        for child in children.iter().filter(|child| child.kind == "HelmRelease") {
            let release = self.release(child);
            shown.extend(release.children.iter().map(|source| source.key.clone()));
            node.children.push(release);
        }
        for child in children.iter().filter(|child| child.kind != "HelmRelease" && !shown.contains(child)) {
            // Kustomizations that exist are shown on their own.
            if child.kind != "Kustomization" || self.get(child).is_none() {
                node.children.push(self.node(child));
            }
        }
        node
    }

    /// The Flux objects that a Kustomization applied: by its inventory, or by the labels that it left on them.
    fn children_of(&self, owner: &Node) -> BTreeSet<ObjectKey> {
        let flux = |kind: &str| matches!(kind, "HelmRelease" | "Kustomization") || SOURCES.contains(&kind);
        let listed = owner.inventory.iter().filter(|key| flux(&key.kind) && **key != owner.key).cloned();
        let labelled = self.objects.iter().filter(|(key, object)| {
            flux(&key.kind)
                && **key != owner.key
                && text(object, OWNER_NAME) == Some(&owner.key.name)
                && text(object, OWNER_NAMESPACE) == Some(&owner.key.namespace)
        });
        let labelled = labelled.map(|(key, _)| key.clone());
        // What it once applied and then pruned is labelled no more, and an inventory may be older than the labels.
        listed.chain(labelled).collect()
    }

    fn release(&self, key: &ObjectKey) -> Node {
        let mut node = self.node(key);
        if let Some(object) = self.get(key) {
            node.children = self.charts_of(key, object).iter().map(|chart| self.chart(chart)).collect();
            if let Some(offered) = self.newer_chart(&node, object) {
                old_revision(&mut node, &offered);
            }
        }
        node
    }

    /// A chart out of a Git repository is on its way as long as it was not packed from what the repository offers; the
    /// index of a chart repository changes without that.
    fn chart(&self, key: &ObjectKey) -> Node {
        let mut node = self.node(key);
        let Some(object) = self.get(key).filter(|_| key.kind == "HelmChart") else { return node };
        let source = self.source_of(key, object).filter(|source| source.kind == "GitRepository");
        let offered = source.and_then(|source| text(self.get(&source)?, "/status/artifact/revision"));
        let packed = text(object, "/status/observedSourceArtifactRevision");
        if let (Some(offered), Some(packed)) = (offered, packed)
            && offered != packed
            && node.state == State::Ready
        {
            node.message = format!("is packed from {packed}, but its source is at {offered}");
            (node.state, node.ready, node.reason) = (State::Progressing, false, "OldRevision".to_owned());
        }
        node
    }

    /// What a release takes its chart from: the HelmChart that helm-controller makes, if it is there, and the source.
    pub(super) fn charts_of(&self, key: &ObjectKey, object: &Value) -> Vec<ObjectKey> {
        if let Some(reference) = object.pointer("/spec/chartRef") {
            return ObjectKey::referred(reference, "OCIRepository", &key.namespace).into_iter().collect();
        }
        let Some(reference) = object.pointer("/spec/chart/spec/sourceRef") else { return Vec::new() };
        let Some(source) = ObjectKey::referred(reference, "HelmRepository", &key.namespace) else {
            return Vec::new();
        };
        let chart =
            ObjectKey::new("HelmChart", &source.namespace, &format!("{}-{}", key.namespace, key.name));
        let chart = self.get(&chart).map(|_| chart);
        chart.into_iter().chain([source]).collect()
    }

    /// The revision of the chart that is there, if the release has not tried it yet.
    fn newer_chart(&self, release: &Node, object: &Value) -> Option<String> {
        let chart = release.children.first()?;
        let offered = chart.revision.as_deref()?;
        let is_tried = match chart.key.kind.as_str() {
            "HelmChart" => {
                let tried = text(object, "/status/lastAttemptedRevision")?;
                tried.trim_start_matches('v') == offered.trim_start_matches('v')
            }
            "OCIRepository" => {
                let tried = text(object, "/status/lastAttemptedRevisionDigest")?;
                offered.rsplit_once('@').is_none_or(|(_, digest)| digest == tried)
            }
            _ => true,
        };
        if is_tried { None } else { Some(offered.to_owned()) }
    }
}

/// A ready node that has not yet got what its source offers is still on its way.
fn old_revision(node: &mut Node, offered: &str) {
    if node.state == State::Ready {
        let applied = node.revision.as_deref().unwrap_or("nothing");
        node.message = format!("has applied {applied}, but its source is at {offered}");
        (node.state, node.ready, node.reason) = (State::Progressing, false, "OldRevision".to_owned());
    }
}
