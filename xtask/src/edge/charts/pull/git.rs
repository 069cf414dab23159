//! Charts in a Git repository.

use std::path::Path;

use anyhow::{Context, Result, bail};
use flux::helm::chart::Revision;

use super::super::chart::Chart;
use super::super::contents::packed_folder;
use super::{newest, some_of};
use crate::edge::git_server::GitEnvironment;
use crate::edge::tree::files_of_commit;

/// Fetches one commit and packs the folder, or takes the archive, at a path in it.
pub(super) fn fetch(git: &GitEnvironment, url: &str, revision: &Revision, path: &str) -> Result<Chart> {
    if !["https://", "ssh://", "file://"].iter().any(|scheme| url.starts_with(scheme)) {
        bail!("{url}: only https:// and ssh:// repositories are fetched");
    }
    let folder = tempfile::tempdir().context("make a folder for a Git repository")?;
    let wanted = match revision {
        Revision::Commit(commit) => commit.clone(),
        Revision::Reference(name) => name.clone(),
        Revision::Range(range) => tag_in(git, folder.path(), url, range)?,
    };
    let doing = format!("fetch {wanted} of {url}");
    git.run(&doing, at(git, folder.path()).args(["init", "--quiet", "--bare", "--template="]))?;
    git.run(
        &doing,
        at(git, folder.path()).args(["fetch", "--quiet", "--depth=1", "--no-tags", "--", url, &wanted]),
    )?;
    let files = files_of_commit(git, folder.path(), "FETCH_HEAD", path)?;
    let origin = format!("{path} of {url}");
    if let [(name, archive)] = files.iter().collect::<Vec<_>>().as_slice()
        && name.is_empty()
    {
        return Ok(Chart::from_archive(origin, (*archive).clone())?);
    }
    if !files.contains_key("Chart.yaml") {
        bail!("{url} has no chart at `{path}` in {wanted}");
    }
    Ok(packed_folder(origin, files)?)
}

/// Git in a folder, with the authorities that everything else here trusts.
fn at(git: &GitEnvironment, folder: &Path) -> std::process::Command {
    let mut command = git.command();
    if let Some(file) = std::env::var_os("SSL_CERT_FILE") {
        command.env("GIT_SSL_CAINFO", file);
    }
    command.arg("-C").arg(folder);
    command
}

/// The full name of the newest tag in a range.
fn tag_in(git: &GitEnvironment, folder: &Path, url: &str, range: &str) -> Result<String> {
    let doing = format!("list the tags of {url}");
    let listed = git.run(&doing, at(git, folder).args(["ls-remote", "--tags", "--refs", "--", url]))?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let names =
        || listed.lines().filter_map(|line| line.split_whitespace().nth(1)?.strip_prefix("refs/tags/"));
    match newest(names().map(|name| (name.to_owned(), ())), range)? {
        Some((name, ())) => Ok(format!("refs/tags/{name}")),
        None => bail!("{url} has no tag in `{range}`; {}", some_of(names())),
    }
}
