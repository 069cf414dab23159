//! The working repository: the one that these tests were built from.

use std::path::{Path, PathBuf};

use xtask::edge::tree::DiskTree;

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Its files as they are.
pub fn tree() -> DiskTree {
    DiskTree::new(root())
}

/// The text of one of its files.
pub fn read(path: &str) -> String {
    let full = root().join(path);
    std::fs::read_to_string(&full).unwrap_or_else(|error| panic!("read {}: {error}", full.display()))
}

/// Every file of it that Git would keep, as paths from the root.
pub fn files_below(folder: &str) -> Vec<String> {
    let folder = yamltree::path::RepoPath::new(folder).unwrap();
    yamltree::tree::files_below(&tree(), &folder).into_iter().map(|path| path.as_str().to_owned()).collect()
}
