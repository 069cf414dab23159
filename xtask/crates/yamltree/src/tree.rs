//! Trees of files: what can be read and listed, wherever it comes from.

mod overlay;
mod remembered;

use std::collections::BTreeMap;
use std::ops::Bound;

use thiserror::Error;

use crate::path::{PathError, RepoPath};

pub use overlay::Overlay;
pub use remembered::Remembered;

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Full path from the root of the tree.
    pub path: RepoPath,
    /// Is it a folder?
    pub is_dir: bool,
}

/// Why a tree could not answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TreeError {
    /// Nothing has that path, or it is of the other sort (a folder is read, a file is listed).
    #[error("`{0}` does not exist")]
    NotFound(RepoPath),
    /// The file is not UTF-8 text.
    #[error("`{0}` is not UTF-8 text")]
    NotText(RepoPath),
    /// What is below the tree failed.
    #[error("read `{path}`: {reason}")]
    Failed {
        /// What was being read.
        path: RepoPath,
        /// Why it could not be.
        reason: String,
    },
}

/// Files that can be read and folders that can be listed: a disk, a Git commit, memory, an overlay on another tree.
pub trait Tree {
    /// The text of a file.
    fn read(&self, path: &RepoPath) -> Result<String, TreeError>;

    /// The bytes of a file, for those that need not be text.
    fn bytes(&self, path: &RepoPath) -> Result<Vec<u8>, TreeError> {
        self.read(path).map(String::into_bytes)
    }

    /// What is in a folder (not below), sorted by path.
    fn list(&self, path: &RepoPath) -> Result<Vec<Entry>, TreeError>;

    /// Is there a folder of this path?
    fn has_folder(&self, path: &RepoPath) -> bool {
        self.list(path).is_ok()
    }

    /// Is there a file of this path?
    fn has_file(&self, path: &RepoPath) -> bool {
        let listed = path.parent().and_then(|folder| self.list(&folder).ok());
        listed.is_some_and(|entries| entries.iter().any(|e| !e.is_dir && e.path == *path))
    }
}

/// What points to a tree is one.
macro_rules! pointer {
    ($pointer:ty) => {
        impl<T: Tree + ?Sized> Tree for $pointer {
            fn read(&self, path: &RepoPath) -> Result<String, TreeError> {
                (**self).read(path)
            }

            fn bytes(&self, path: &RepoPath) -> Result<Vec<u8>, TreeError> {
                (**self).bytes(path)
            }

            fn list(&self, path: &RepoPath) -> Result<Vec<Entry>, TreeError> {
                (**self).list(path)
            }

            fn has_folder(&self, path: &RepoPath) -> bool {
                (**self).has_folder(path)
            }

            fn has_file(&self, path: &RepoPath) -> bool {
                (**self).has_file(path)
            }
        }
    };
}

pointer!(&T);
pointer!(Box<T>);

/// Every file at or below `folder`, sorted; what cannot be listed is left out.
pub fn files_below(tree: &dyn Tree, folder: &RepoPath) -> Vec<RepoPath> {
    let mut files = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(folder) = folders.pop() {
        for entry in tree.list(&folder).unwrap_or_default() {
            if entry.is_dir { folders.push(entry.path) } else { files.push(entry.path) }
        }
    }
    files.sort();
    files
}

/// A tree in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemTree {
    files: BTreeMap<RepoPath, String>,
}

impl MemTree {
    /// A tree without files.
    pub fn new() -> Self {
        MemTree::default()
    }

    /// Reads the fixture form: each line `#- path` begins a file that goes on to the next such line.
    pub fn from_fixture(text: &str) -> Result<Self, PathError> {
        let mut tree = MemTree::new();
        let mut current: Option<(RepoPath, String)> = None;
        for line in text.split_inclusive('\n') {
            if let Some(path) = line.strip_prefix("#- ") {
                if let Some((path, body)) = current.take() {
                    tree.files.insert(path, body);
                }
                current = Some((RepoPath::new(path.trim())?, String::new()));
            } else if let Some((_, body)) = &mut current {
                body.push_str(line);
            }
        }
        if let Some((path, body)) = current {
            tree.files.insert(path, body);
        }
        Ok(tree)
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, path: RepoPath, text: impl Into<String>) {
        self.files.insert(path, text.into());
    }
}

impl Tree for MemTree {
    fn read(&self, path: &RepoPath) -> Result<String, TreeError> {
        self.files.get(path).cloned().ok_or_else(|| TreeError::NotFound(path.clone()))
    }

