//! The files of a disk as a tree, and paths as people know them.

use std::path::{Path, PathBuf};

use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::path::RepoPath;
use yamltree::tree::{Entry, Tree, TreeError};

/// The files of a disk below a folder.
#[derive(Debug)]
pub struct Disk(pub PathBuf);

impl Disk {
    fn place(&self, path: &RepoPath) -> PathBuf {
        self.0.join(path.as_str())
    }
}

fn refusal(path: &RepoPath, error: &std::io::Error) -> TreeError {
    use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    match error.kind() {
        NotFound | NotADirectory | IsADirectory => TreeError::NotFound(path.clone()),
        _ => TreeError::Failed { path: path.clone(), reason: error.to_string() },
    }
}

impl Tree for Disk {
    fn read(&self, path: &RepoPath) -> Result<String, TreeError> {
        String::from_utf8(self.bytes(path)?).map_err(|_| TreeError::NotText(path.clone()))
    }

    fn bytes(&self, path: &RepoPath) -> Result<Vec<u8>, TreeError> {
        std::fs::read(self.place(path)).map_err(|e| refusal(path, &e))
    }

    fn list(&self, path: &RepoPath) -> Result<Vec<Entry>, TreeError> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(self.place(path)).map_err(|e| refusal(path, &e))? {
            let entry = entry.map_err(|e| refusal(path, &e))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let Ok(below) = path.join(&name) else { continue };
            entries.push(Entry { path: below, is_dir: entry.path().is_dir() });
        }
        entries.sort();
        Ok(entries)
    }

    fn has_folder(&self, path: &RepoPath) -> bool {
        self.place(path).is_dir()
    }
}

/// A folder of the whole disk: its path from `/`.
pub(super) fn folder(dir: &Path) -> Result<RepoPath, String> {
    if dir.to_string_lossy().contains("://") {
        return Err(format!("{}: is remote; only folders of the disk are built", dir.display()));
    }
    let place = dir
        .canonicalize()
        .map_err(|e| format!("{}: {e}; give the folder of a kustomization", dir.display()))?;
    if !place.is_dir() {
        return Err(format!("{}: is no folder; give the folder of a kustomization", dir.display()));
    }
    let text = place.to_str().ok_or("the path is not UTF-8")?;
    RepoPath::new(text.trim_start_matches('/')).map_err(|e| e.to_string())
}

/// Files as they are shown: from the present folder if they lie below it.
pub(super) struct Shown(String);

impl Shown {
    pub(super) fn here() -> Self {
        let here = std::env::current_dir().and_then(|dir| dir.canonicalize());
        let here = here.ok().and_then(|dir| dir.to_str().map(|d| d.trim_matches('/').to_owned()));
        Shown(here.unwrap_or_default())
    }

    /// A file of the whole disk.
    pub(super) fn file(&self, file: &str) -> String {
        match file.strip_prefix(&self.0).map(|rest| rest.strip_prefix('/').unwrap_or(rest)) {
            Some("") => ".".to_owned(),
            Some(rest) if self.0.is_empty() || file[self.0.len()..].starts_with('/') => rest.to_owned(),
            _ => format!("/{file}"),
        }
    }

    pub(super) fn diagnostic(&self, found: &Diagnostic) -> String {
        let place = Place { file: self.file(&found.place.file), ..found.place.clone() };
        Diagnostic { place, ..found.clone() }.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_shown_from_the_present_folder() {
        let here = Shown("home/me".to_owned());
        assert_eq!(here.file("home/me/a/b.yaml"), "a/b.yaml");
        assert_eq!(here.file("home/me"), ".");
        assert_eq!(here.file("home/metoo/b.yaml"), "/home/metoo/b.yaml");
        assert_eq!(Shown(String::new()).file("a/b.yaml"), "a/b.yaml");
    }
}
