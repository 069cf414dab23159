//! Which commit the embedded cluster is to follow, and making it so.

use std::fs;

use anyhow::{Context as _, Result};
use yamltree::tree::{MemTree, Tree};

use crate::context::Context;
use crate::edge::git_server::{
    GitEnvironment, Served, dirty_paths, head_of, publish_head, publish_work_tree,
};
use crate::edge::tree::{DiskTree, of_commit};
use crate::exit::Failure;
use crate::sandbox::layout::Layout;
use crate::sandbox::served::{BRANCH, ServedSource, Source, git, served_commit, served_source};

/// The branch on which uncommitted work is made into a commit before the cluster sees it.
const PREPARED: &str = "prepared";

/// What is to be served.
#[derive(Debug, Clone)]
pub struct Serving {
    /// The commit.
    pub commit: String,
    /// Where it comes from.
    pub source: Source,
    git: GitEnvironment,
}

impl Serving {
    /// Finds out what is to be served. `dirty` takes the files as they are; without a repository there is nothing else.
    pub fn wanted(context: &Context, dirty: bool) -> Result<Serving, Failure> {
        let layout = &context.layout;
        let git = git(layout)?;
        let head = head_of(&git, layout.checkout()).context("look at the checkout's Git repository")?;
        match head {
            Some(head) if !dirty => {
                let changed = dirty_paths(&git, layout.checkout()).context("look for uncommitted work")?;
                let relevant = changed.iter().filter(|path| path.starts_with("flux2/")).count();
                if relevant > 0 {
                    context.terminal.say(format!(
                        "{relevant} files below flux2/ are not committed and so not served; --dirty serves them too."
                    ));
                }
                Ok(Serving { commit: head.id, source: Source::Head, git })
            }
            _ => {
                fs::create_dir_all(layout.git())
                    .with_context(|| format!("make {}", layout.git().display()))?;
                let made = publish_work_tree(&git, layout.checkout(), &layout.served_repository(), PREPARED)
                    .context("make a commit of the checkout's files")?;
                Ok(Serving { commit: made.commit, source: Source::Files, git })
            }
        }
    }

    /// What it is, in words.
    pub fn title(&self) -> String {
        let short = &self.commit[..self.commit.len().min(12)];
        match self.source {
            Source::Head => format!("commit {short}"),
            Source::Files => {
                format!("the checkout's files (as commit {short}, which exists only in the sandbox)")
            }
        }
    }

    /// The tree of what is to be served.
    pub fn tree(&self, context: &Context) -> Result<Box<dyn Tree + Sync>> {
        Ok(match self.source {
            Source::Head => Box::new(self.committed(context)?),
            Source::Files => Box::new(DiskTree::new(&context.root)),
        })
    }

    fn committed(&self, context: &Context) -> Result<MemTree> {
        of_commit(&self.git, context.layout.checkout(), &self.commit, "flux2")
    }

    /// Whether the served branch holds it already.
    pub fn is_served(&self, layout: &Layout) -> bool {
        served_commit(&self.git, layout).as_deref() == Some(self.commit.as_str())
    }

    /// Makes it the head of the served branch.
    pub fn publish(&self, layout: &Layout) -> Result<Served> {
        let bare = layout.served_repository();
        let mark = serde_json::to_vec(&ServedSource { source: self.source })?;
        crate::edge::private_file::write_private(&layout.served_source(), &mark)?;
        Ok(match self.source {
            Source::Head => publish_head(&self.git, layout.checkout(), &bare, BRANCH)?,
            Source::Files => publish_work_tree(&self.git, layout.checkout(), &bare, BRANCH)?,
        })
    }
}

/// Whether a cluster runs a commit that this checkout's HEAD does not contain. A revision that is no commit of Git's,
/// or was made from uncommitted files, is never ahead.
pub fn is_behind(context: &Context, revision: &str) -> bool {
    let Some((_, commit)) = revision.split_once("@sha1:") else { return false };
    let Ok(git) = git(&context.layout) else { return false };
    if served_commit(&git, &context.layout).as_deref() == Some(commit)
        && served_source(&context.layout) == Some(Source::Files)
    {
        return false;
    }
    let contains = git
        .command()
        .arg("-C")
        .arg(&context.root)
        .args(["merge-base", "--is-ancestor", commit, "HEAD"])
        .output();
    // 1: not an ancestor; 128: unknown here, or no repository at all.
    contains.is_ok_and(|answer| !answer.status.success()) && context.root.join(".git").exists()
}
