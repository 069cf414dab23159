//! From an entry to everything that Flux would come to: Kustomizations make Kustomizations.
//!
//! Work goes in rounds. What needs a ConfigMap, a Secret or a source that nothing has made so far waits as long as anything else
//! can be done; then it goes on without.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kustomize_rs::yaml::node::Node;
use kustomize_rs::{Session, Source};
use yamltree::diagnostic::Diagnostic;
use yamltree::path::RepoPath;

use super::build::{Built, build, folder, place_of};
use super::manifest::title;
use super::spec::{Kustomization, Name, Reference, is_kind, is_kustomization};
use super::variables::{Data, Variables};
use super::{Artifact, Encrypted, Entry, Inputs, Part, Rendered, Rendering, data, parallel};

const SOURCE_GROUP: &str = "source.toolkit.fluxcd.io";
/// The kinds that a Kustomization can be built from.
const SOURCE_KINDS: [&str; 4] = ["GitRepository", "OCIRepository", "Bucket", "ExternalArtifact"];
/// What the source of the repository is called by `flux bootstrap` and the Flux operator.
const USUAL: &str = "flux-system";

type Sessions<'t> = Session<Artifact<'t>>;

struct Pending {
    kustomization: Kustomization,
    made_by: Option<usize>,
    sources: Arc<[Source]>,
}

struct Discovery<'i, 't> {
    inputs: &'i Inputs<'t>,
    own: Sessions<'t>,
    others: BTreeMap<&'i str, Sessions<'t>>,
    /// Sources that are known to be the repository.
    own_names: BTreeSet<Reference>,
    /// Sources that something makes.
    made: BTreeSet<Reference>,
    data: BTreeMap<Reference, Data>,
    seen: BTreeSet<Name>,
    pending: Vec<Pending>,
    parts: Vec<Part>,
}

pub(super) fn discover(inputs: &Inputs<'_>) -> Rendering {
    let mut discovery = Discovery {
        inputs,
        own: Session::new(Artifact::new(inputs.repository, None)),
        others: inputs
            .sources
            .iter()
            .map(|(name, tree)| (name.as_str(), Session::new(Artifact::new(*tree, None))))
            .collect(),
        own_names: BTreeSet::new(),
        made: BTreeSet::new(),
        data: inputs.data.clone(),
        seen: BTreeSet::new(),
        pending: Vec::new(),
        parts: Vec::new(),
    };
    discovery.begin();
    while !discovery.pending.is_empty() {
        let work = discovery.next();
        let built = parallel::each(inputs.threads, &work, |pending| discovery.one(pending));
        work.into_iter().zip(built).for_each(|(pending, part)| discovery.add(pending, part));
    }
    Rendering { parts: discovery.parts }
}

/// What came of one Kustomization.
struct Done {
    variables: Variables,
    built: Result<Built, Box<Diagnostic>>,
}

