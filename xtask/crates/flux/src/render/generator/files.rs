//! The folder in which an artifact comes about.
//!
//! Upstream it is a folder on disk, reached through Go's `os.Root`, which lets no path lead out of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use yamltree::path::RepoPath;
use yamltree::tree::{Entry, Tree, TreeError};

type Result<T> = std::result::Result<T, String>;

/// Files and folders, empty ones too; contents are shared when it is copied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    top: BTreeMap<String, Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    File(Arc<[u8]>),
    Folder(Files),
}

/// The segments of a path that say anything.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty() && *segment != ".")
}

/// What no tree can hold is refused, even where a disk could.
fn check(path: &str) -> Result<()> {
    if path.starts_with('/') {
        return Err(format!("`{path}` leads out of the artifact"));
    }
    if path.contains(['\\', '\0']) {
        return Err(format!("`{path}` has a character that no path in a repository may have"));
    }
    Ok(())
}

impl Files {
    fn item<'s>(&self, mut path: impl Iterator<Item = &'s str>) -> Option<&Item> {
        let item = self.top.get(path.next()?)?;
        path.try_fold(item, |item, segment| match item {
            Item::Folder(folder) => folder.top.get(segment),
            Item::File(_) => None,
        })
    }

    fn folder<'s>(&self, mut path: impl Iterator<Item = &'s str>) -> Option<&Files> {
        path.try_fold(self, |folder, segment| match folder.top.get(segment) {
            Some(Item::Folder(folder)) => Some(folder),
            _ => None,
        })
    }

    /// Where a path leads: what it goes through must be there, even if it goes back up.
    fn resolve<'p>(&self, path: &'p str) -> Result<Vec<&'p str>> {
        check(path)?;
        let mut found: Vec<&str> = Vec::new();
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            if self.folder(found.iter().copied()).is_none() {
                return Err(format!("`{}` is no folder of the artifact", found.join("/")));
            }
            match segment {
                "." => {}
                ".." if found.pop().is_none() => return Err(format!("`{path}` leads out of the artifact")),
                ".." => {}
                name => found.push(name),
            }
        }
        Ok(found)
    }

    /// Is something there?
    pub(super) fn has(&self, path: &str) -> bool {
        self.resolve(path).is_ok_and(|found| found.is_empty() || self.item(found.into_iter()).is_some())
    }

    /// Is a folder there?
    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.resolve(path).is_ok_and(|found| self.folder(found.into_iter()).is_some())
    }

    /// Makes a folder and those above it; the path is a cleaned one. A file in its place is no error yet.
    pub(super) fn make_folder(&mut self, path: &str) -> Result<()> {
        check(path)?;
        if path.split('/').any(|segment| segment == "..") {
            return Err(format!("`{path}` leads out of the artifact"));
        }
        let mut here = self;
        let mut rest = segments(path).peekable();
        while let Some(segment) = rest.next() {
            let item = here.top.entry(segment.to_owned()).or_insert_with(|| Item::Folder(Files::default()));
            match item {
                Item::Folder(folder) => here = folder,
                Item::File(_) if rest.peek().is_none() => return Ok(()),
                Item::File(_) => return Err(format!("`{path}`: `{segment}` is a file")),
            }
        }
        Ok(())
    }

    /// Writes a file into a folder that is there.
    pub(super) fn write(&mut self, path: &str, bytes: Arc<[u8]>) -> Result<()> {
        let found: Vec<String> = self.resolve(path)?.into_iter().map(str::to_owned).collect();
        let is_a_folder = || format!("`{path}` is a folder of the artifact");
        let (name, folders) = found.split_last().ok_or_else(is_a_folder)?;
        let mut here = self;
        for folder in folders {
            match here.top.get_mut(folder) {
                Some(Item::Folder(folder)) => here = folder,
                _ => return Err(format!("`{folder}` is no folder of the artifact")),
            }
        }
        match here.top.get(name) {
            Some(Item::Folder(_)) => Err(is_a_folder()),
            _ if path.ends_with('/') => Err(is_a_folder()),
            _ => {
                here.top.insert(name.clone(), Item::File(bytes));
                Ok(())
            }
        }
    }

    /// The bytes of a file.
    pub(super) fn content(&self, path: &str) -> Result<Arc<[u8]>> {
        match self.item(self.resolve(path)?.into_iter()) {
            Some(Item::File(bytes)) => Ok(Arc::clone(bytes)),
            _ => Err(format!("`{path}` is no file of the artifact")),
        }
    }

    /// All of a tree.
    pub(super) fn of_tree(tree: &dyn Tree, folder: &RepoPath) -> std::result::Result<Self, TreeError> {
        let mut files = Files::default();
        for entry in tree.list(folder)? {
            let item = if entry.is_dir {
                Item::Folder(Files::of_tree(tree, &entry.path)?)
            } else {
                Item::File(tree.bytes(&entry.path)?.into())
            };
            files.top.insert(entry.path.name().unwrap_or_default().to_owned(), item);
        }
        Ok(files)
    }

    /// Only what `keep` says, which is asked with the path and whether it is a folder. A folder that is not kept is there all the
    /// same if something in it is.
    pub(super) fn keep(&mut self, above: &str, keep: &dyn Fn(&str, bool) -> bool) {
        self.top.retain(|name, item| {
            let path = format!("{above}/{name}");
            match item {
                Item::File(_) => keep(&path, false),
                Item::Folder(folder) => {
                    folder.keep(&path, keep);
                    keep(&path, true) || !folder.top.is_empty()
                }
            }
        });
    }
}

