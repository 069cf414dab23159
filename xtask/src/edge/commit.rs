//! The files of a Git commit, read when they are asked for; the work tree is neither read nor touched.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use git2::{ErrorCode, ObjectType, Oid, Repository};
use yamltree::path::RepoPath;
use yamltree::tree::{Entry, Tree, TreeError};

use super::git_server::GitEnvironment;
use super::tree::of_commit;

const LINK: i32 = 0o120_000;

/// The tree of one commit, as Flux makes an artifact of it: without symbolic links and submodules.
pub struct CommitTree {
    repository: Mutex<Repository>,
    root: Oid,
}

impl CommitTree {
    /// The files below a folder in the commit that a revision names (`HEAD~1`, a branch, a tag, the beginning of an id): the folder is
    /// a bare repository, a checkout, or somewhere in one.
    pub fn open(folder: &Path, revision: &str) -> Result<Self, git2::Error> {
        let found = Repository::discover(folder)?;
        let tree = found.revparse_single(revision)?.peel_to_tree()?;
        let below = found.workdir().and_then(|top| {
            let (top, folder) = (top.canonicalize().ok()?, folder.canonicalize().ok()?);
            Some(folder.strip_prefix(top).ok()?.to_path_buf())
        });
        let root = match below.filter(|below| below.components().next().is_some()) {
            Some(below) => tree.get_path(&below)?.to_object(&found)?.peel_to_tree()?.id(),
            None => tree.id(),
        };
        drop(tree);
        Ok(CommitTree { repository: Mutex::new(found), root })
    }

    /// Nothing panics while the repository is held.
    fn repository(&self) -> MutexGuard<'_, Repository> {
        self.repository.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The files of a commit in a folder that is in a repository, or the top of one.
///
/// libgit2 refuses a repository of another user; there Git itself is asked, with that check switched off.
pub fn open(git: &GitEnvironment, folder: &Path, revision: &str) -> Result<Box<dyn Tree + Sync>> {
    match CommitTree::open(folder, revision) {
        Ok(tree) => Ok(Box::new(tree)),
        Err(error) if error.code() == ErrorCode::Owner => {
            Ok(Box::new(of_commit(git, folder, revision, ".")?))
        }
        Err(error) => Err(error)
            .with_context(|| format!("read revision `{revision}` of the repository {}", folder.display())),
    }
}

fn failed(path: &RepoPath, error: &git2::Error) -> TreeError {
    match error.code() {
        ErrorCode::NotFound => TreeError::NotFound(path.clone()),
        _ => TreeError::Failed { path: path.clone(), reason: error.message().to_owned() },
    }
}

impl Tree for CommitTree {
    fn read(&self, path: &RepoPath) -> Result<String, TreeError> {
        String::from_utf8(self.bytes(path)?).map_err(|_| TreeError::NotText(path.clone()))
    }

    fn bytes(&self, path: &RepoPath) -> Result<Vec<u8>, TreeError> {
        let repository = self.repository();
        let read = || {
            let entry = repository.find_tree(self.root)?.get_path(Path::new(path.as_str()))?;
            if entry.kind() != Some(ObjectType::Blob) || entry.filemode() == LINK {
                return Ok(None);
            }
            Ok(Some(repository.find_blob(entry.id())?.content().to_vec()))
        };
        let found = read().map_err(|error| failed(path, &error))?;
        found.ok_or_else(|| TreeError::NotFound(path.clone()))
    }

    fn list(&self, path: &RepoPath) -> Result<Vec<Entry>, TreeError> {
        let repository = self.repository();
        let list = || {
            let root = repository.find_tree(self.root)?;
            let folder = match path.as_str() {
                "" => root,
                below => {
                    let entry = root.get_path(Path::new(below))?;
                    if entry.kind() != Some(ObjectType::Tree) {
                        return Ok(None);
                    }
                    repository.find_tree(entry.id())?
                }
            };
            let entry = |entry: git2::TreeEntry<'_>| {
                let is_dir = match entry.kind()? {
                    ObjectType::Tree => true,
                    ObjectType::Blob if entry.filemode() != LINK => false,
                    // A submodule is a commit of another repository.
                    _ => return None,
                };
                // What has no name in UTF-8 has no name here.
                Some(Entry { path: path.join(entry.name().ok()?).ok()?, is_dir })
            };
            let mut entries: Vec<Entry> = folder.iter().filter_map(entry).collect();
            entries.sort();
            Ok(Some(entries))
        };
        let found = list().map_err(|error| failed(path, &error))?;
        found.ok_or_else(|| TreeError::NotFound(path.clone()))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    /// A repository whose first commit has a file and a link, and whose second lacks the file.
    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::init(folder.path()).unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/b.yaml"), "x: 1\n").unwrap();
        fs::write(folder.path().join("a/c.bin"), [0xff, 0]).unwrap();
        std::os::unix::fs::symlink("b.yaml", folder.path().join("a/link.yaml")).unwrap();
        commit(&repository);
        fs::remove_file(folder.path().join("a/b.yaml")).unwrap();
        commit(&repository);
        folder
    }

    /// Commits everything that is on disk.
    pub(crate) fn commit(repository: &Repository) {
        let mut index = repository.index().unwrap();
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let who = git2::Signature::now("a", "a@example.org").unwrap();
        let parents: Vec<_> =
            repository.head().ok().map(|head| head.peel_to_commit().unwrap()).into_iter().collect();
        let parents: Vec<_> = parents.iter().collect();
        repository.commit(Some("HEAD"), &who, &who, "m", &tree, &parents).unwrap();
    }

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    #[test]
    fn a_commit_is_read_and_listed_without_its_links() {
        let folder = repository();
        let tree = CommitTree::open(folder.path(), "HEAD~1").unwrap();
        assert_eq!(tree.read(&path("a/b.yaml")).unwrap(), "x: 1\n");
        assert_eq!(tree.bytes(&path("a/c.bin")).unwrap(), [0xff, 0]);
        let names: Vec<String> =
            tree.list(&path("a")).unwrap().into_iter().map(|entry| entry.path.to_string()).collect();
        assert_eq!(names, ["a/b.yaml", "a/c.bin"]);
        assert!(tree.has_folder(&path("a")) && !tree.has_folder(&path("b")));
        assert_eq!(tree.read(&path("a/link.yaml")), Err(TreeError::NotFound(path("a/link.yaml"))));
    }

    #[test]
    fn a_folder_of_a_checkout_is_a_tree_of_its_own() {
        let folder = repository();
        let tree = CommitTree::open(&folder.path().join("a"), "HEAD~1").unwrap();
        assert_eq!(tree.read(&path("b.yaml")).unwrap(), "x: 1\n");
    }

    #[test]
    fn another_commit_is_another_tree() {
        let folder = repository();
        let tree = CommitTree::open(folder.path(), "HEAD").unwrap();
        assert_eq!(tree.read(&path("a/b.yaml")), Err(TreeError::NotFound(path("a/b.yaml"))));
    }

    #[test]
    fn a_revision_that_is_not_there_is_named() {
        let folder = repository();
        let git = GitEnvironment::create(&folder.path().join("home")).unwrap();
        let error = open(&git, folder.path(), "no-such-one").err().unwrap();
        assert!(error.to_string().starts_with("read revision `no-such-one` of the repository"), "{error}");
    }
}
