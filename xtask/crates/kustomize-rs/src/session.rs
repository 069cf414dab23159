//! Many builds of one tree that share what they read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use crate::load::{Configuration, Loader};
use crate::yaml::node::Node;
use crate::{BuildError, Built, KustomizationFile, Limits, Options};

/// Builds folders of a tree and reads each kustomization file and each file of objects once.
///
/// It is for a tree that does not change while the session lasts. Builds may run on several threads at once if the tree may be
/// read so.
///
/// ```
/// use kustomize_rs::{Options, Session};
/// use yamltree::{path::RepoPath, tree::MemTree};
///
/// let tree = MemTree::from_fixture("\
/// #- base/kustomization.yaml
/// resources: [cm.yaml]
/// #- base/cm.yaml
/// apiVersion: v1
/// kind: ConfigMap
/// metadata: {name: settings}
/// #- test/kustomization.yaml
/// nameSuffix: -test
/// resources: [../base]
/// ")?;
/// let session = Session::new(&tree);
/// for (folder, name) in [("base", "settings"), ("test", "settings-test")] {
///     let built = session.build(&RepoPath::new(folder)?, &Options::default())?;
///     assert_eq!(built.objects[0].name(), name);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Session<T> {
    tree: T,
    files: Files,
}

impl<T: Tree> Session<T> {
    /// A session of this tree, or of a reference to one, that has read nothing yet.
    pub fn new(tree: T) -> Self {
        Session { tree, files: Files::default() }
    }

    /// The tree.
    pub fn tree(&self) -> &T {
        &self.tree
    }

    /// Builds the kustomization in a folder, as [`crate::build`] does.
    pub fn build(&self, folder: &RepoPath, options: &Options) -> Result<Built, BuildError> {
        crate::run(self.loader(options), folder, None, options)
    }

    /// The kustomization file of a folder; none if there is no file of one of its names.
    ///
    /// Errs if there are several, or if it is no YAML.
    pub fn file(
        &self,
        folder: &RepoPath,
        options: &Options,
    ) -> Result<Option<KustomizationFile>, BuildError> {
        self.loader(options).file(folder)
    }

    /// Builds a folder with this file in place of its own.
    ///
    /// ```
    /// use kustomize_rs::yaml::node::Node;
    /// use kustomize_rs::{KustomizationFile, Options, Session};
    /// use yamltree::{path::RepoPath, tree::MemTree};
    ///
    /// let tree = MemTree::from_fixture("\
    /// #- app/kustomization.yaml
    /// resources: [cm.yaml]
    /// #- app/cm.yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: settings}
    /// ")?;
    /// let (session, folder, options) = (Session::new(&tree), RepoPath::new("app")?, Options::default());
    /// let mut file = session.file(&folder, &options)?.ok_or("no such file")?;
    /// file.node.set("namespace", Node::text("shop"));
    /// let built = session.build_with(&folder, &file, &options)?;
    /// assert_eq!(built.objects[0].namespace(), "shop");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build_with(
        &self,
        folder: &RepoPath,
        file: &KustomizationFile,
        options: &Options,
    ) -> Result<Built, BuildError> {
        crate::run(self.loader(options), folder, Some(file), options)
    }

    fn loader(&self, options: &Options) -> Loader<'_> {
        Loader::new(&self.tree, Some(&self.files), options)
    }
}

/// What was read without fault. Values carry no file: a build numbers its files itself.
#[derive(Debug, Default)]
pub(crate) struct Files {
    objects: Known<Vec<Node>>,
    configurations: Known<Configuration>,
}

/// What each file gave, and within which limits: others may refuse it.
type Known<T> = Mutex<HashMap<RepoPath, (Limits, Arc<T>)>>;

fn get<T, E>(
    known: &Known<T>,
    path: &RepoPath,
    limits: Limits,
    read: impl FnOnce() -> Result<T, E>,
) -> Result<Arc<T>, E> {
    // Nothing panics while a lock is held.
    let found = known.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    if let Some((within, found)) = found
        && within == limits
    {
        return Ok(found);
    }
    // Not under the lock: two threads that want the same file both read it.
    let value = Arc::new(read()?);
    known.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), (limits, Arc::clone(&value)));
    Ok(value)
}

impl Files {
    /// The objects of a file.
    pub(crate) fn objects<E>(
        &self,
        path: &RepoPath,
        limits: Limits,
        read: impl FnOnce() -> Result<Vec<Node>, E>,
    ) -> Result<Arc<Vec<Node>>, E> {
        get(&self.objects, path, limits, read)
    }

    /// The kustomization file of a folder.
    pub(crate) fn configuration<E>(
        &self,
        folder: &RepoPath,
        limits: Limits,
        read: impl FnOnce() -> Result<Configuration, E>,
    ) -> Result<Arc<Configuration>, E> {
        get(&self.configurations, folder, limits, read)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use yamltree::tree::{Entry, MemTree, TreeError};

    use super::*;

    /// Counts how often a file is read.
    struct Counting(MemTree, AtomicUsize);

    impl Tree for Counting {
        fn read(&self, path: &RepoPath) -> Result<String, TreeError> {
            let text = self.0.read(path)?;
            self.1.fetch_add(1, Ordering::Relaxed);
            Ok(text)
        }

        fn list(&self, path: &RepoPath) -> Result<Vec<Entry>, TreeError> {
            self.0.list(path)
        }
    }

    #[test]
    fn a_file_is_read_once_and_says_where_its_values_are_in_every_build() {
        let tree = MemTree::from_fixture(
            "#- a/kustomization.yaml\nresources: [cm.yaml]\n#- a/cm.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  \
             name: x\n#- b/kustomization.yaml\nnamespace: other\nresources: [../a]\n",
        );
        let tree = Counting(tree.unwrap(), AtomicUsize::new(0));
        let session = Session::new(&tree);
        for folder in ["a", "b", "a"] {
            let built = session.build(&RepoPath::new(folder).unwrap(), &Options::default()).unwrap();
            let name = built.objects[0].field("metadata.name").unwrap();
            assert_eq!(built.origin(name.at).unwrap().to_string(), "a/cm.yaml:4:9");
        }
        assert_eq!(tree.1.into_inner(), 3);
    }

    #[test]
    fn a_file_that_was_read_is_still_refused_within_lower_limits() {
        let tree = MemTree::from_fixture(
            "#- kustomization.yaml\nresources: [a.yaml]\n#- a.yaml\n{apiVersion: v1, kind: A, metadata: {name: a}, spec: \
             [[[[a]]]]}\n",
        );
        let tree = tree.unwrap();
        let session = Session::new(&tree);
        let within = |depth| {
            let limits = Limits { depth, ..Limits::default() };
            session.build(&RepoPath::root(), &Options { limits, ..Options::default() }).is_ok()
        };
        assert_eq!([300, 4, 300].map(within), [true, false, true]);
    }

    #[test]
    fn what_is_wrong_is_said_every_time() {
        let tree =
            MemTree::from_fixture("#- kustomization.yaml\nresources: [x.yaml]\n#- x.yaml\na: 1\n").unwrap();
        let session = Session::new(&tree);
        let errors =
            [0, 1].map(|_| session.build(&RepoPath::root(), &Options::default()).unwrap_err().to_string());
        assert_eq!(errors[0], errors[1]);
        assert!(errors[0].starts_with("x.yaml:1:1: "), "{}", errors[0]);
    }
}
