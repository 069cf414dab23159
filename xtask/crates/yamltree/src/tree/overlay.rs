//! A tree with other texts in some of its files.

use std::collections::BTreeMap;

use super::{Entry, Tree, TreeError};
use crate::path::RepoPath;

/// A tree in which some files read otherwise. It has the same files: nothing is added or removed.
pub struct Overlay<T> {
    below: T,
    texts: BTreeMap<RepoPath, String>,
}

impl<T: Tree> Overlay<T> {
    /// The tree with these texts in the files of these paths.
    pub fn new(below: T, texts: impl IntoIterator<Item = (RepoPath, String)>) -> Self {
        Overlay { below, texts: texts.into_iter().collect() }
    }
}

impl<T: Tree> Tree for Overlay<T> {
    fn read(&self, path: &RepoPath) -> Result<String, TreeError> {
        self.texts.get(path).map_or_else(|| self.below.read(path), |text| Ok(text.clone()))
    }

    fn bytes(&self, path: &RepoPath) -> Result<Vec<u8>, TreeError> {
        self.texts.get(path).map_or_else(|| self.below.bytes(path), |text| Ok(text.clone().into_bytes()))
    }

    fn list(&self, path: &RepoPath) -> Result<Vec<Entry>, TreeError> {
        self.below.list(path)
    }

    fn has_folder(&self, path: &RepoPath) -> bool {
        self.below.has_folder(path)
    }

    fn has_file(&self, path: &RepoPath) -> bool {
        self.below.has_file(path)
    }
}

#[cfg(test)]
mod tests {
    use super::super::MemTree;
    use super::*;

    #[test]
    fn what_is_laid_over_a_tree_is_read_in_its_place() {
        let path = |text| RepoPath::new(text).unwrap();
        let below = MemTree::from_fixture("#- a/b\nold\n#- c\nsame\n").unwrap();
        let tree = Overlay::new(&below, [(path("a/b"), "new\n".to_owned())]);
        assert_eq!(tree.read(&path("a/b")).unwrap(), "new\n");
        assert_eq!(tree.bytes(&path("a/b")).unwrap(), b"new\n");
        assert_eq!(tree.read(&path("c")).unwrap(), "same\n");
        assert_eq!(tree.list(&path("a")), below.list(&path("a")));
    }
}
