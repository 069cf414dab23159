//! One copy operation, which does what `cp` does.
//!
//! Upstream: `internal/builder/builder.go` of source-watcher 2.2.

use std::sync::Arc;

use yamltree::path::RepoPath;

use super::files::Files;
use super::glob::glob;
use super::source::Source;
use super::spec::Copy;
use super::{doublestar, merge, paths};

pub(super) type Result<T> = std::result::Result<T, String>;

/// The alias and the path or pattern of `from`.
pub(super) fn source_of(from: &str) -> Result<(&str, &str)> {
    let rest = from.strip_prefix('@').ok_or("`from` must begin with `@`")?;
    rest.split_once('/').ok_or_else(|| "`from` must be of the form `@alias/path`".to_owned())
}

fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[', ']'])
}

/// One operation at work.
struct Work<'w, 't> {
    copy: &'w Copy,
    source: &'w Source<'t>,
    /// Is the source the very folder that is written to?
    is_own: bool,
    files: &'w mut Files,
}

/// Does the operation. `is_own` says that the source is the folder of the artifact, because they have the same name.
pub(super) fn apply(
    copy: &Copy,
    alias: &str,
    pattern: &str,
    source: Option<&Source<'_>>,
    is_own: bool,
    files: &mut Files,
) -> Result<()> {
    let to = copy.to.strip_prefix("@artifact/").ok_or("`to` must begin with `@artifact/`")?;
    let source = source.ok_or_else(|| format!("no source has the alias `{alias}`"))?;
    if let Some(bad) = copy.exclude.iter().find(|pattern| doublestar::matches(pattern, ".").is_err()) {
        return Err(format!("`exclude` has the malformed pattern `{bad}`"));
    }
    let mut work = Work { copy, source, is_own, files };
    if is_pattern(pattern) { work.many(pattern, to) } else { work.one(&paths::clean(pattern), to) }
}

impl Work<'_, '_> {
    fn extracts(&self) -> bool {
        self.copy.strategy == "Extract"
    }

    /// A path without wildcards.
    fn one(&mut self, path: &str, to: &str) -> Result<()> {
        let found = RepoPath::new(path).map_err(|error| format!("source: {error}"))?;
        if self.source.tree().has_folder(&found) {
            if self.extracts() {
                return Err(format!("`{path}` is a folder, and nothing can be extracted from one"));
            }
            return self.folder(&found, &paths::join(to, paths::base(path)), path);
        }
        if !self.source.tree().has_file(&found) {
            return Err(format!("source: `{path}` does not exist"));
        }
        if self.is_excluded(path, ".") {
            return Ok(());
        }
        if self.extracts() {
            if !is_tarball(path) {
                return Err(format!("`{path}` is no tarball (.tar.gz or .tgz), so nothing can be extracted"));
            }
            return Err(no_extract(path));
        }
        let into_folder = self.copy.to.ends_with('/') || self.files.is_folder(to);
        let to = if into_folder { paths::join(to, paths::base(path)) } else { to.to_owned() };
        self.file(&found, &to)
    }

    fn many(&mut self, pattern: &str, to: &str) -> Result<()> {
        let found = if self.extracts() { self.deep(pattern) } else { glob(self.source.tree(), pattern) };
        let found = found.ok_or_else(|| format!("`{pattern}` is a malformed pattern"))?;
        if found.is_empty() {
            return Err(format!("nothing in the source matches `{pattern}`"));
        }
        let base = literal_front(pattern);
        let kept: Vec<String> = found.into_iter().filter(|path| !self.is_excluded(path, &base)).collect();
        if kept.is_empty() {
            return Err(format!("all that matches `{pattern}` is excluded"));
        }
        for path in kept {
            if self.extracts() {
                if is_tarball(&path) {
                    return Err(no_extract(&path));
                }
                continue;
            }
            let front = pattern.strip_suffix("/**").and_then(|front| path.strip_prefix(front));
            let below = front.and_then(|rest| rest.strip_prefix('/')).unwrap_or(&path);
            let to = paths::join(to, below);
            let found = RepoPath::new(&path).map_err(|error| error.to_string())?;
            if self.source.tree().has_folder(&found) {
                self.folder(&found, &to, &base)?;
            } else {
                self.file(&found, &to)?;
            }
        }
        Ok(())
    }