    fn list(&self, path: &RepoPath) -> Result<Vec<Entry>, TreeError> {
        let prefix = below(path);
        let mut entries = Vec::new();
        let mut from = Bound::Included(prefix.clone());
        // What is below a folder of this one is passed over as a whole.
        while let Some(file) = self.first(&from).filter(|file| file.as_str().starts_with(&prefix)) {
            let name = &file.as_str()[prefix.len()..];
            let (name, is_dir) = name.split_once('/').map_or((name, false), |(name, _)| (name, true));
            let whole = format!("{prefix}{name}");
            from = match is_dir {
                true => Bound::Included(format!("{whole}{AFTER_SLASH}")),
                false => Bound::Excluded(whole.clone()),
            };
            entries.extend(RepoPath::new(&whole).ok().map(|path| Entry { path, is_dir }));
        }
        if entries.is_empty() && !prefix.is_empty() {
            return Err(TreeError::NotFound(path.clone()));
        }
        entries.sort();
        Ok(entries)
    }

    fn has_folder(&self, path: &RepoPath) -> bool {
        let prefix = below(path);
        prefix.is_empty()
            || self
                .first(&Bound::Included(prefix.clone()))
                .is_some_and(|file| file.as_str().starts_with(&prefix))
    }

    fn has_file(&self, path: &RepoPath) -> bool {
        self.files.contains_key(path)
    }
}

/// The letter that comes after `/` in the order of paths.
const AFTER_SLASH: char = '0';

/// How the paths of all files below a folder begin.
fn below(folder: &RepoPath) -> String {
    if folder.as_str().is_empty() { String::new() } else { format!("{folder}/") }
}

impl MemTree {
    /// The first file from there on.
    fn first(&self, from: &Bound<String>) -> Option<&RepoPath> {
        let from = from.as_ref().map(String::as_str);
        self.files.range::<str, _>((from, Bound::Unbounded)).next().map(|(path, _)| path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    #[test]
    fn a_fixture_becomes_files_and_folders() {
        let tree = MemTree::from_fixture("#- a/b.yaml\nx: 1\n#- a/c/d.yaml\ny: 2\n#- e\n").unwrap();
        assert_eq!(tree.read(&path("a/b.yaml")).unwrap(), "x: 1\n");
        assert_eq!(tree.read(&path("e")).unwrap(), "");
        let entries = tree.list(&path("a")).unwrap();
        let names: Vec<(&str, bool)> = entries.iter().map(|e| (e.path.as_str(), e.is_dir)).collect();
        assert_eq!(names, [("a/b.yaml", false), ("a/c", true)]);
        assert!(tree.has_file(&path("e")) && !tree.has_file(&path("a")) && !tree.has_file(&path("a/z")));
    }

    #[test]
    fn a_folder_and_files_whose_names_begin_alike_are_kept_apart() {
        let tree =
            MemTree::from_fixture("#- a-b\n#- a/b/c\n#- a/b/d\n#- a/b.yaml\n#- a/bb\n#- a.yaml\n").unwrap();
        let listed = |folder: &str| -> Vec<(String, bool)> {
            let entries = tree.list(&RepoPath::new(folder).unwrap()).unwrap();
            entries.into_iter().map(|entry| (entry.path.to_string(), entry.is_dir)).collect()
        };
        let as_owned = |(name, is_dir): (&str, bool)| (name.to_owned(), is_dir);
        assert_eq!(listed("a"), [("a/b", true), ("a/b.yaml", false), ("a/bb", false)].map(as_owned));
        assert_eq!(listed(""), [("a", true), ("a-b", false), ("a.yaml", false)].map(as_owned));
        assert!(
            tree.has_folder(&path("a/b"))
                && !tree.has_folder(&path("a/bb"))
                && !tree.has_folder(&path("a.y"))
        );
        assert!(tree.has_file(&path("a/bb")) && !tree.has_file(&path("a/b")));
    }

    #[test]
    fn what_is_not_there_is_said_so() {
        let tree = MemTree::from_fixture("#- a/b\n").unwrap();
        assert_eq!(tree.read(&path("a")), Err(TreeError::NotFound(path("a"))));
        assert_eq!(tree.list(&path("zz")), Err(TreeError::NotFound(path("zz"))));
        assert_eq!(MemTree::new().list(&RepoPath::root()), Ok(vec![]));
    }

    #[test]
    fn files_below_walks_the_whole_folder_in_order() {
        let tree = MemTree::from_fixture("#- a/z\n#- a/b/c\n#- d\n").unwrap();
        assert_eq!(files_below(&tree, &path("a")), [path("a/b/c"), path("a/z")]);
    }
}
