//! A tree that is asked once for each of its files and folders.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Entry, Tree, TreeError};
use crate::path::RepoPath;

/// What another tree said, for one run: what changes below is not seen, and all that is read fits together.
pub struct Remembered<T> {
    below: T,
    files: Known<Result<Arc<[u8]>, TreeError>>,
    lists: Known<Result<Arc<[Entry]>, TreeError>>,
    folders: Known<bool>,
}

type Known<A> = Mutex<HashMap<RepoPath, A>>;

impl<T: Tree> Remembered<T> {
    /// Nothing was asked so far.
    pub fn new(below: T) -> Self {
        let (files, lists, folders) = (Mutex::default(), Mutex::default(), Mutex::default());
        Remembered { below, files, lists, folders }
    }

    fn file(&self, path: &RepoPath) -> Result<Arc<[u8]>, TreeError> {
        answer(&self.files, path, || self.below.bytes(path).map(Arc::from))
    }

    fn entries(&self, path: &RepoPath) -> Result<Arc<[Entry]>, TreeError> {
        answer(&self.lists, path, || self.below.list(path).map(Arc::from))
    }
}

fn answer<A: Clone>(known: &Known<A>, path: &RepoPath, ask: impl FnOnce() -> A) -> A {
    // Nothing panics while a lock is held.
    if let Some(known) = known.lock().unwrap_or_else(PoisonError::into_inner).get(path) {
        return known.clone();
    }
    // Not under the lock, so that threads read side by side. What was said first counts.
    let said = ask();
    known.lock().unwrap_or_else(PoisonError::into_inner).entry(path.clone()).or_insert(said).clone()
}

impl<T: Tree> Tree for Remembered<T> {
    fn read(&self, path: &RepoPath) -> Result<String, TreeError> {
        let bytes = self.file(path)?;
        str::from_utf8(&bytes).map(str::to_owned).map_err(|_| TreeError::NotText(path.clone()))
    }

    fn bytes(&self, path: &RepoPath) -> Result<Vec<u8>, TreeError> {
        self.file(path).map(|bytes| bytes.to_vec())
    }

    fn list(&self, path: &RepoPath) -> Result<Vec<Entry>, TreeError> {
        self.entries(path).map(|entries| entries.to_vec())
    }

    fn has_folder(&self, path: &RepoPath) -> bool {
        answer(&self.folders, path, || self.below.has_folder(path))
    }

    fn has_file(&self, path: &RepoPath) -> bool {
        let listed = path.parent().and_then(|folder| self.entries(&folder).ok());
        listed.is_some_and(|entries| entries.iter().any(|entry| !entry.is_dir && entry.path == *path))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::MemTree;
    use super::*;

    /// Counts what it is asked.
    struct Counting(MemTree, AtomicUsize);

    impl Tree for Counting {
        fn read(&self, path: &RepoPath) -> Result<String, TreeError> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.read(path)
        }

        fn list(&self, path: &RepoPath) -> Result<Vec<Entry>, TreeError> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.list(path)
        }
    }

    #[test]
    fn what_was_said_is_said_again_without_asking() {
        let path = |text| RepoPath::new(text).unwrap();
        let below = MemTree::from_fixture("#- a/b\nx\n").unwrap();
        let tree = Remembered::new(Counting(below.clone(), AtomicUsize::new(0)));
        for _ in 0..2 {
            assert_eq!(tree.read(&path("a/b")).unwrap(), "x\n");
            assert_eq!(tree.bytes(&path("a/b")).unwrap(), b"x\n");
            assert_eq!(tree.read(&path("a")), below.read(&path("a")));
            assert_eq!(tree.list(&path("a")), below.list(&path("a")));
            assert_eq!(tree.list(&path("z")), below.list(&path("z")));
            assert!(tree.has_file(&path("a/b")) && !tree.has_file(&path("a/z")));
            assert!(tree.has_folder(&path("a")) && !tree.has_folder(&path("a/b")));
        }
        // Two files, three lists (one of them the folder of `a/b` and `a/z`), and two questions whether there is a folder.
        assert_eq!(tree.below.1.into_inner(), 6);
    }
}
