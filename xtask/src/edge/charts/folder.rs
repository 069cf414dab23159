//! A chart's folder on disk, packaged in memory.

use std::fs;
use std::io;
use std::path::Path;

use super::archive::{self, ChartFile, ChartFiles};
use super::error::ChartError;
use super::ignore::HelmIgnore;

/// Packages the chart in `directory`, less what its .helmignore leaves out. Links are followed, as Helm does.
pub(super) fn package(directory: &Path) -> Result<Vec<u8>, ChartError> {
    let read = |source| ChartError::Read { path: directory.into(), source };
    let rules = match fs::read_to_string(directory.join(".helmignore")) {
        Ok(text) => HelmIgnore::parse(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => HelmIgnore::parse(""),
        Err(error) => return Err(read(error)),
    };
    let mut files = ChartFiles::new();
    collect(directory, "", &rules, &mut files, 0).map_err(read)?;
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    archive::pack(&chart_name(&files).unwrap_or_else(|| name.into_owned()), &files).map_err(read)
}

/// The folder inside an archive is called like the chart.
pub(super) fn chart_name(files: &ChartFiles) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        name: String,
    }
    let text = std::str::from_utf8(&files.get("Chart.yaml")?.content).ok()?;
    serde_saphyr::from_str::<Named>(text).ok().map(|chart| chart.name).filter(|name| !name.contains('/'))
}

fn collect(
    directory: &Path,
    below: &str,
    rules: &HelmIgnore,
    files: &mut ChartFiles,
    depth: u32,
) -> io::Result<()> {
    if depth > 32 {
        return Err(io::Error::other("its folders are nested too deeply (does a link lead back?)"));
    }
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let name =
            name.to_str().ok_or_else(|| io::Error::other(format!("{name:?} is not a UTF-8 file name")))?;
        let path = format!("{below}{name}");
        let metadata = fs::metadata(entry.path())?;
        if rules.leave_out(&path, metadata.is_dir()) || name == ".git" {
            continue;
        }
        if metadata.is_dir() {
            collect(&entry.path(), &format!("{path}/"), rules, files, depth + 1)?;
        } else if metadata.is_file() {
            files.insert(
                path,
                ChartFile { content: fs::read(entry.path())?, executable: is_executable(&metadata) },
            );
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}
