use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::environment::GitEnvironment;
use super::error::GitError;

/// The commit that a checkout is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Full object id.
    pub id: String,
    /// First line of the message.
    pub subject: String,
    /// Name of the current branch; `None` on a detached HEAD.
    pub branch: Option<String>,
}

/// Returns the commit that `checkout` (the root of a checkout, a worktree or an unpacked archive) is at.
///
/// `None` when it is no repository of its own (folders above it are not searched) or has no commit yet.
pub fn head_of(git: &GitEnvironment, checkout: &Path) -> Result<Option<Commit>, GitError> {
    let Some(repository) = Repository::of(checkout) else { return Ok(None) };
    let doing = format!("reading the commit of {}", checkout.display());
    let Some(id) = repository.head_id(git, &doing)? else { return Ok(None) };
    let subject = git.line(&doing, repository.command(git).args(["log", "-1", "--format=%s", &id]))?;
    let branch =
        match git.line(&doing, repository.command(git).args(["symbolic-ref", "-q", "--short", "HEAD"])) {
            Ok(name) => Some(name),
            Err(GitError::Refused { status, .. }) if status.code() == Some(1) => None,
            Err(error) => return Err(error),
        };
    Ok(Some(Commit { id, subject, branch }))
}

/// Returns the paths that differ from HEAD in the index or the work tree, untracked ones included, ignored ones not.
///
/// Sorted, relative to the root, a rename as its two paths. Empty for an unpacked archive, which has no HEAD to
/// differ from. The checkout's index is not refreshed.
pub fn dirty_paths(git: &GitEnvironment, checkout: &Path) -> Result<Vec<String>, GitError> {
    let Some(repository) = Repository::of(checkout) else { return Ok(Vec::new()) };
    let doing = format!("looking for uncommitted work in {}", checkout.display());
    let mut command = repository.command(git);
    command.args(["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"]);
    let output = git.run(&doing, &mut command)?;
    let mut paths: Vec<String> = output
        .split(|byte| *byte == 0)
        .filter_map(|entry| entry.get(3..))
        .map(|path| String::from_utf8_lossy(path).into_owned())
        .collect();
    paths.sort();
    Ok(paths)
}

/// A checkout that has a `.git` of its own (a folder, or the file of a worktree or submodule).
pub(super) struct Repository {
    root: PathBuf,
}

impl Repository {
    pub(super) fn of(checkout: &Path) -> Option<Self> {
        checkout.join(".git").symlink_metadata().ok()?;
        Some(Self { root: std::path::absolute(checkout).ok()? })
    }

    /// A command that reads this repository and no other, whatever the current folder is.
    pub(super) fn command(&self, git: &GitEnvironment) -> Command {
        let mut command = git.command();
        command.current_dir(&self.root).arg(with_value("--git-dir=", &self.root.join(".git")));
        command.arg(with_value("--work-tree=", &self.root));
        command
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Whether older content was left where this was cloned from (`git clone --filter`).
    pub(super) fn is_partial(&self, git: &GitEnvironment, doing: &str) -> Result<bool, GitError> {
        let mut command = self.command(git);
        command.args(["config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$"]);
        match git.run(doing, &mut command) {
            Ok(_) => Ok(true),
            Err(GitError::Refused { status, .. }) if status.code() == Some(1) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The commit id of HEAD; `None` on a branch without commits.
    pub(super) fn head_id(&self, git: &GitEnvironment, doing: &str) -> Result<Option<String>, GitError> {
        let mut command = self.command(git);
        command.args(["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]);
        match git.line(doing, &mut command) {
            Ok(id) => Ok(Some(id)),
            Err(GitError::Refused { status, stderr, .. })
                if status.code() == Some(1) && stderr.is_empty() =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

pub(super) fn with_value(option: &str, value: &Path) -> OsString {
    let mut argument = OsString::from(option);
    argument.push(value);
    argument
}
