//! Charts in a Git repository.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use flux::helm::chart::Revision;
use reqwest::Url;

use super::super::chart::Chart;
use super::super::contents::packed_folder;
use super::http::{Unreachable, is_loopback};
use super::newest::{newest, some_of};
use super::{is_network, patiently};
use crate::edge::git_server::GitEnvironment;
use crate::edge::tree::files_of_commit;

/// What Git or its HTTP library says where nobody answers, or nobody who is trusted.
const MAY_PASS: [&str; 16] = [
    "certificate verification failed",
    "SSL certificate problem",
    "Could not resolve",
    "Couldn't resolve",
    "Failed to connect",
    "Couldn't connect",
    "timed out",
    "Timeout was reached",
    "Operation too slow",
    "Connection reset",
    "Connection refused",
    "early EOF",
    "unexpected disconnect",
    "CONNECT tunnel failed",
    "The requested URL returned error: 5",
    "The requested URL returned error: 429",
];

/// Fetches one commit and packs the folder, or takes the archive, at a path in it.
pub(super) async fn fetch(git: &GitEnvironment, url: &str, revision: &Revision, path: &str) -> Result<Chart> {
    let folder = tempfile::tempdir().context("make a folder for a Git repository")?;
    let remote = Remote { git, url, protocol: protocol(url)?, folder: folder.path() };
    let wanted = match revision {
        Revision::Commit(commit) => commit.clone(),
        Revision::Reference(name) => name.clone(),
        Revision::Range(range) => {
            let tags = remote.tags().await?;
            match newest(tags.iter().map(|tag| (tag.clone(), ())), range)? {
                Some((tag, ())) => format!("refs/tags/{tag}"),
                None => bail!("{url} has no tag in `{range}`; {}", some_of(tags)),
            }
        }
    };
    remote.ask(&["init", "--quiet", "--bare", "--template="]).await?;
    if let Err(error) = remote.ask(&["fetch", "--quiet", "--depth=1", "--no-tags", "--", url, &wanted]).await
    {
        if !error.to_string().contains("find remote ref") {
            return Err(error).with_context(|| format!("fetch {wanted} of {url}"));
        }
        bail!("{url} has no {wanted}; {}", some_of(remote.tags().await.unwrap_or_default()));
    }
    // What a repository leaves out of its archives is in Flux's artifact all the same.
    let attributes = folder.path().join("info/attributes");
    fs::create_dir_all(folder.path().join("info")).context("make a folder for a Git repository")?;
    fs::write(attributes, "* -export-ignore -export-subst\n").context("write a file of Git")?;
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

/// The only protocol that may be spoken, redirections included.
fn protocol(url: &str) -> Result<&'static str> {
    let address = Url::parse(url).with_context(|| format!("{url} is no address"))?;
    match address.scheme() {
        _ if !address.username().is_empty() && address.scheme() == "https" => {
            bail!("its address has credentials in it; none are sent")
        }
        "https" => Ok("https"),
        "http" if is_loopback(address.host_str().unwrap_or_default()) => Ok("http"),
        "ssh" => bail!("{url} is read with a key; no credentials are read here"),
        _ => bail!("{url}: only https:// is fetched"),
    }
}

struct Remote<'f> {
    git: &'f GitEnvironment,
    url: &'f str,
    protocol: &'static str,
    folder: &'f Path,
}

impl Remote<'_> {
    /// Runs Git in the folder, again where nobody answered; it is ended when nobody waits for it any more.
    async fn ask(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        patiently(|| self.ask_once(arguments), is_network).await
    }

    async fn ask_once(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        let mut command = self.git.command();
        if let Some(file) = std::env::var_os("SSL_CERT_FILE") {
            command.env("GIT_SSL_CAINFO", file);
        }
        // A person's keys, passwords and helpers are out of reach.
        command.env("HOME", self.folder).env("XDG_CONFIG_HOME", self.folder).env_remove("SSH_ASKPASS");
        command.env("GIT_ALLOW_PROTOCOL", self.protocol);
        command.args(["-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30"]);
        command.arg("-C").arg(self.folder).args(arguments.iter().map(OsStr::new));
        let output = tokio::process::Command::from(command).kill_on_drop(true).output().await;
        let output = output.context("run git (is it installed?)")?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if MAY_PASS.iter().any(|text| said.contains(text)) {
            return Err(Unreachable(said).into());
        }
        bail!(said)
    }

    async fn tags(&self) -> Result<Vec<String>> {
        let listed = self.ask(&["ls-remote", "--tags", "--refs", "--", self.url]).await;
        let listed = listed.with_context(|| format!("list the tags of {}", self.url))?;
        let listed = String::from_utf8_lossy(&listed);
        let names = listed.lines().filter_map(|line| line.split('\t').nth(1)?.strip_prefix("refs/tags/"));
        Ok(names.map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_what_needs_no_credentials_is_fetched() {
        assert_eq!(protocol("https://github.com/some/repository").unwrap(), "https");
        assert_eq!(protocol("http://localhost:8080/some").unwrap(), "http");
        let refused = |url| protocol(url).unwrap_err().to_string();
        assert!(refused("ssh://git@github.com/some/repository").contains("no credentials are read"));
        assert_eq!(
            refused("https://me:secret@github.com/some"),
            "its address has credentials in it; none are sent"
        );
        assert!(refused("http://github.com/some").contains("only https://"));
        assert!(refused("file:///etc").contains("only https://"));
    }
}
