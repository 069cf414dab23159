//! Which commit the embedded cluster follows, and whether later ones come by themselves.

use std::fs;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::layout::Layout;
use crate::edge::git_server::{GitEnvironment, head_of};

/// The branch that the cluster follows in the served copy.
pub const BRANCH: &str = "main";

/// Where a served commit comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The checkout's HEAD; later commits are followed.
    Head,
    /// The checkout's files as they are (`--dirty`, or there is no Git at all).
    Files,
}

/// The served source as the supervisor reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServedSource {
    /// Where the served commit comes from: only HEAD is followed.
    pub source: Source,
}

/// Git as the sandbox runs it.
pub fn git(layout: &Layout) -> Result<GitEnvironment> {
    Ok(GitEnvironment::create(&layout.run().join("home"))?)
}

/// The commit that the cluster follows now.
pub fn served_commit(git: &GitEnvironment, layout: &Layout) -> Option<String> {
    let output = git
        .command()
        .arg("-C")
        .arg(layout.served_repository())
        .args(["rev-parse", "--verify", "--quiet", &format!("refs/heads/{BRANCH}")])
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Is the checkout's HEAD to be served and is not yet? The supervisor looks twice in a second.
pub fn is_behind(layout: &Layout) -> Result<bool> {
    if served_source(layout) != Some(Source::Head) {
        return Ok(false);
    }
    let git = git(layout)?;
    let head = head_of(&git, layout.checkout())?.map(|commit| commit.id);
    Ok(head.is_some() && head != served_commit(&git, layout))
}

/// Where the served commit comes from; none when nothing was served yet.
pub fn served_source(layout: &Layout) -> Option<Source> {
    let bytes = fs::read(layout.served_source()).ok()?;
    serde_json::from_slice::<ServedSource>(&bytes).ok().map(|served| served.source)
}
