use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::checkout::{Repository, with_value};
use super::environment::GitEnvironment;
use super::error::GitError;

/// Where a fetched HEAD is kept; hidden from clients by `transfer.hideRefs`.
const FETCHED: &str = "refs/served/head";
/// The index that uncommitted work is collected in; it lives in the bare copy and only while it is needed.
const INDEX: &str = "work-tree-index";
/// Held while a copy is changed. The system drops the lock with its process, so whatever else is locked is left over.
const EXCLUSIVE: &str = "publishing";
/// The date of commits without a parent (1 January 2000): the same files make the same commit.
const ARCHIVE_DATE: &str = "@946684800 +0000";

/// What a bare copy serves now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Full id of the commit at the head of the branch.
    pub commit: String,
    /// Where that commit comes from.
    pub how: How,
}

/// Where a served commit comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It is the checkout's own HEAD.
    Head,
    /// It holds uncommitted work and exists only in the copy.
    WorkTree,
    /// It was made from files without a repository and exists only in the copy.
    Archive,
}

/// Makes the HEAD commit of `checkout` the head of `branch` in the bare repository `bare` (made if absent).
///
/// Works for shallow and partial clones, detached HEADs, worktrees and checkouts that belong to somebody else, and
/// writes nothing into the checkout. The copy has as much history as the checkout; of a partial clone, none. The
/// branch is moved in one step, after all objects are there. Blocking; calls for the same copy wait for each other.
pub fn publish_head(
    git: &GitEnvironment,
    checkout: &Path,
    bare: &Path,
    branch: &str,
) -> Result<Served, GitError> {
    let no_commit = |reason| GitError::NoCommit { checkout: checkout.into(), reason };
    let repository = Repository::of(checkout).ok_or_else(|| no_commit("it has no .git"))?;
    let doing = format!("copying the commit of {} to {}", checkout.display(), bare.display());
    if repository.head_id(git, &doing)?.is_none() {
        return Err(no_commit("its branch has none yet"));
    }
    let copy = BareCopy::open(git, bare, branch, doing)?;
    let commit = copy.fetch_head(&repository)?;
    copy.point_branch_at(&commit)?;
    Ok(Served { commit, how: How::Head })
}

/// Makes the files of `checkout` as they are now (tracked and untracked, not ignored) the head of `branch` in `bare`.
///
/// HEAD itself is served when nothing differs from it; else a commit on top of HEAD that exists only in the copy. A
/// checkout without `.git` becomes a commit without parent. The same files on the same HEAD always make the same
/// commit id. Otherwise as [`publish_head`].
pub fn publish_work_tree(
    git: &GitEnvironment,
    checkout: &Path,
    bare: &Path,
    branch: &str,
) -> Result<Served, GitError> {
    let doing = format!("copying the files of {} to {}", checkout.display(), bare.display());
    let checkout = &fs::canonicalize(checkout).map_err(GitError::file(doing.clone()))?;
    let copy = BareCopy::open(git, bare, branch, doing)?;
    let Some(repository) = Repository::of(checkout) else {
        let tree = copy.tree_of(checkout, None, None)?;
        let commit = copy.commit(&tree, None, "Files of an unpacked archive")?;
        copy.point_branch_at(&commit)?;
        return Ok(Served { commit, how: How::Archive });
    };
    let head = match repository.head_id(git, &copy.doing)? {
        Some(_) => Some(copy.fetch_head(&repository)?),
        None => None,
    };
    let tree = copy.tree_of(checkout, Some(&repository), head.as_deref())?;
    let (commit, how) = match &head {
        Some(head) if copy.ask(&["rev-parse", &format!("{head}^{{tree}}")])? == tree => {
            (head.clone(), How::Head)
        }
        Some(head) => {
            let message = format!("Uncommitted work on {}", &head[..head.len().min(12)]);
            (copy.commit(&tree, Some(head), &message)?, How::WorkTree)
        }
        None => (copy.commit(&tree, None, "Uncommitted work")?, How::WorkTree),
    };
    copy.point_branch_at(&commit)?;
    Ok(Served { commit, how })
}

/// A bare repository that nobody else changes while this value lives.
struct BareCopy<'a> {
    git: &'a GitEnvironment,
    path: PathBuf,
    reference: String,
    doing: String,
    _exclusive: File,
}

