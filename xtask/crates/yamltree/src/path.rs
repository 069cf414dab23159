//! Paths inside a repository.

use std::fmt;

use thiserror::Error;

/// A path inside a tree: UTF-8, relative, `/` between segments, no `.`, `..` or empty segment.
///
/// The empty path is the root of the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(String);

/// Why a text is no [`RepoPath`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PathError {
    /// Begins with `/`.
    #[error("path `{0}` is absolute")]
    Absolute(String),
    /// Leads above where it started.
    #[error("path `{0}` leads out of the tree")]
    Outside(String),
    /// Has a backslash or a NUL.
    #[error("path `{0}` has a character that no path in a repository may have")]
    Character(String),
}

impl RepoPath {
    /// The root of the tree.
    pub fn root() -> Self {
        RepoPath(String::new())
    }

    /// Reads a path; `.` segments, doubled and trailing slashes are dropped, `..` is resolved and may not leave the tree.
    pub fn new(text: &str) -> Result<Self, PathError> {
        RepoPath::root().join(text)
    }

    /// This path followed by `text`, which may go up with `..` but not out of the tree.
    pub fn join(&self, text: &str) -> Result<Self, PathError> {
        if text.starts_with('/') {
            return Err(PathError::Absolute(text.to_owned()));
        }
        if text.contains(['\\', '\0']) {
            return Err(PathError::Character(text.to_owned()));
        }
        let mut segments: Vec<&str> = self.segments().collect();
        for segment in text.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop().ok_or_else(|| PathError::Outside(text.to_owned()))?;
                }
                name => segments.push(name),
            }
        }
        Ok(RepoPath(segments.join("/")))
    }

    /// The path as text, without a slash at either end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments from the root down; none for the root.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|s| !s.is_empty())
    }

    /// The last segment; `None` for the root.
    pub fn name(&self) -> Option<&str> {
        self.segments().next_back()
    }

    /// The folder this is in; `None` for the root.
    pub fn parent(&self) -> Option<RepoPath> {
        if self.0.is_empty() {
            return None;
        }
        Some(RepoPath(self.0.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default()))
    }

    /// Is this `other` or below it?
    pub fn starts_with(&self, other: &RepoPath) -> bool {
        other.0.is_empty()
            || self.0.strip_prefix(&other.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl std::borrow::Borrow<str> for RepoPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

impl std::str::FromStr for RepoPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        RepoPath::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises_and_refuses_to_leave_the_tree() {
        assert_eq!(RepoPath::new("./flux2//apps/x/").unwrap().as_str(), "flux2/apps/x");
        assert_eq!(RepoPath::new("a/b").unwrap().join("../c").unwrap().as_str(), "a/c");
        assert_eq!(RepoPath::new("../a"), Err(PathError::Outside("../a".into())));
        assert_eq!(RepoPath::new("a").unwrap().join("../../b"), Err(PathError::Outside("../../b".into())));
        assert_eq!(RepoPath::new("/a"), Err(PathError::Absolute("/a".into())));
        assert!(RepoPath::new("a\\b").is_err());
    }

    #[test]
    fn knows_parent_name_and_what_is_below() {
        let path = RepoPath::new("flux2/apps/x").unwrap();
        assert_eq!(path.name(), Some("x"));
        assert_eq!(path.parent().unwrap().as_str(), "flux2/apps");
        assert_eq!(RepoPath::new("a").unwrap().parent(), Some(RepoPath::root()));
        assert_eq!(RepoPath::root().parent(), None);
        assert!(path.starts_with(&RepoPath::new("flux2").unwrap()));
        assert!(path.starts_with(&path) && path.starts_with(&RepoPath::root()));
        assert!(!path.starts_with(&RepoPath::new("flux2/app").unwrap()));
    }
}
