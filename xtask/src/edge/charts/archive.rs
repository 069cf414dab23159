//! Chart archives: gzip-compressed tar files with one folder on top.

use std::collections::BTreeMap;
use std::io::{self, Read};

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};

/// Most that an archive may hold unpacked: guards against damaged and malicious files.
const UNPACKED_LIMIT: u64 = 256 << 20;

/// A file of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChartFile {
    pub(super) content: Vec<u8>,
    pub(super) executable: bool,
}

impl ChartFile {
    pub(super) fn text(content: impl Into<String>) -> Self {
        Self { content: content.into().into_bytes(), executable: false }
    }
}

/// Files by path below the chart's folder, with `/` between parts.
pub(super) type ChartFiles = BTreeMap<String, ChartFile>;

/// Packs files into an archive: the same files always make the same bytes.
pub(super) fn pack(chart: &str, files: &ChartFiles) -> io::Result<Vec<u8>> {
    let gzip = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::default());
    let mut archive = tar::Builder::new(gzip);
    for (path, file) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(file.content.len() as u64);
        header.set_mode(if file.executable { 0o755 } else { 0o644 });
        header.set_mtime(0);
        archive.append_data(&mut header, format!("{chart}/{path}"), file.content.as_slice())?;
    }
    archive.into_inner()?.finish()
}

/// Unpacks the files of an archive for which `wanted` says yes, without their top folder.
pub(super) fn unpack(archive: &[u8], wanted: impl Fn(&str) -> bool) -> io::Result<ChartFiles> {
    unpack_up_to(archive, wanted, usize::MAX)
}

/// The first file of that path; what is behind it is not looked at.
pub(super) fn first(archive: &[u8], path: &str) -> io::Result<Option<ChartFile>> {
    Ok(unpack_up_to(archive, |other| other == path, 1)?.remove(path))
}

fn unpack_up_to(archive: &[u8], wanted: impl Fn(&str) -> bool, most: usize) -> io::Result<ChartFiles> {
    let mut files = ChartFiles::new();
    let mut archive = tar::Archive::new(GzDecoder::new(archive).take(UNPACKED_LIMIT));
    for entry in archive.entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).replace('\\', "/");
        let path = path.trim_start_matches("./");
        let Some((_, path)) = path.split_once('/').filter(|(_, path)| wanted(path)) else { continue };
        if path.split('/').any(|part| matches!(part, "" | "." | ".." | ".git")) {
            return Err(io::Error::other(format!("it holds a file with the path `{path}`")));
        }
        let executable = entry.header().mode()? & 0o111 != 0;
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        files.insert(path.to_owned(), ChartFile { content, executable });
        if files.len() >= most {
            break;
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn packing_is_deterministic_and_can_be_undone() {
        let long = format!("templates/{}.yaml", "x".repeat(150));
        let mut files = ChartFiles::new();
        files.insert("Chart.yaml".into(), ChartFile::text("name: a\n"));
        files.insert(long, ChartFile { content: b"x".to_vec(), executable: true });
        let packed = pack("a", &files).unwrap();
        assert_eq!(packed, pack("a", &files).unwrap());
        assert_eq!(unpack(&packed, |_| true).unwrap(), files);
        assert_eq!(unpack(&packed, |path| path == "Chart.yaml").unwrap().len(), 1);
        assert_eq!(first(&packed, "Chart.yaml").unwrap().as_ref(), files.get("Chart.yaml"));
        assert!(first(&packed[..packed.len() - 9], "Chart.yaml").unwrap().is_some());
        assert_eq!(first(&packed, "x").unwrap(), None);
        assert!(unpack(b"no gzip", |_| true).is_err());
    }
}