impl Tree for Files {
    fn read(&self, path: &RepoPath) -> std::result::Result<String, TreeError> {
        String::from_utf8(self.bytes(path)?).map_err(|_| TreeError::NotText(path.clone()))
    }

    fn bytes(&self, path: &RepoPath) -> std::result::Result<Vec<u8>, TreeError> {
        match self.item(path.segments()) {
            Some(Item::File(bytes)) => Ok(bytes.to_vec()),
            _ => Err(TreeError::NotFound(path.clone())),
        }
    }

    fn list(&self, path: &RepoPath) -> std::result::Result<Vec<Entry>, TreeError> {
        let folder = self.folder(path.segments()).ok_or_else(|| TreeError::NotFound(path.clone()))?;
        let entries = folder.top.iter().filter_map(|(name, item)| {
            Some(Entry { path: path.join(name).ok()?, is_dir: matches!(item, Item::Folder(_)) })
        });
        Ok(entries.collect())
    }

    fn has_folder(&self, path: &RepoPath) -> bool {
        self.folder(path.segments()).is_some()
    }

    fn has_file(&self, path: &RepoPath) -> bool {
        matches!(self.item(path.segments()), Some(Item::File(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_and_folders_come_first() {
        let mut files = Files::default();
        files.make_folder("a/b").unwrap();
        files.write("a/b/../c", Arc::from(*b"x")).unwrap();
        assert!(files.has("a/c") && files.is_folder("a/b") && files.is_folder(""));
        for path in ["../x", "/x", "a/../../x", "z/x", "a/c/x", "a/b", "a/z/", "a/c/."] {
            assert!(files.write(path, Arc::from(*b"")).is_err(), "{path}");
        }
        assert!(files.make_folder("a/c").is_ok() && files.make_folder("a/c/d").is_err());
    }

    #[test]
    fn what_is_left_out_takes_no_kept_file_along() {
        let mut files = Files::default();
        files.make_folder("a/b").unwrap();
        files.make_folder("a/e").unwrap();
        files.write("a/b/c", Arc::from(*b"x")).unwrap();
        files.keep("top", &|path, is_folder| !is_folder && path != "top/a/z");
        assert!(files.has("a/b/c") && !files.has("a/e"));
    }
}
