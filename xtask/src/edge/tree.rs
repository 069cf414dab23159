//! Trees of files from the two places they come from: a folder on disk and a Git commit.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use flux::ignore::Ignore;
use flux::render::Home;
use yamltree::path::RepoPath;
use yamltree::tree::{Entry, MemTree, Tree, TreeError};

use super::git_server::GitEnvironment;

/// The files of a folder, read when they are asked for.
#[derive(Debug)]
pub struct DiskTree {
    root: PathBuf,
    has_links: bool,
    /// Folders that Git ignores, and that no commit has.
    ignored: Ignore,
    /// Folders of which it is known whether they can be reached without links.
    through_links: Mutex<HashMap<RepoPath, bool>>,
}

impl DiskTree {
    /// The tree of everything below `root`, Git's own folder left out.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        DiskTree {
            root: root.into(),
            has_links: true,
            ignored: Ignore::default(),
            through_links: Mutex::default(),
        }
    }

    /// The same as Flux makes an artifact of a commit of it: without symbolic links, and without folders that `.gitignore` names
    /// (what is built into them can be a thousand times the rest).
    pub fn artifact(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        let text = std::fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
        DiskTree { has_links: false, ignored: Ignore::of_text(&text), ..DiskTree::new(root) }
    }

    /// May the file or folder be looked at?
    fn refuse_link(&self, path: &RepoPath) -> Result<(), TreeError> {
        if self.has_links || !self.is_through_link(path) {
            return Ok(());
        }
        Err(TreeError::NotFound(path.clone()))
    }

    /// Is it a link, or is one of the folders above it?
    fn is_through_link(&self, path: &RepoPath) -> bool {
        let Some(parent) = path.parent() else { return false };
        if self.place(path).symlink_metadata().is_ok_and(|found| found.is_symlink()) {
            return true;
        }
        if let Some(known) = self.through_links.lock().unwrap_or_else(PoisonError::into_inner).get(&parent) {
            return *known;
        }
        let is_through = self.is_through_link(&parent);
        self.through_links.lock().unwrap_or_else(PoisonError::into_inner).insert(parent, is_through);
        is_through
    }

    fn place(&self, path: &RepoPath) -> PathBuf {
        self.root.join(path.as_str())
    }
}

impl Tree for DiskTree {
    fn read(&self, path: &RepoPath) -> Result<String, TreeError> {
        String::from_utf8(self.bytes(path)?).map_err(|_| TreeError::NotText(path.clone()))
    }

    fn bytes(&self, path: &RepoPath) -> Result<Vec<u8>, TreeError> {
        self.refuse_link(path)?;
        std::fs::read(self.place(path)).map_err(|error| refusal(path, &error))
    }

    fn list(&self, path: &RepoPath) -> Result<Vec<Entry>, TreeError> {
        self.refuse_link(path)?;
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(self.place(path)).map_err(|error| refusal(path, &error))? {
            let entry = entry.map_err(|error| refusal(path, &error))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let Ok(below) = path.join(&name) else { continue };
            // The kind is known from the listing, unless it is a link.
            let kind = entry.file_type().map_err(|error| refusal(path, &error))?;
            if kind.is_symlink() && !self.has_links {
                continue;
            }
            let is_dir = if kind.is_symlink() { entry.path().is_dir() } else { kind.is_dir() };
            if name != ".git" && !(is_dir && self.ignored.excludes(&below, true)) {
                entries.push(Entry { path: below, is_dir });
            }
        }
        entries.sort();
        Ok(entries)
    }

    fn has_folder(&self, path: &RepoPath) -> bool {
        self.refuse_link(path).is_ok() && self.place(path).is_dir()
    }
}

/// The trees that a rendering was made of.
pub struct Trees {
    /// The repository.
    pub repository: Box<dyn Tree + Sync>,
    /// The other sources, by the name that they were given under.
    pub others: BTreeMap<String, DiskTree>,
}

impl Trees {
    /// The files of a source.
    pub fn of<'t>(&'t self, home: Home<'t>) -> &'t (dyn Tree + Sync) {
        match home {
            Home::Made(files) => files,
            Home::Given(name) => self.others.get(name).map_or(&*self.repository, |tree| tree),
            Home::Repository => &*self.repository,
        }
    }
}

fn refusal(path: &RepoPath, error: &std::io::Error) -> TreeError {
    match error.kind() {
        std::io::ErrorKind::NotFound
        | std::io::ErrorKind::NotADirectory
        | std::io::ErrorKind::IsADirectory => TreeError::NotFound(path.clone()),
        _ => TreeError::Failed { path: path.clone(), reason: error.to_string() },
    }
}

/// The text files below `folder` of a commit; `repository` is a checkout or a bare repository.
pub fn of_commit(git: &GitEnvironment, repository: &Path, commit: &str, folder: &str) -> Result<MemTree> {
    let doing = || format!("read {folder} of commit {commit} in {}", repository.display());
    let mut tree = MemTree::new();
    for entry in tar::Archive::new(archive(git, repository, commit, folder)?.as_slice())
        .entries()
        .with_context(doing)?
    {
        let mut entry = entry.with_context(doing)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = entry.path().with_context(doing)?.display().to_string();
        let mut text = String::new();
        // Pictures and the like are no part of a tree of text.
        if entry.read_to_string(&mut text).is_ok() {
            tree.insert(RepoPath::new(&path).with_context(doing)?, text);
        }
    }
    Ok(tree)
}

/// Every file at or below a path of a commit, by path below it (empty for the path itself); links are left out.
pub fn files_of_commit(
    git: &GitEnvironment,
    repository: &Path,
    commit: &str,
    path: &str,
) -> Result<BTreeMap<String, Vec<u8>>> {
    let doing = || format!("read {path} of commit {commit} in {}", repository.display());
    let archive = archive(git, repository, commit, path)?;
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(archive.as_slice()).entries().with_context(doing)? {
        let mut entry = entry.with_context(doing)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = entry.path().with_context(doing)?.display().to_string();
        let Some(below) = name.strip_prefix(path) else { continue };
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).with_context(doing)?;
        files.insert(below.trim_start_matches('/').to_owned(), bytes);
    }
    Ok(files)
}

fn archive(git: &GitEnvironment, repository: &Path, commit: &str, folder: &str) -> Result<Vec<u8>> {
    let folder = if folder.is_empty() { "." } else { folder };
    let output = git
        .command()
        .arg("--literal-pathspecs")
        .arg("-C")
        .arg(repository)
        .args(["archive", "--format=tar", commit, "--", folder])
        .output()
        .context("run git archive")?;
    if !output.status.success() {
        bail!("git archive {commit}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_read_and_listed_like_any_tree() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        std::fs::write(folder.path().join("a/b.yaml"), "x: 1\n").unwrap();
        let tree = DiskTree::new(folder.path());
        let path = RepoPath::new("a/b.yaml").unwrap();
        assert_eq!(tree.read(&path).unwrap(), "x: 1\n");
        assert!(tree.has_file(&path));
        assert_eq!(tree.list(&RepoPath::root()).unwrap().len(), 1);
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let folder = tempfile::tempdir().unwrap();
        let tree = DiskTree::new(folder.path());
        let path = RepoPath::new("a/b.yaml").unwrap();
        assert!(matches!(tree.read(&path), Err(TreeError::NotFound(_))));
    }
}
