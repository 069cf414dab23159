//! What kustomize makes of folders, before variables are put in. Clusters of one repository have most of it in common.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use kustomize_rs::yaml::emit::{self, Unwritable};
use kustomize_rs::yaml::node::Node;
use kustomize_rs::{
    Built, KustomizationFile, LoadRestrictor, Object, Options, Reorder, Session, Source, Touched,
};
use yamltree::diagnostic::Diagnostic;
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use super::Artifact;

/// A repository, with what was built of it so far: renderings of the same one share that.
///
/// Its tree does not change as long as it lasts.
pub struct Repository<'t> {
    pub(super) tree: &'t (dyn Tree + Sync),
    pub(super) builds: Builds<'t>,
}

impl<'t> Repository<'t> {
    /// Nothing is built so far.
    pub fn new(tree: &'t (dyn Tree + Sync)) -> Self {
        Repository { tree, builds: Builds::of(tree, None) }
    }

    /// Its files.
    pub fn tree(&self) -> &'t (dyn Tree + Sync) {
        self.tree
    }
}

/// The files of a source as the controllers get them.
type Files<'t> = Box<dyn Tree + Send + Sync + 't>;

/// Builds of one source, each made once.
pub(super) struct Builds<'t> {
    session: Session<Files<'t>>,
    known: Mutex<HashMap<RepoPath, Vec<Known>>>,
}

/// What a folder is built to with a kustomization file, which is there as soon as the first who asked for it has built it.
struct Known {
    document: Node,
    sources: Vec<String>,
    made: Arc<OnceLock<Made>>,
}

type Made = Result<Arc<Unfinished>, Box<Diagnostic>>;

/// What kustomize made of a folder.
pub(super) struct Unfinished {
    pub(super) objects: Vec<UnfinishedObject>,
    pub(super) sources: Arc<[Source]>,
    pub(super) warnings: Vec<Diagnostic>,
    /// What of the source decided it, beside the kustomization file that it was asked with.
    pub(super) touched: Touched,
}

pub(super) struct UnfinishedObject {
    pub(super) object: Object,
    text: OnceLock<Result<String, Unwritable>>,
}

impl UnfinishedObject {
    /// The object as text.
    pub(super) fn text(&self) -> Result<&str, &Unwritable> {
        self.text.get_or_init(|| text(&self.object.node)).as_deref()
    }
}

/// An object as the text in which variables are put.
pub(super) fn text(node: &Node) -> Result<String, Unwritable> {
    let mut text = String::new();
    emit::document(node, &mut text).map(|()| text)
}

/// What a build of Flux is like: files from anywhere in the source, objects in the order in which they came.
pub(super) fn options() -> Options {
    Options { load_restrictor: LoadRestrictor::None, reorder: Reorder::None, ..Options::default() }
}

impl<'t> Builds<'t> {
    /// Of the artifact of a tree whose source object has this `spec.ignore`.
    pub(super) fn of(tree: &'t (dyn Tree + Sync), ignore: Option<String>) -> Self {
        Builds::of_artifact(Box::new(Artifact::new(tree, ignore)))
    }

    /// Of a tree as it is.
    pub(super) fn of_artifact(tree: Files<'t>) -> Self {
        Builds { session: Session::new(tree), known: Mutex::default() }
    }

