//! What of the tree a build looked at: where none of it is different, the build gives the same.

use std::collections::BTreeSet;

use yamltree::path::RepoPath;

/// The files and folders that decided what a build gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Files that were read, or would have been had they been there.
    pub files: BTreeSet<RepoPath>,
    /// Paths of which it was asked whether there is a folder.
    pub folders: BTreeSet<RepoPath>,
}
