//! From an entry to everything that Flux would come to: Kustomizations make Kustomizations.
//!
//! Work goes in rounds. What needs a ConfigMap, a Secret or a source that nothing has made so far waits as long as anything else
//! can be done; then it goes on without. In front of each round the ArtifactGenerators whose sources are there make theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kustomize_rs::yaml::node::Node;
use kustomize_rs::{Source, Touched};
use yamltree::diagnostic::{Diagnostic, Severity};
use yamltree::path::RepoPath;

use super::artifacts::{ARTIFACT, Artifacts, Missing, Patience};
use super::build::{Built, build, folder, place_of};
use super::builds::Builds;
use super::earlier::{Basis, Earlier, Origin};
use super::generator::ArtifactGenerator;
use super::manifest::title;
use super::spec::{Kustomization, Name, SOURCE_GROUP, is_kind, is_kustomization, text};
use super::variables::{Data, Variables};
use super::{Encrypted, Entry, Inputs, Part, Rendered, Rendering, data, parallel};
use crate::object::ObjectKey;

/// The kinds that a Kustomization can be built from.
const SOURCE_KINDS: [&str; 4] = ["GitRepository", "OCIRepository", "Bucket", ARTIFACT];
/// Code of what lacks a source.
pub(super) const MISSING: &str = "flux/source";
/// What the source of the repository is called by `flux bootstrap` and the Flux operator.
const USUAL: &str = "flux-system";

struct Pending {
    kustomization: Kustomization,
    made_by: Option<usize>,
    sources: Arc<[Source]>,
}

pub(super) struct Discovery<'i, 't, 'e> {
    inputs: &'i Inputs<'t>,
    earlier: Option<&'i Earlier<'e>>,
    /// Builds of the repository, where its source object leaves files out.
    heeding: Option<Builds<'t>>,
    /// The `spec.ignore` of the repository's own source.
    own_ignore: Option<String>,
    others: BTreeMap<&'i str, Builds<'t>>,
    pub(super) artifacts: Artifacts<'t>,
    /// Sources that are known to be the repository.
    own_names: BTreeSet<ObjectKey>,
    /// Sources that something makes.
    made: BTreeSet<ObjectKey>,
    data: BTreeMap<ObjectKey, Data>,
    seen: BTreeSet<Name>,
    pending: Vec<Pending>,
    parts: Vec<Part>,
}

pub(super) fn discover(inputs: &Inputs<'_>, earlier: Option<&Earlier<'_>>) -> Rendering {
    let mut discovery = Discovery {
        inputs,
        earlier,
        heeding: None,
        own_ignore: None,
        others: inputs.sources.iter().map(|(name, tree)| (name.as_str(), Builds::of(*tree, None))).collect(),
        artifacts: Artifacts::default(),
        own_names: BTreeSet::new(),
        made: BTreeSet::new(),
        data: inputs.data.clone(),
        seen: BTreeSet::new(),
        pending: Vec::new(),
        parts: Vec::new(),
    };
    discovery.begin();
    while !discovery.pending.is_empty() || discovery.artifacts.are_some_waiting() {
        let work = discovery.next();
        let built = parallel::each(inputs.threads, &work, |pending| discovery.one(pending));
        work.into_iter().zip(built).for_each(|(pending, part)| discovery.add(pending, part));
    }
    let Discovery { mut parts, artifacts, own_names: own, .. } = discovery;
    let given = inputs.sources.keys().cloned().collect();
    let artifacts = artifacts.finish(&mut parts);
    forgive(&mut parts);
    Rendering { artifacts, parts, own, given }
}

/// A source that somebody makes and that lies elsewhere keeps only us from seeing what is in it: that is no error.
fn forgive(parts: &mut [Part]) {
    let objects = parts.iter().flat_map(|part| &part.objects).map(|object| &object.node);
    let is_source = |node: &&Node| SOURCE_KINDS.into_iter().any(|kind| is_kind(node, SOURCE_GROUP, kind));
    let made: BTreeSet<ObjectKey> = objects
        .filter(is_source)
        .map(|node| ObjectKey::named(text(Some(node), "kind"), &Name::of(node)))
        .collect();
    for part in parts {
        if let Some(problem) = part.problem.as_mut().filter(|problem| problem.code == MISSING)
            && made.contains(&part.kustomization.source)
        {
            problem.severity = Severity::Warning;
        }
    }
}

