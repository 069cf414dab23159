//! What is looked at.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use flux::graph::Graph;
use flux::helm::KnownValues;
use flux::object::ObjectKey;
use flux::render::spec::Name;
use flux::render::{Part, Rendered, Rendering, Repository, masked};
pub(crate) use kustomize_rs::yaml::field::{at, items, text};
use kustomize_rs::yaml::node::{Field, Mark, Node};
use validation::{Fault, Lookup, Schemas};
use yamltree::diagnostic::Place;
use yamltree::tree::Tree;

use crate::made::Made;
use crate::overrides::Overrides;
use crate::platform::Platform;
use crate::refused::{self, Refused};

/// A repository and what it renders to.
pub struct Subject<'s> {
    /// The repository's files.
    pub tree: &'s (dyn Tree + Sync),
    /// The same, with what was built of it so far.
    pub repository: Arc<Repository<'s>>,
    /// Its files as they were, where it is asked what is new.
    pub before: Option<&'s (dyn Tree + Sync)>,
    /// What it renders to.
    pub rendering: &'s Rendering,
    /// Who makes whom and who waits for whom.
    pub graph: Graph,
    /// The objects of releases, where charts are at hand.
    pub charts: Vec<ChartObjects<'s>>,
    /// How many threads may look.
    pub threads: usize,
    /// Are those of all releases there? Else nobody can say that something is made by none.
    pub has_all_charts: bool,
    /// What kinds have to be, if that is known.
    schemas: Option<Schemas>,
    refused: OnceLock<Refused>,
    made: OnceLock<Made>,
    overrides: OnceLock<Overrides>,
    platform: OnceLock<Option<Platform>>,
}

/// The objects of one release.
pub struct ChartObjects<'s> {
    /// The Kustomization that makes the HelmRelease.
    pub part: &'s Part,
    /// The HelmRelease.
    pub release: Name,
    /// The namespace of objects that name none.
    pub namespace: String,
    /// The objects.
    pub objects: Vec<Node>,
    /// The names of values that the chart knows.
    pub values: KnownValues,
}

/// Whose an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'s> {
    /// A Kustomization's.
    Kustomization(&'s Name),
    /// A release's.
    Release(&'s Name),
}

/// An object with where it comes from.
#[derive(Clone, Copy)]
pub struct Object<'s> {
    /// The object.
    pub node: &'s Node,
    /// Whose it is.
    pub owner: Owner<'s>,
    /// The namespace that it is in if it names none; empty if that is not known.
    pub namespace: &'s str,
    part: &'s Part,
}

