//! Which commits people mean, and which files are different between them: found by the ids of folders, so that what is the same is
//! not read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use git2::{DiffOptions, ObjectType, Oid, Repository, Tree};
use yamltree::path::RepoPath;

/// Branches that work is usually merged into.
const USUAL: [&str; 2] = ["main", "master"];
/// How much of a commit's id is shown.
const SHORT: usize = 10;

/// A folder in a Git repository.
pub struct Revisions {
    repository: Repository,
    /// The folder, from the top of the checkout.
    below: PathBuf,
}

/// A commit, and how people know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The id of the commit.
    pub id: String,
    /// What it was asked for by.
    pub name: String,
}

impl Commit {
    /// The beginning of the id.
    pub fn short(&self) -> &str {
        self.id.get(..SHORT).unwrap_or(&self.id)
    }
}

impl Revisions {
    /// The repository that the folder is in.
    pub fn of(folder: &Path) -> Result<Self> {
        let doing = || format!("find the Git repository of {}", folder.display());
        let repository = Repository::discover(folder).with_context(doing)?;
        let below = repository.workdir().and_then(|top| {
            let (top, folder) = (top.canonicalize().ok()?, folder.canonicalize().ok()?);
            Some(folder.strip_prefix(top).ok()?.to_path_buf())
        });
        Ok(Revisions { repository, below: below.unwrap_or_default() })
    }

    /// The commit that a revision names.
    pub fn commit(&self, revision: &str) -> Result<Commit> {
        let id = self.id(revision)?;
        Ok(Commit { id: id.to_string(), name: revision.to_owned() })
    }

    fn id(&self, revision: &str) -> Result<Oid> {
        let doing = || format!("find the revision `{revision}`");
        let found = self.repository.revparse_single(revision).with_context(doing)?;
        Ok(found.peel_to_commit().with_context(doing)?.id())
    }

    /// Where two lines of work parted.
    pub fn merge_base(&self, one: &str, other: &str) -> Result<Commit> {
        let base = self.repository.merge_base(self.id(one)?, self.id(other)?);
        let base = base.map_err(|_| anyhow!("`{one}` and `{other}` have no commit in common"))?;
        Ok(Commit { id: base.to_string(), name: format!("where {other} left {one}") })
    }

    /// What the work at HEAD will go into: `followed` if there is such a branch, here or at a remote; what `origin` calls its main
    /// branch; the upstream of HEAD's branch; `main` or `master`. None of them if HEAD is on it, or if it has no commit in common.
    pub fn target(&self, followed: Option<&str>) -> Option<String> {
        let own = self.repository.head().ok().and_then(|head| head.shorthand().map(str::to_owned).ok());
        let upstream = own.as_deref().and_then(|own| {
            let branch = self.repository.find_branch(own, git2::BranchType::Local).ok()?;
            branch.upstream().ok()?.name().ok().flatten().map(str::to_owned)
        });
        let mut wanted: Vec<String> = Vec::new();
        if let Some(branch) = followed {
            wanted.extend([branch.to_owned(), format!("origin/{branch}")]);
        }
        let main = self.repository.find_reference("refs/remotes/origin/HEAD").ok();
        let main = main.as_ref().and_then(|head| head.symbolic_target().ok().flatten());
        wanted.extend(main.and_then(|name| name.strip_prefix("refs/remotes/")).map(str::to_owned));
        wanted.extend(upstream);
        wanted.extend(USUAL.map(str::to_owned));
        wanted.into_iter().find(|name| Some(name) != own.as_ref() && self.merge_base(name, "HEAD").is_ok())
    }

    /// Every file that is different between two commits; a folder that only one of them has stands for all in it.
    pub fn changed(&self, one: &str, other: &str) -> Result<BTreeSet<RepoPath>> {
        let mut changed = BTreeSet::new();
        let (one, other) = (self.tree(one)?, self.tree(other)?);
        self.compare(one.as_ref(), other.as_ref(), &RepoPath::root(), &mut changed)?;
        Ok(changed)
    }