/// What came of one Kustomization.
struct Done {
    variables: Variables,
    /// Where the source was, if that can be compared.
    origin: Option<Origin>,
    built: Result<Built, Box<Diagnostic>>,
    /// The part that it was taken over from.
    same: Option<usize>,
}

impl<'t> Discovery<'_, 't, '_> {
    fn begin(&mut self) {
        match &self.inputs.entry {
            Entry::Objects(objects) => {
                self.beside(objects);
                for (object, file) in objects.iter().filter(|(object, _)| is_kustomization(object)) {
                    let kustomization = Kustomization::of(object.clone().of(1), USUAL);
                    self.own_names.insert(kustomization.source.clone());
                    self.enqueue(kustomization, None, Arc::from([source(file)]));
                }
                self.heed(objects.iter().map(|(object, _)| object));
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
            ciphers: Vec::new(),
            variables: Vec::new(),
            unknown: Vec::new(),
            before: Vec::new(),
        };
        let built = Built {
            objects: others.iter().enumerate().map(rendered).collect(),
            sources: others.iter().map(|(_, file)| source(file)).collect(),
            warnings: Vec::new(),
            touched: Touched::default(),
            listed: BTreeSet::new(),
        };
        let pending =
            Pending { kustomization: entry(&RepoPath::root()), made_by: None, sources: Arc::from([]) };
        if !built.objects.is_empty() {
            self.add(
                pending,
                Done { variables: Variables::default(), origin: None, built: Ok(built), same: None },
            );
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
                self.heed(built.objects.iter().map(|object| &object.node));
                let sources = Arc::clone(&built.sources);
                return self.enqueue(root, None, sources);
            }
        }
        self.add(pending, done);
    }

