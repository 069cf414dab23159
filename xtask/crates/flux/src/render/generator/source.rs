//! A source of a generator; each of its files is read once, however many artifacts it gets into.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use super::copy::{Bytes, Result};
use super::files::Files;

pub(super) struct Source<'t> {
    place: Place<'t>,
    read: RefCell<HashMap<RepoPath, Bytes>>,
}

enum Place<'t> {
    Given(&'t dyn Tree),
    /// The folder of an artifact that has the source's name.
    Staged(Files),
}

impl<'t> Source<'t> {
    pub(super) fn given(tree: &'t dyn Tree) -> Self {
        Source { place: Place::Given(tree), read: RefCell::default() }
    }

    pub(super) fn staged(files: Files) -> Self {
        Source { place: Place::Staged(files), read: RefCell::default() }
    }

    pub(super) fn tree(&self) -> &dyn Tree {
        match &self.place {
            Place::Given(tree) => *tree,
            Place::Staged(files) => files,
        }
    }

    pub(super) fn content(&self, path: &RepoPath) -> Result<Bytes> {
        if let Some(known) = self.read.borrow().get(path) {
            return Ok(Arc::clone(known));
        }
        let bytes: Bytes = self.tree().bytes(path).map_err(|error| error.to_string())?.into();
        self.read.borrow_mut().insert(path.clone(), Arc::clone(&bytes));
        Ok(bytes)
    }
}
