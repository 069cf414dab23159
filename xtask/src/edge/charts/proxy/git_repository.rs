//! Charts that live in a Git repository, as a repository with one commit a tag.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ProxyError;
use crate::edge::charts::chart::Chart;
use crate::edge::charts::digest::sha256_hex;
use crate::edge::git_server::{GitEnvironment, GitError};

/// A chart with the tag and folder where the tree looks for it.
pub(super) struct PinnedChart {
    pub(super) chart: Arc<Chart>,
    pub(super) tag: String,
    pub(super) path: String,
}

/// Makes a bare repository below `directory` that holds `charts`, or returns the one made earlier of the same.
///
/// Branch `main` is at one of the tags. The same charts always make the same commit ids.
pub(super) fn make(
    git: &GitEnvironment,
    directory: &Path,
    charts: &[PinnedChart],
) -> Result<PathBuf, ProxyError> {
    let stream = import_stream(charts)?;
    let repository = directory.join(format!("{}.git", &sha256_hex(&stream)[..16]));
    if repository.is_dir() {
        return Ok(repository);
    }
    let doing = format!("making the chart repository {}", repository.display());
    let file = || GitError::file(doing.clone());
    fs::create_dir_all(directory).map_err(file())?;
    let fresh = directory.join(format!("new-{}", std::process::id()));
    if fresh.exists() {
        fs::remove_dir_all(&fresh).map_err(file())?;
    }
    let mut init = git.command();
    git.run(
        &doing,
        init.args(["init", "--quiet", "--bare", "--template=", "--initial-branch=main"]).arg(&fresh),
    )?;
    let mut import = git.command();
    import.arg("-C").arg(&fresh).args(["fast-import", "--quiet"]);
    git.run_with_input(&doing, &mut import, &stream)?;
    match fs::rename(&fresh, &repository) {
        Ok(()) => Ok(repository),
        // Somebody else was faster, with the same content.
        Err(_) if repository.is_dir() => {
            fs::remove_dir_all(&fresh).map(|()| repository).map_err(|it| file()(it).into())
        }
        Err(error) => Err(file()(error).into()),
    }
}

fn import_stream(charts: &[PinnedChart]) -> Result<Vec<u8>, ProxyError> {
    let mut by_tag: BTreeMap<&str, Vec<&PinnedChart>> = BTreeMap::new();
    for pinned in charts {
        by_tag.entry(&pinned.tag).or_default().push(pinned);
    }
    let mut stream = Vec::new();
    for (index, (tag, charts)) in by_tag.into_iter().enumerate() {
        let mark = index + 1;
        let message = format!("Charts of {tag}, packed for the sandbox\n");
        let head = format!(
            "commit refs/tags/{tag}\nmark :{mark}\ncommitter OpenAppStack <sandbox@openappstack.invalid> 946684800 +0000\ndata {}\n{message}",
            message.len()
        );
        stream.extend(head.into_bytes());
        for pinned in charts {
            for (path, file) in pinned.chart.files(|_| true)? {
                let path = if pinned.path.is_empty() { path } else { format!("{}/{path}", pinned.path) };
                let mode = if file.executable { "100755" } else { "100644" };
                let head = format!("M {mode} inline {}\ndata {}\n", quoted(&path), file.content.len());
                // Writing to a vector cannot fail.
                let _ = stream.write_all(head.as_bytes());
                stream.extend(file.content);
                stream.push(b'\n');
            }
        }
        stream.extend(format!("reset refs/heads/main\nfrom :{mark}\n\n").into_bytes());
    }
    Ok(stream)
}

fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
