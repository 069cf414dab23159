//! A source as the controllers get it: its files without those that are ignored.

use std::sync::OnceLock;

use yamltree::path::RepoPath;
use yamltree::tree::{Entry, Tree, TreeError};

use crate::ignore::SourceIgnore;

/// The artifact of a tree.
pub struct Artifact<'t> {
    tree: &'t (dyn Tree + Sync),
    spec_ignore: Option<String>,
    /// Read from the tree when the first file is asked for.
    ignore: OnceLock<SourceIgnore<'t>>,
}

impl<'t> Artifact<'t> {
    /// The artifact of a tree whose source object has this `spec.ignore`.
    pub fn new(tree: &'t (dyn Tree + Sync), spec_ignore: Option<String>) -> Self {
        Artifact { tree, spec_ignore, ignore: OnceLock::new() }
    }

    fn ignore(&self) -> &SourceIgnore<'t> {
        self.ignore.get_or_init(|| SourceIgnore::of(self.tree, self.spec_ignore.as_deref()))
    }

    fn has(&self, path: &RepoPath) -> bool {
        !self.ignore().excludes(path, false)
    }

    /// A folder that is ignored is there all the same if something in it is not.
    fn has_below(&self, folder: &RepoPath) -> bool {
        if !self.ignore().excludes(folder, true) {
            return true;
        }
        let entries = self.tree.list(folder).unwrap_or_default();
        entries.iter().any(|e| if e.is_dir { self.has_below(&e.path) } else { self.has(&e.path) })
    }
}

impl Tree for Artifact<'_> {
    fn read(&self, path: &RepoPath) -> Result<String, TreeError> {
        if self.has(path) { self.tree.read(path) } else { Err(TreeError::NotFound(path.clone())) }
    }

    fn bytes(&self, path: &RepoPath) -> Result<Vec<u8>, TreeError> {
        if self.has(path) { self.tree.bytes(path) } else { Err(TreeError::NotFound(path.clone())) }
    }

    fn list(&self, path: &RepoPath) -> Result<Vec<Entry>, TreeError> {
        let mut entries = self.tree.list(path)?;
        if path.segments().next().is_some() && !self.has_below(path) {
            return Err(TreeError::NotFound(path.clone()));
        }
        entries.retain(|e| if e.is_dir { self.has_below(&e.path) } else { self.has(&e.path) });
        Ok(entries)
    }

    fn has_folder(&self, path: &RepoPath) -> bool {
        self.tree.has_folder(path) && (path.segments().next().is_none() || self.has_below(path))
    }

    fn has_file(&self, path: &RepoPath) -> bool {
        self.tree.has_file(path) && self.has(path)
    }
}

impl std::fmt::Debug for Artifact<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Artifact").field("spec_ignore", &self.spec_ignore).finish_non_exhaustive()
    }
}