    pub(super) fn session(&self) -> &Session<Files<'t>> {
        &self.session
    }

    pub(super) fn tree(&self) -> &(dyn Tree + Sync + 't) {
        &**self.session.tree()
    }

    /// Builds a folder with this file in place of its own, unless that was done before.
    pub(super) fn build(&self, folder: &RepoPath, file: &KustomizationFile) -> Made {
        // Others wait where they want the same, so that it is built once.
        self.made(folder, file).get_or_init(|| self.unfinished(folder, file)).clone()
    }

    fn made(&self, folder: &RepoPath, file: &KustomizationFile) -> Arc<OnceLock<Made>> {
        // Nothing panics while the lock is held.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let of_folder = known.entry(folder.clone()).or_default();
        // The file's own text is that of the folder.
        let is_same = |known: &&Known| known.document == file.node && known.sources == file.sources;
        if let Some(known) = of_folder.iter().find(is_same) {
            return Arc::clone(&known.made);
        }
        let made = Arc::default();
        of_folder.push(Known {
            document: file.node.clone(),
            sources: file.sources.clone(),
            made: Arc::clone(&made),
        });
        made
    }

    fn unfinished(&self, folder: &RepoPath, file: &KustomizationFile) -> Made {
        let built = self.session.build_with(folder, file, &options()).map_err(|error| error.0)?;
        let Built { objects, sources, warnings, touched, .. } = built;
        let unfinished = |object| UnfinishedObject { object, text: OnceLock::new() };
        let objects = objects.into_iter().map(unfinished).collect();
        Ok(Arc::new(Unfinished { objects, sources: sources.into(), warnings, touched }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use yamltree::tree::{Entry as Listed, MemTree, TreeError};

    use super::*;
    use crate::object::ObjectKey;
    use crate::render::{Entry, Inputs, render};

    /// Counts how often the generator's file is read.
    struct Counting(MemTree, AtomicUsize);

    impl Tree for Counting {
        fn read(&self, path: &RepoPath) -> Result<String, TreeError> {
            if path.as_str() == "k/values.txt" {
                self.1.fetch_add(1, Ordering::Relaxed);
            }
            self.0.read(path)
        }

        fn list(&self, path: &RepoPath) -> Result<Vec<Listed>, TreeError> {
            self.0.list(path)
        }
    }

    const TREE: &str = "#- k/kustomization.yaml\nconfigMapGenerator: [{name: x, files: [values.txt], options: \
                        {disableNameSuffixHash: true}}]\n#- k/values.txt\n${a}\n";

    /// The texts in the repository with this value and these fields of the Kustomization's spec.
    fn rendered(repository: &Arc<Repository<'_>>, value: &str, more: &str) -> String {
        let root = format!(
            "{{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {{name: k, namespace: flux}}, spec: \
             {{path: k, sourceRef: {{kind: GitRepository, name: r}}, postBuild: {{substituteFrom: [{{kind: Secret, name: \
             s}}]}}{more}}}}}"
        );
        let limits = kustomize_rs::Limits::default();
        let root = kustomize_rs::yaml::json::read_as_json(&root, "root", limits).unwrap();
        let mut inputs = Inputs::of(Arc::clone(repository), Entry::Objects(vec![(root, "root".to_owned())]));
        let data = [("a".to_owned(), Some(value.to_owned()))].into();
        inputs.data.insert(ObjectKey::new("Secret", "flux", "s"), data);
        let rendering = render(&inputs);
        assert_eq!(rendering.problems().next(), None);
        let part = &rendering.parts[0];
        part.objects.iter().map(|object| part.yaml(object)).collect()
    }

    #[test]
    fn clusters_with_other_values_share_a_build() {
        let tree = Counting(MemTree::from_fixture(TREE).unwrap(), AtomicUsize::new(0));
        let repository = Arc::new(Repository::new(&tree));
        for value in ["one", "two"] {
            let alone = rendered(&Arc::new(Repository::new(&tree.0)), value, "");
            assert!(alone.contains(value), "{alone}");
            assert_eq!(rendered(&repository, value, ""), alone);
        }
        assert_eq!(tree.1.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_cluster_with_another_patch_has_its_own() {
        let tree = MemTree::from_fixture(TREE).unwrap();
        let repository = Arc::new(Repository::new(&tree));
        let patch =
            ", patches: [{patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: x, labels: {b: c}}}'}]";
        let texts = ["", patch, ""].map(|more| rendered(&repository, "one", more).contains("b: c"));
        assert_eq!(texts, [false, true, false]);
    }
}