    /// Leaves out of the repository what the `spec.ignore` of its own source object leaves out.
    fn heed<'o>(&mut self, mut objects: impl Iterator<Item = &'o Node>) {
        let is_own = |object: &Node| {
            let kind = SOURCE_KINDS.into_iter().find(|kind| is_kind(object, SOURCE_GROUP, kind));
            kind.is_some_and(|kind| self.own_names.contains(&ObjectKey::named(kind, &Name::of(object))))
        };
        let Some(own) = objects.find(|object| is_own(object)) else { return };
        let ignore = text(own.get("spec"), "ignore");
        if !ignore.is_empty() {
            self.heeding = Some(Builds::of(self.inputs.repository.tree(), Some(ignore.to_owned())));
            self.own_ignore = Some(ignore.to_owned());
        }
    }

    fn enqueue(&mut self, kustomization: Kustomization, made_by: Option<usize>, sources: Arc<[Source]>) {
        if self.seen.insert(kustomization.name.clone()) {
            self.pending.push(Pending { kustomization, made_by, sources });
        }
    }

    /// What can be done now: what needs nothing that may still come; else what lacks only what is optional; else what has a source,
    /// were it only taken for one, and all its data; else what has a source; else the rest.
    fn next(&mut self) -> Vec<Pending> {
        loop {
            while self.generate(Patience::Known) {}
            for with_optional in [true, false] {
                let now =
                    self.take(|d, p| d.is_known(&p.kustomization.source) && d.lacks(p, with_optional) == 0);
                if !now.is_empty() {
                    return now;
                }
            }
            if !self.generate(Patience::AtHand) {
                break;
            }
        }
        let has_source = |d: &Self, p: &Pending| d.source(&p.kustomization.source).is_ok();
        let now = self.take(|d, p| has_source(d, p) && d.lacks(p, false) == 0);
        if !now.is_empty() {
            return now;
        }
        let now = self.take(has_source);
        if !now.is_empty() {
            return now;
        }
        self.generate(Patience::None);
        std::mem::take(&mut self.pending)
    }

    fn take(&mut self, is_due: impl Fn(&Self, &Pending) -> bool) -> Vec<Pending> {
        let pending = std::mem::take(&mut self.pending);
        let (now, later): (Vec<_>, Vec<_>) = pending.into_iter().partition(|p| is_due(self, p));
        self.pending = later;
        now
    }

    /// How much of its data nothing has made so far.
    fn lacks(&self, pending: &Pending, with_optional: bool) -> usize {
        let from = pending.kustomization.post_build.iter().flat_map(|post| &post.from);
        let from = from.filter(|from| with_optional || !from.is_optional);
        from.filter(|from| !self.data.contains_key(&from.reference)).count()
    }

    /// Is it known where the source comes from? An artifact that a generator may still make is not, for a source of the same name
    /// may be another.
    pub(super) fn is_known(&self, source: &ObjectKey) -> bool {
        self.own_names.contains(source)
            || self.made.contains(source)
            || self.artifacts.is_known(source)
            || (source.kind != ARTIFACT && self.others.contains_key(source.name.as_str()))
            || source.name == USUAL
    }

    /// What can be built from a source.
    pub(super) fn source(&self, source: &ObjectKey) -> Result<&Builds<'t>, Missing<'_>> {
        if let Some(made) = self.artifacts.get(source) {
            return Ok(made);
        }
        let failed = self.artifacts.failure(source);
        let other = self.others.get(source.name.as_str());
        match (failed, other) {
            // What failed for want of a source may be given instead.
            (Some(failed), None) => return Err(Missing::NotMade(failed)),
            (Some(failed), Some(_)) if failed.code != MISSING => return Err(Missing::NotMade(failed)),
            (_, Some(other)) => return Ok(other),
            (None, None) => {}
        }
        let is_own = self.own_names.contains(source)
            || source.name == USUAL
            || (source.kind != ARTIFACT && !self.made.contains(source));
        let is_own = is_own && SOURCE_KINDS.contains(&source.kind.as_str());
        if is_own { Ok(self.own()) } else { Err(Missing::Elsewhere) }
    }

    /// The repository itself.
    fn own(&self) -> &Builds<'t> {
        self.heeding.as_ref().unwrap_or(&self.inputs.repository.builds)
    }

    fn one(&self, pending: &Pending) -> Done {
        let Pending { kustomization, sources, .. } = pending;
        let variables = Variables::of(kustomization, |r| self.data.get(r), self.inputs.is_strict);
        let builds = match self.source(&kustomization.source) {
            Ok(builds) => builds,
            Err(missing) => {
                let place = place_of(kustomization, sources);
                let why = missing.diagnostic(&title(kustomization), &kustomization.source, place);
                return Done { variables, origin: None, built: Err(Box::new(why)), same: None };
            }
        };
        let origin = self.origin(&kustomization.source, builds);
        let found = self.earlier.and_then(|earlier| {
            let number = earlier.part(kustomization, &variables, origin.as_ref(), builds)?;
            Some((number, earlier.taken(number)?))
        });
        if let Some((number, part)) = found {
            return Done { variables, origin, built: Ok(Built::again(part)), same: Some(number) };
        }
        let built = build(builds, kustomization, sources, &variables);
        Done { variables, origin, built, same: None }
    }

    /// Where the files of a source are, if it can be said whether they are those of another rendering.
    fn origin(&self, source: &ObjectKey, builds: &Builds<'t>) -> Option<Origin> {
        if std::ptr::eq(builds, self.own()) {
            return Some(Origin::Repository(self.own_ignore.clone()));
        }
        self.artifacts.get(source).map(|_| Origin::Made)
    }

    fn add(&mut self, pending: Pending, done: Done) {
        let Pending { kustomization, made_by, sources: own_sources } = pending;
        let number = self.parts.len();
        let mut part = Part {
            is_beside: false,
            same: done.same,
            made_by,
            own_sources,
            variables: done.variables,
            objects: Vec::new(),
            sources: Arc::from([]),
            problem: None,
            warnings: Vec::new(),
            basis: Arc::default(),
            kustomization,
        };
        match done.built {
            Err(problem) => part.problem = Some(problem),
            Ok(built) => {
                (part.objects, part.sources, part.warnings) = (built.objects, built.sources, built.warnings);
                let (touched, listed) = (built.touched, built.listed);
                part.basis =
                    Arc::new(Basis { home: done.origin, touched, listed, warnings: part.warnings.len() });
            }
        }
        for object in &part.objects {
            self.data.extend(data::of(object));
            let kind = SOURCE_KINDS.into_iter().find(|kind| is_kind(&object.node, SOURCE_GROUP, kind));
            let Some(kind) = kind else { continue };
            let key = ObjectKey::named(kind, &Name::of(&object.node));
            // What is given for a source leaves out what its object leaves out.
            let ignore = text(object.node.get("spec"), "ignore");
            if let Some((name, tree)) = self.inputs.sources.get_key_value(&key.name)
                && !ignore.is_empty()
            {
                self.others.insert(name.as_str(), Builds::of(*tree, Some(ignore.to_owned())));
            }
            self.made.insert(key);
        }
        let namespace = part.kustomization.name.namespace.clone();
        let made: Vec<Kustomization> = part
            .objects
            .iter()
            .filter(|object| is_kustomization(&object.node))
            .map(|object| Kustomization::of(object.node.clone(), &namespace))
            .collect();
        let sources = Arc::clone(&part.sources);
        for object in part.objects.iter().filter(|object| ArtifactGenerator::is(&object.node)) {
            let generator = ArtifactGenerator::of(&object.node, &namespace);
            self.artifacts.wait(generator, number, Arc::clone(&sources));
        }
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
    kustomization.source = ObjectKey::new("GitRepository", USUAL, USUAL);
    path.as_str().clone_into(&mut kustomization.path);
    kustomization
}