/// Labels that controllers of Kubernetes give to the pods that they make.
const ADDED: [&str; 7] = [
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

/// Group and kind of what is in no namespace and comes out of charts.
const CLUSTER_WIDE: [(&str, &str); 22] = [
    ("", "Namespace"),
    ("", "PersistentVolume"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("cert-manager.io", "ClusterIssuer"),
    ("external-secrets.io", "ClusterExternalSecret"),
    ("external-secrets.io", "ClusterSecretStore"),
    ("gateway.networking.k8s.io", "GatewayClass"),
    ("networking.k8s.io", "IngressClass"),
    ("node.k8s.io", "RuntimeClass"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("snapshot.storage.k8s.io", "VolumeSnapshotClass"),
    ("storage.k8s.io", "CSIDriver"),
    ("storage.k8s.io", "StorageClass"),
];

impl<'s> Subject<'s> {
    /// What a repository renders to, without its charts.
    pub fn new(tree: &'s (dyn Tree + Sync), rendering: &'s Rendering, component_label: &str) -> Self {
        let graph = Graph::of(rendering, component_label);
        Subject {
            tree,
            repository: Arc::new(Repository::new(tree)),
            before: None,
            rendering,
            graph,
            charts: Vec::new(),
            threads: 1,
            has_all_charts: false,
            schemas: None,
            refused: OnceLock::new(),
            made: OnceLock::new(),
            overrides: OnceLock::new(),
            platform: OnceLock::new(),
        }
    }

    /// Lets objects be checked against these schemas, and those of the definitions that are rendered. Charts' objects come first.
    pub fn check_against(&mut self, mut schemas: Schemas) {
        let text = |node: &Node, key: &str| node.get(key).map_or("", Node::value_text).to_owned();
        let group = |api_version: String| api_version.split('/').next().unwrap_or_default().to_owned();
        let used: HashSet<(String, String)> = self
            .objects()
            .map(|object| (group(text(object.node, "apiVersion")), text(object.node, "kind")))
            .collect();
        // A definition takes longer to read than an object to check; most are of kinds that no object has.
        let is_used = |definition: &&Node| {
            let Some(spec) = definition.get("spec") else { return false };
            let kind = spec.get("names").map_or(String::new(), |names| text(names, "kind"));
            used.contains(&(text(spec, "group"), kind))
        };
        let definitions = self.objects().filter(|object| object.kind() == "CustomResourceDefinition");
        let definitions: Vec<&Node> = definitions.map(|object| object.node).filter(is_used).collect();
        schemas.add_definitions(definitions.into_iter());
        self.schemas = Some(schemas);
    }

    /// Are objects checked against schemas?
    pub fn has_schemas(&self) -> bool {
        self.schemas.is_some()
    }

    /// What the API server would refuse.
    pub fn refused(&self) -> &Refused {
        self.refused
            .get_or_init(|| self.schemas.as_ref().map_or_else(Refused::default, |s| refused::of(self, s)))
    }

    /// API versions that have the kind; none where no schemas are at hand.
    pub(crate) fn versions_of(&self, kind: &str) -> Vec<&str> {
        self.schemas.as_ref().map_or_else(Vec::new, |schemas| schemas.versions_of(kind))
    }

    /// What to say of an API version and kind that nobody serves; nothing where no schemas are at hand.
    pub(crate) fn missing(&self, api_version: &str, kind: &str, at: Mark) -> Option<Fault> {
        Some(self.schemas.as_ref()?.missing(api_version, kind, at))
    }

    /// What is known about the kind of an object; nothing where no schemas are at hand.
    pub fn lookup(&self, object: &Object<'_>) -> Option<Lookup<'_>> {
        let schemas = self.schemas.as_ref()?;
        Some(schemas.get(object.text(&["apiVersion"]), object.kind()))
    }

    /// The platform's components and files; none if the repository is another one.
    pub(crate) fn platform(&self) -> Option<&Platform> {
        self.platform.get_or_init(|| Platform::of(self.tree)).as_ref()
    }

    /// What is wrong with overrides, by the schemas of the values that are documented.
    pub(crate) fn overrides(&self) -> &Overrides {
        self.overrides.get_or_init(|| Overrides::of(self))
    }

    /// What somebody makes. Asked for the first time when all charts' objects are there.
    pub(crate) fn made(&self) -> &Made {
        self.made.get_or_init(|| Made::of(self))
    }

    /// Is everything known that is applied? Not where a Kustomization cannot be built, or a release's chart is not at hand.
    pub(crate) fn is_complete(&self) -> bool {
        self.rendering.problems().next().is_none()
            && (self.has_all_charts || !self.objects().any(|object| object.is_release()))
    }

    /// What is rendered under this name, beside what Flux applies too.
    pub(crate) fn rendered(&self, key: &ObjectKey) -> impl Iterator<Item = &Rendered> {
        let all = self.rendering.parts.iter().flat_map(|part| &part.objects);
        all.filter(move |object| {
            text(&object.node, &["kind"]) == key.kind
                && ObjectKey::named(&key.kind, &Name::of(&object.node)) == *key
        })
    }

    /// Every object that is applied, but those whose kind is encrypted too: nothing is known of them.
    pub fn objects(&self) -> impl Iterator<Item = Object<'_>> {
        let parts = self.rendering.parts.iter().filter(|part| !part.is_beside);
        let of_parts = parts.flat_map(|part| {
            let owner = Owner::Kustomization(&part.kustomization.name);
            let known = part.objects.iter().filter(|object| !masked::is_kind_masked(object));
            known.map(move |o| Object { node: &o.node, owner, namespace: "", part })
        });
        of_parts.chain(self.charts.iter().flat_map(ChartObjects::all))
    }
}

impl ChartObjects<'_> {
    /// Its objects, each with where it comes from.
    pub fn all(&self) -> impl Iterator<Item = Object<'_>> {
        let owner = Owner::Release(&self.release);
        let object = move |node| Object { node, owner, namespace: &self.namespace, part: self.part };
        self.objects.iter().map(object)
    }
}

/// The component that a part belongs to, by the label of its Kustomization; empty if it has none.
pub(crate) fn component_of(part: &Part) -> &str {
    text(&part.kustomization.object, &["metadata", "labels", fleet::roots::COMPONENT_LABEL])
}

/// Where a part's value was written; none if nobody wrote it.
pub(crate) fn place_in(part: &Part, at: Mark) -> Option<Place> {
    let source = part.sources.get((at.file as usize).checked_sub(1)?)?;
    Some(Place::at(source.file.as_str(), at.line as usize, at.column as usize))
}

impl<'s> Object<'s> {
    /// The text of a field; empty if it is missing.
    pub fn text(&self, path: &[&str]) -> &'s str {
        text(self.node, path)
    }

    /// A field; none if it is missing or null.
    pub fn at(&self, path: &[&str]) -> Option<&'s Node> {
        at(self.node, path)
    }

    /// The entries of a list; none if it is missing.
    pub fn items(&self, path: &[&str]) -> &'s [Node] {
        items(self.node, path)
    }

    /// Its kind.
    pub fn kind(&self) -> &'s str {
        self.text(&["kind"])
    }

    /// The group of its API; empty for the first one.
    pub fn group(&self) -> &'s str {
        self.text(&["apiVersion"]).split_once('/').map_or("", |(group, _)| group)
    }

    /// The component that it belongs to; empty if it belongs to none.
    pub fn component(&self) -> &'s str {
        component_of(self.part)
    }

    /// Is it of that group and kind, in whatever version?
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind() == kind && self.group() == group
    }

    /// Is it of a kind that is known to be in no namespace?
    fn is_cluster_wide(&self) -> bool {
        CLUSTER_WIDE.contains(&(self.group(), self.kind()))
    }

    /// Is it a HelmRelease?
    pub fn is_release(&self) -> bool {
        self.is(flux::releases::GROUP, "HelmRelease")
    }

    /// Is it a Kustomization of Flux?
    pub fn is_kustomization(&self) -> bool {
        flux::render::spec::is_kustomization(self.node)
    }

    /// Kind, namespace and name.
    pub fn key(&self) -> ObjectKey {
        let mut name = Name::of(self.node);
        if name.namespace.is_empty() && !self.is_cluster_wide() {
            self.namespace.clone_into(&mut name.namespace);
        }
        ObjectKey::named(self.kind(), &name)
    }

    /// What people call it, and whose it is if that is a release.
    pub fn title(&self) -> String {
        match self.owner {
            Owner::Kustomization(_) => self.key().to_string(),
            Owner::Release(release) => format!("{} of HelmRelease {release}", self.key()),
        }
    }

    /// Where a value of it was written; the HelmRelease, for what a chart made.
    pub fn place(&self, node: &Node) -> Place {
        self.place_of(node.at)
    }

    /// The same of what was written at a mark.
    pub fn place_of(&self, at: Mark) -> Place {
        let whole = || self.of_mark(self.node.at);
        match self.owner {
            Owner::Kustomization(name) => {
                self.of_mark(at).or_else(whole).unwrap_or_else(|| Place::file(name.to_string()))
            }
            Owner::Release(name) => {
                let is_it = |o: &&flux::render::Rendered| {
                    flux::releases::is_release(o) && Name::of(&o.node).name == name.name
                };
                let release = self.part.objects.iter().find(is_it);
                let place = release.and_then(|release| self.of_mark(release.node.at));
                place.unwrap_or_else(|| Place::file(name.to_string()))
            }
        }
    }

    fn of_mark(&self, at: Mark) -> Option<Place> {
        place_in(self.part, at)
    }

    /// The pod that it makes with its metadata; none if it makes none.
    pub fn template(&self) -> Option<&'s Node> {
        match (self.group(), self.kind()) {
            ("", "Pod") => Some(self.node),
            ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") | ("batch", "Job") => {
                self.at(&["spec", "template"])
            }
            ("batch", "CronJob") => self.at(&["spec", "jobTemplate", "spec", "template"]),
            _ => None,
        }
    }

    /// The `spec` of the pod that it makes; none if it makes none.
    pub fn pod(&self) -> Option<&'s Node> {
        self.template().and_then(|template| at(template, &["spec"]))
    }

    /// Does a chart make it only when somebody asks Helm for a test?
    pub fn is_test(&self) -> bool {
        self.text(&["metadata", "annotations", "helm.sh/hook"]).starts_with("test")
    }

    /// Does it run until somebody ends it: is it a Deployment, StatefulSet or DaemonSet?
    pub fn runs_on(&self) -> bool {
        self.group() == "apps" && matches!(self.kind(), "Deployment" | "StatefulSet" | "DaemonSet")
    }

    /// Does the pod that it makes have all these labels? Those that Kubernetes adds when it makes the pod are taken to fit.
    pub fn has_labels(&self, selector: &Node) -> bool {
        let labels = self.template().and_then(|template| at(template, &["metadata", "labels"]));
        labels.is_some_and(|labels| {
            let fits = |field: &Field| {
                let label = labels.get(&field.key);
                ADDED.contains(&field.key.as_str())
                    || label.is_some_and(|label| label.value_text() == field.value.value_text())
            };
            selector.fields().iter().all(fits)
        })
    }

    /// The containers of its pod, those that run first included, each with its name.
    pub fn containers(&self) -> impl Iterator<Item = (&'s str, &'s Node)> {
        let lists = ["initContainers", "containers"].map(|list| self.pod().and_then(|pod| pod.get(list)));
        let all = lists.into_iter().flatten().flat_map(Node::items);
        all.map(|container| (container.get("name").map_or("", Node::value_text), container))
    }
}