impl<'t> Discovery<'_, 't> {
    fn begin(&mut self) {
        match &self.inputs.entry {
            Entry::Objects(objects) => {
                self.beside(objects);
                for (object, file) in objects.iter().filter(|(object, _)| is_kustomization(object)) {
                    let kustomization = Kustomization::of(object.clone().of(1), USUAL);
                    self.own_names.insert(kustomization.source.clone());
                    self.enqueue(kustomization, None, Arc::from([source(file)]));
                }
            }
            Entry::Folder(path) => self.begin_in(path),
        }
    }

    /// What is in the cluster and makes nothing: ConfigMaps and Secrets that others read.
    fn beside(&mut self, objects: &[(Node, String)]) {
        let others: Vec<_> = objects.iter().filter(|(object, _)| !is_kustomization(object)).collect();
        let number = |index: usize| u32::try_from(index + 1).unwrap_or(0);
        let rendered = |(index, (node, _)): (usize, &&(Node, String))| Rendered {
            node: node.clone().of(number(index)),
            encrypted: Encrypted::No,
            variables: Vec::new(),
            unknown: Vec::new(),
            before: Vec::new(),
        };
        let built = Built {
            objects: others.iter().enumerate().map(rendered).collect(),
            sources: others.iter().map(|(_, file)| source(file)).collect(),
            warnings: Vec::new(),
        };
        let pending =
            Pending { kustomization: entry(&RepoPath::root()), made_by: None, sources: Arc::from([]) };
        if !built.objects.is_empty() {
            self.add(pending, Done { variables: Variables::default(), built: Ok(built) });
            self.parts.iter_mut().for_each(|part| part.is_beside = true);
        }
    }

    /// A folder is built as it is; if that makes the Kustomization that would build the folder, this one is where Flux begins.
    fn begin_in(&mut self, path: &RepoPath) {
        let entry = entry(path);
        self.own_names.insert(entry.source.clone());
        let pending = Pending { kustomization: entry, made_by: None, sources: Arc::from([]) };
        let done = self.one(&pending);
        if let Ok(built) = &done.built {
            let made = built.objects.iter().filter(|object| is_kustomization(&object.node));
            let made = made.map(|object| Kustomization::of(object.node.clone(), USUAL));
            if let Some(root) = made.into_iter().find(|k| folder(&k.path) == *path) {
                self.own_names.insert(root.source.clone());
                let sources = Arc::clone(&built.sources);
                return self.enqueue(root, None, sources);
            }
        }
        self.add(pending, done);
    }

    fn enqueue(&mut self, kustomization: Kustomization, made_by: Option<usize>, sources: Arc<[Source]>) {
        if self.seen.insert(kustomization.name.clone()) {
            self.pending.push(Pending { kustomization, made_by, sources });
        }
    }

    /// What can be done now: what needs nothing that may still come; else what lacks only what is optional; else the rest.
    fn next(&mut self) -> Vec<Pending> {
        let pending = std::mem::take(&mut self.pending);
        let (now, later): (Vec<_>, Vec<_>) = pending.into_iter().partition(|p| self.lacks(p, true) == 0);
        if !now.is_empty() {
            self.pending = later;
            return now;
        }
        let (now, later): (Vec<_>, Vec<_>) = later.into_iter().partition(|p| self.lacks(p, false) == 0);
        if !now.is_empty() {
            self.pending = later;
            return now;
        }
        later
    }

    fn lacks(&self, pending: &Pending, with_optional: bool) -> usize {
        let from = pending.kustomization.post_build.iter().flat_map(|post| &post.from);
        let from = from.filter(|from| with_optional || !from.is_optional);
        let missing = from.filter(|from| !self.data.contains_key(&from.reference)).count();
        missing + usize::from(!self.is_known(&pending.kustomization.source))
    }

    fn is_known(&self, source: &Reference) -> bool {
        self.own_names.contains(source)
            || self.made.contains(source)
            || self.others.contains_key(source.name.name.as_str())
            || source.name.name == USUAL
    }

    /// The tree of a source; none if it is somewhere else.
    fn source(&self, source: &Reference) -> Option<&Sessions<'t>> {
        if let Some(other) = self.others.get(source.name.name.as_str()) {
            return Some(other);
        }
        let is_own =
            self.own_names.contains(source) || source.name.name == USUAL || !self.made.contains(source);
        (is_own && SOURCE_KINDS.contains(&source.kind.as_str())).then_some(&self.own)
    }

    fn one(&self, pending: &Pending) -> Done {
        let Pending { kustomization, sources, .. } = pending;
        let variables = Variables::of(kustomization, |r| self.data.get(r), self.inputs.is_strict);
        let built = match self.source(&kustomization.source) {
            Some(session) => build(session, kustomization, sources, &variables),
            None => {
                let message =
                    format!("{}: its source {} is not at hand", title(kustomization), kustomization.source);
                let help =
                    format!("give a checkout of it: --source {}=FOLDER", kustomization.source.name.name);
                let place = place_of(kustomization, sources);
                Err(Box::new(Diagnostic::error("flux/source", place, message).with_help(help)))
            }
        };
        Done { variables, built }
    }

    fn add(&mut self, pending: Pending, done: Done) {
        let Pending { kustomization, made_by, sources: own_sources } = pending;
        let number = self.parts.len();
        let mut part = Part {
            is_beside: false,
            made_by,
            own_sources,
            variables: done.variables,
            objects: Vec::new(),
            sources: Arc::from([]),
            problem: None,
            warnings: Vec::new(),
            kustomization,
        };
        match done.built {
            Err(problem) => part.problem = Some(problem),
            Ok(built) => {
                (part.objects, part.sources, part.warnings) = (built.objects, built.sources, built.warnings);
            }
        }
        for object in &part.objects {
            self.data.extend(data::of(object));
            let kind = SOURCE_KINDS.into_iter().find(|kind| is_kind(&object.node, SOURCE_GROUP, kind));
            self.made.extend(kind.map(|kind| Reference { kind: kind.into(), name: Name::of(&object.node) }));
        }
        let namespace = part.kustomization.name.namespace.clone();
        let made: Vec<Kustomization> = part
            .objects
            .iter()
            .filter(|object| is_kustomization(&object.node))
            .map(|object| Kustomization::of(object.node.clone(), &namespace))
            .collect();
        let sources = Arc::clone(&part.sources);
        self.parts.push(part);
        made.into_iter().for_each(|made| self.enqueue(made, Some(number), Arc::clone(&sources)));
    }
}

fn source(file: &str) -> Source {
    Source { file: file.into(), by: None }
}

/// The entry as a Kustomization without a name.
fn entry(path: &RepoPath) -> Kustomization {
    let mut kustomization = Kustomization::of(Node::map(), USUAL);
    kustomization.name.name.clear();
    // Who would build it, with which keys, is not known.
    kustomization.decrypts = true;
    kustomization.source = Reference { kind: "GitRepository".into(), name: Name::new(USUAL, USUAL) };
    path.as_str().clone_into(&mut kustomization.path);
    kustomization
}