#[cfg(test)]
mod tests {
    use yamltree::tree::MemTree;

    use super::*;
    use crate::render::render;

    #[test]
    fn a_number_in_a_generator_is_refused_but_where_flux_makes_it_a_text() {
        let builds = |kustomization: &str| {
            let tree = MemTree::from_fixture(&format!("#- k/kustomization.yaml\n{kustomization}\n")).unwrap();
            let rendering = render(&Inputs::new(&tree, Entry::Folder(RepoPath::new("k").unwrap())));
            rendering.problems().next().is_none()
        };
        assert!(!builds("configMapGenerator: [{name: 7}]"));
        assert!(!builds("configMapGenerator: [{name: x, literals: [7]}]"));
        assert!(!builds("configMapGenerator: [{name: x, options: {labels: {a: 7}}}]"));
        assert!(builds("secretGenerator: [{name: x, type: 7}]"));
        assert!(builds("{generatorOptions: {labels: {a: 7}}, configMapGenerator: [{name: x}]}"));
        let cut_at = |delimiter: &str| {
            builds(&format!(
                "{{configMapGenerator: [{{name: x, literals: [a=b.c]}}], replacements: [{{source: {{kind: ConfigMap, name: x, \
                 fieldPath: data.a, options: {{delimiter: {delimiter}}}}}, targets: [{{select: {{kind: ConfigMap}}, fieldPaths: \
                 [data.a]}}]}}]}}"
            ))
        };
        assert!(cut_at("'.'"));
        assert!(!cut_at("true"));
    }

    #[test]
    fn the_ignore_rules_of_a_source_that_was_given_count() {
        let tree = MemTree::from_fixture(
            "#- c/ks.yaml\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: other, namespace: \
             n}\nspec: {ignore: \"/left.yaml\"}\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: \
             Kustomization\nmetadata: {name: k, namespace: n}\nspec: {path: ./, sourceRef: {kind: GitRepository, name: \
             other}}\n",
        );
        let object =
            |name| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: n}}\n");
        let other = format!("#- left.yaml\n{}#- kept.yaml\n{}", object("left"), object("kept"));
        let (tree, other) = (tree.unwrap(), MemTree::from_fixture(&other).unwrap());
        let mut inputs = Inputs::new(&tree, Entry::Folder(RepoPath::new("c").unwrap()));
        inputs.sources.insert("other".to_owned(), &other);
        let rendering = render(&inputs);
        let names: Vec<String> = rendering.parts[1].objects.iter().map(|o| Name::of(&o.node).name).collect();
        assert_eq!(names, ["kept"]);
    }

    #[test]
    fn the_ignore_rules_of_the_repository_s_own_source_count() {
        let tree = MemTree::from_fixture(
            "#- c/ks.yaml\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: own, namespace: \
             n}\nspec: {ignore: \"/c/left.yaml\"}\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: \
             Kustomization\nmetadata: {name: k, namespace: n}\nspec: {path: ./c, sourceRef: {kind: GitRepository, name: \
             own}}\n#- c/left.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: left, namespace: n}\n",
        );
        let rendering = render(&Inputs::new(&tree.unwrap(), Entry::Folder(RepoPath::new("c").unwrap())));
        let names: Vec<String> = rendering.parts[0].objects.iter().map(|o| Name::of(&o.node).name).collect();
        assert_eq!(names, ["own", "k"]);
    }
}