impl<'a> BareCopy<'a> {
    fn open(git: &'a GitEnvironment, path: &Path, branch: &str, doing: String) -> Result<Self, GitError> {
        let reference = format!("refs/heads/{branch}");
        git.run(
            &format!("checking the branch name `{branch}`"),
            git.command().args(["check-ref-format", &reference]),
        )?;
        let file = || GitError::file(doing.clone());
        fs::create_dir_all(path).map_err(file())?;
        let path = fs::canonicalize(path).map_err(file())?;
        let exclusive = File::create(path.join(EXCLUSIVE)).map_err(file())?;
        exclusive.lock().map_err(file())?;
        remove_left_over_locks(&path).map_err(file())?;
        let mut init = git.command();
        init.args(["init", "--quiet", "--bare", "--template=", "--initial-branch", branch]).arg(&path);
        git.run(&doing, &mut init)?;
        let copy = Self { git, path, reference, doing, _exclusive: exclusive };
        copy.ask(&["symbolic-ref", "HEAD", &copy.reference])?;
        Ok(copy)
    }

    fn command(&self) -> Command {
        let mut command = self.git.command();
        command.arg(with_value("--git-dir=", &self.path));
        command
    }

    fn ask(&self, arguments: &[&str]) -> Result<String, GitError> {
        self.git.line(&self.doing, self.command().args(arguments))
    }

    fn fetch_head(&self, repository: &Repository) -> Result<String, GitError> {
        let mut command = self.command();
        command.args(["fetch", "--quiet", "--update-shallow", "--no-tags", "--no-write-fetch-head"]);
        command.arg("--no-recurse-submodules");
        if repository.is_partial(self.git, &self.doing)? {
            command.arg("--depth=1");
        }
        command.arg("--").arg(repository.root()).arg(format!("+HEAD:{FETCHED}"));
        self.git.run(&self.doing, &mut command)?;
        self.ask(&["rev-parse", "--verify", &format!("{FETCHED}^{{commit}}")])
    }

    /// Writes all files of `checkout` as objects of this copy, and returns the tree that holds them.
    ///
    /// With `repository` its settings, excludes and attributes count, and only its files are read: its index and its
    /// object store are out of reach.
    fn tree_of(
        &self,
        checkout: &Path,
        repository: Option<&Repository>,
        head: Option<&str>,
    ) -> Result<String, GitError> {
        let index = self.path.join(INDEX);
        let _ = fs::remove_file(&index);
        let command = || {
            let mut command = match repository {
                Some(repository) => repository.command(self.git),
                None => {
                    let mut command = self.command();
                    command.current_dir(checkout).arg(with_value("--work-tree=", checkout));
                    command
                }
            };
            command.env("GIT_INDEX_FILE", &index).env("GIT_OBJECT_DIRECTORY", self.path.join("objects"));
            command
        };
        if let Some(head) = head {
            self.git.run(&self.doing, command().args(["read-tree", head]))?;
        }
        if let Some(absent) =
            repository.map(|it| self.sparse_entries(it)).transpose()?.filter(|it| !it.is_empty())
        {
            let mut mark = command();
            mark.args(["update-index", "-z", "--skip-worktree", "--stdin"]);
            self.git.run_with_input(&self.doing, &mut mark, &absent)?;
        }
        let mut add = command();
        add.args(["add", "--all", "--", "."]);
        if let Ok(inside) = self.path.strip_prefix(checkout) {
            // Git refuses to be told of an ignored path, even to leave it out; and an ignored one is left out anyway.
            let ignored =
                self.git.run(&self.doing, command().args(["check-ignore", "--quiet", "--"]).arg(inside));
            if ignored.is_err() {
                add.arg(with_value(":(exclude,literal)", inside));
            }
        }
        self.git.run(&self.doing, &mut add)?;
        let tree = self.git.line(&self.doing, command().arg("write-tree"))?;
        let _ = fs::remove_file(&index);
        Ok(tree)
    }

    /// The paths that a sparse checkout leaves out, each ended by a zero byte: they are absent, not deleted.
    fn sparse_entries(&self, repository: &Repository) -> Result<Vec<u8>, GitError> {
        let listed =
            self.git.run(&self.doing, repository.command(self.git).args(["ls-files", "-t", "-z"]))?;
        let absent = listed.split_inclusive(|byte| *byte == 0).filter_map(|entry| entry.strip_prefix(b"S "));
        Ok(absent.flatten().copied().collect())
    }

    fn commit(&self, tree: &str, parent: Option<&str>, message: &str) -> Result<String, GitError> {
        let date = match parent {
            Some(parent) => format!("@{} +0000", self.ask(&["show", "--no-patch", "--format=%ct", parent])?),
            None => ARCHIVE_DATE.to_owned(),
        };
        let mut command = self.command();
        command
            .args(["commit-tree", "-m", message])
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date);
        if let Some(parent) = parent {
            command.args(["-p", parent]);
        }
        self.git.line(&self.doing, command.arg(tree))
    }

    fn point_branch_at(&self, commit: &str) -> Result<(), GitError> {
        self.ask(&["update-ref", &self.reference, commit]).map(drop)
    }
}

/// Removes the lock files of a Git that was killed; only the holder of the exclusive lock may call this.
fn remove_left_over_locks(directory: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "objects" {
                remove_left_over_locks(&path)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "lock") {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