    /// The folder in a commit; none if it was not there.
    fn tree(&self, revision: &str) -> Result<Option<Tree<'_>>> {
        let tree = self.repository.find_commit(self.id(revision)?)?.tree()?;
        if self.below.as_os_str().is_empty() {
            return Ok(Some(tree));
        }
        let Ok(entry) = tree.get_path(&self.below) else { return Ok(None) };
        Ok(Some(self.repository.find_tree(entry.id())?))
    }

    fn compare(
        &self,
        one: Option<&Tree<'_>>,
        other: Option<&Tree<'_>>,
        folder: &RepoPath,
        changed: &mut BTreeSet<RepoPath>,
    ) -> Result<()> {
        let names: BTreeSet<Vec<u8>> = [one, other]
            .into_iter()
            .flatten()
            .flat_map(|tree| tree.iter().map(|entry| entry.name_bytes().to_vec()).collect::<Vec<_>>())
            .collect();
        for name in names {
            // What has no name in UTF-8 is no part of a tree.
            let Ok(name) = std::str::from_utf8(&name) else { continue };
            let found = |tree: Option<&Tree<'_>>| {
                let entry = tree?.get_name(name)?;
                Some((entry.id(), entry.filemode(), entry.kind() == Some(ObjectType::Tree)))
            };
            let Ok(path) = folder.join(name) else { continue };
            match (found(one), found(other)) {
                (before, after) if before == after => {}
                (Some((before, _, true)), Some((after, _, true))) => {
                    let (before, after) =
                        (self.repository.find_tree(before)?, self.repository.find_tree(after)?);
                    self.compare(Some(&before), Some(&after), &path, changed)?;
                }
                _ => drop(changed.insert(path)),
            }
        }
        Ok(())
    }

    /// Every file that is different between a commit and the files on disk, those that Git does not know and those that it ignores
    /// included; a folder stands for all in it.
    pub fn changed_on_disk(&self, revision: &str) -> Result<BTreeSet<RepoPath>> {
        let tree = self.repository.find_commit(self.id(revision)?)?.tree()?;
        let mut options = DiffOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).include_ignored(true);
        options.include_typechange(true).ignore_submodules(true).skip_binary_check(true);
        let doing = || "compare the files on disk with the commit";
        let index = self.repository.index().with_context(doing)?;
        // By way of the index, which knows by their dates that most files are as they were.
        let staged =
            self.repository.diff_tree_to_index(Some(&tree), Some(&index), None).with_context(doing)?;
        let unstaged = self.repository.diff_index_to_workdir(Some(&index), Some(&mut options));
        let unstaged = unstaged.with_context(doing)?;
        let mut changed = BTreeSet::new();
        for delta in staged.deltas().chain(unstaged.deltas()) {
            for file in [delta.old_file(), delta.new_file()] {
                let below = file.path().and_then(|path| path.strip_prefix(&self.below).ok());
                let path = below.and_then(Path::to_str).map(|path| RepoPath::new(path.trim_end_matches('/')));
                changed.extend(path.and_then(Result::ok));
            }
        }
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;
    use crate::edge::commit::tests::commit;

    /// A repository whose second commit changes one file, takes one away and adds a folder.
    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let repository = Repository::init(folder.path()).unwrap();
        fs::create_dir_all(path("a/same")).unwrap();
        for name in ["a/b.yaml", "a/c.yaml", "a/same/d.yaml"] {
            fs::write(path(name), "x: 1\n").unwrap();
        }
        commit(&repository);
        fs::write(path("a/b.yaml"), "x: 2\n").unwrap();
        fs::remove_file(path("a/c.yaml")).unwrap();
        fs::create_dir(path("a/new")).unwrap();
        fs::write(path("a/new/e.yaml"), "x: 1\n").unwrap();
        commit(&repository);
        folder
    }

    fn texts(paths: BTreeSet<RepoPath>) -> Vec<String> {
        paths.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_different_between_commits_is_named_and_a_new_folder_as_a_whole() {
        let folder = repository();
        let revisions = Revisions::of(folder.path()).unwrap();
        let expected = ["a/b.yaml", "a/c.yaml", "a/new"];
        assert_eq!(texts(revisions.changed("HEAD~1", "HEAD").unwrap()), expected);
        let revisions = Revisions::of(&folder.path().join("a")).unwrap();
        assert_eq!(texts(revisions.changed("HEAD~1", "HEAD").unwrap()), ["b.yaml", "c.yaml", "new"]);
    }

    #[test]
    fn what_is_different_on_disk_is_named_whether_git_knows_it_or_not() {
        let folder = repository();
        fs::write(folder.path().join(".gitignore"), "*.tmp\n").unwrap();
        fs::write(folder.path().join("a/b.yaml"), "x: 3\n").unwrap();
        fs::write(folder.path().join("a/f.tmp"), "x: 3\n").unwrap();
        fs::create_dir(folder.path().join("a/g")).unwrap();
        fs::write(folder.path().join("a/g/h.yaml"), "x: 3\n").unwrap();
        let revisions = Revisions::of(folder.path()).unwrap();
        let expected = [".gitignore", "a/b.yaml", "a/f.tmp", "a/g/h.yaml"];
        assert_eq!(texts(revisions.changed_on_disk("HEAD").unwrap()), expected);
    }

    #[test]
    fn work_goes_into_the_branch_that_is_followed_else_into_main() {
        let folder = repository();
        let repository = Repository::open(folder.path()).unwrap();
        let first = repository.revparse_single("HEAD~1").unwrap().peel_to_commit().unwrap();
        repository.branch("stable", &first, false).unwrap();
        repository.branch("main", &first, true).ok();
        let head = repository.head().unwrap().peel_to_commit().unwrap();
        repository.branch("topic", &head, false).unwrap();
        repository.set_head("refs/heads/topic").unwrap();
        let revisions = Revisions::of(folder.path()).unwrap();
        assert_eq!(revisions.target(Some("stable")).as_deref(), Some("stable"));
        let usual = revisions.target(None).unwrap();
        assert!(USUAL.contains(&usual.as_str()), "{usual}");
        assert_eq!(revisions.merge_base("stable", "HEAD").unwrap().id, first.id().to_string());
    }
}