    /// All paths that a pattern with `**` matches.
    fn deep(&self, pattern: &str) -> Option<Vec<String>> {
        if !doublestar::is_valid(&pattern.chars().collect::<Vec<_>>()) {
            return None;
        }
        let files = yamltree::tree::files_below(self.source.tree(), &RepoPath::root());
        let paths = files.iter().map(|file| file.as_str().to_owned());
        Some(paths.filter(|path| doublestar::matches_unchecked(pattern, path)).collect())
    }

    /// A file that was named or matched; only such ones are merged.
    fn file(&mut self, path: &RepoPath, to: &str) -> Result<()> {
        if self.copy.strategy == "Merge" && self.files.has(to) {
            let over = self.source.content(path)?;
            let merged = merge::merged(&self.files.content(to)?, &over);
            let merged = merged.map_err(|reason| format!("`{path}` and `{to}` of the artifact: {reason}"))?;
            return self.files.write(to, merged.into());
        }
        self.write(path, to)
    }

    fn write(&mut self, path: &RepoPath, to: &str) -> Result<()> {
        if self.is_own && paths::clean(to) == path.as_str() {
            return Err(format!(
                "`{path}` would be copied onto itself, for the artifact has the name of the source; source-watcher empties it"
            ));
        }
        let bytes = self.source.content(path)?;
        self.files.make_folder(&paths::folder(to))?;
        self.files.write(to, bytes)
    }

    fn folder(&mut self, path: &RepoPath, to: &str, base: &str) -> Result<()> {
        if self.is_own && paths::below(&path.to_string(), &paths::clean(to)).is_some_and(|rest| rest != ".") {
            return Err(format!(
                "folder `{path}` would be copied into itself, for the artifact has the name of the source"
            ));
        }
        self.files.make_folder(to)?;
        let mut entries = self.source.tree().list(path).map_err(|error| error.to_string())?;
        entries.sort_by(|a, b| a.path.name().cmp(&b.path.name()));
        for entry in entries {
            let name = entry.path.name().unwrap_or_default();
            if self.is_excluded(entry.path.as_str(), base) {
                continue;
            }
            let to = paths::join(to, name);
            if entry.is_dir {
                self.folder(&entry.path, &to, base)?;
            } else {
                self.write(&entry.path, &to)?;
            }
        }
        Ok(())
    }

    /// Patterns are about the path in the source and about the path below what the pattern of `from` begins with.
    fn is_excluded(&self, path: &str, base: &str) -> bool {
        let is_met = |path: &str| {
            self.copy.exclude.iter().any(|pattern| {
                doublestar::matches_unchecked(pattern, path)
                    || (!pattern.contains('/') && doublestar::matches_unchecked(pattern, paths::base(path)))
            })
        };
        is_met(path) || paths::below(base, path).is_some_and(|below| below != "." && is_met(below))
    }
}

/// The folders in front of the first wildcard.
fn literal_front(pattern: &str) -> String {
    let pattern = paths::clean(pattern);
    let front: Vec<&str> = pattern.split('/').take_while(|segment| !is_pattern(segment)).collect();
    paths::clean(&front.join("/"))
}

fn is_tarball(path: &str) -> bool {
    let path = path.to_lowercase();
    path.ends_with(".tar.gz") || path.ends_with(".tgz")
}

fn no_extract(path: &str) -> String {
    format!("`{path}` would be extracted, and strategy `Extract` is not supported here")
}

/// Bytes that are shared by all who copy them.
pub(super) type Bytes = Arc<[u8]>;
