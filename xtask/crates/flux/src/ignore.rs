//! What of a source gets into its artifact: `.sourceignore` files and `spec.ignore`, in the way of `.gitignore`.
//!
//! Upstream: `github.com/fluxcd/pkg/sourceignore` 0.18 and `SourceIgnoreFilter` of `github.com/fluxcd/pkg/artifact`.

pub(crate) mod glob;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use yamltree::path::RepoPath;
use yamltree::tree::Tree;

/// Left out of every artifact.
const VERSION_CONTROL: &str = ".git/,.gitignore,.gitmodules,.gitattributes";
/// Left out where nobody says what is.
const DEFAULT: &str = "*.jpg,*.jpeg,*.gif,*.png,*.wmv,*.flv,*.tar.gz,*.zip,.github/,.circleci/,.travis.yml,.gitlab-ci.yml,\
                       appveyor.yml,.drone.yml,cloudbuild.yaml,codeship-services.yml,codeship-steps.yml,\
                       **/.goreleaser.yml,**/.sops.yaml,**/.flux.yaml";

/// Rules in the order in which they were written; the last one that says anything about a path counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignore {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    /// Folder that the rule is about.
    domain: Vec<String>,
    parts: Vec<String>,
    includes: bool,
    folders_only: bool,
    is_path: bool,
}

/// The rules of a source: its `.sourceignore` files, wherever they are, and `spec.ignore` behind them.
///
/// Folders are read when a path in them is asked about, if that is enough: whether the usual rules count may depend on every folder.
pub struct SourceIgnore<'t> {
    tree: &'t (dyn Tree + Sync),
    /// What counts where nothing else says anything.
    front: Ignore,
    /// The rules of each folder that was asked about; none if all that there are are in `front`.
    folders: Option<Mutex<HashMap<RepoPath, Arc<Ignore>>>>,
    /// What counts before everything else.
    spec: Ignore,
}

impl<'t> SourceIgnore<'t> {
    /// The rules of a tree whose source object has this `spec.ignore`.
    pub fn of(tree: &'t (dyn Tree + Sync), spec: Option<&str>) -> Self {
        let spec = Ignore::of_text(spec.unwrap_or_default());
        let front = VERSION_CONTROL.split(',').map(|text| Rule::new(text, &[])).collect();
        let mut front = Ignore { rules: front };
        if !spec.rules.is_empty() || !of_folder(tree, &RepoPath::root()).rules.is_empty() {
            return SourceIgnore { tree, front, folders: Some(Mutex::default()), spec };
        }
        let mut own = Vec::new();
        load(tree, &RepoPath::root(), &mut own);
        if own.is_empty() {
            front.rules.extend(DEFAULT.split(',').map(|text| Rule::new(text, &[])));
        }
        front.rules.extend(own);
        SourceIgnore { tree, front, folders: None, spec }
    }

    /// Is the path left out?
    pub fn excludes(&self, path: &RepoPath, is_folder: bool) -> bool {
        let segments: Vec<&str> = path.segments().collect();
        let says = |ignore: &Ignore| ignore.says(&segments, is_folder);
        if let Some(excluded) = says(&self.spec) {
            return excluded;
        }
        let mut above = path.parent().filter(|_| self.folders.is_some());
        while let Some(folder) = above {
            if let Some(excluded) = says(&self.folder(&folder)) {
                return excluded;
            }
            above = folder.parent();
        }
        says(&self.front).unwrap_or(false)
    }

    fn folder(&self, folder: &RepoPath) -> Arc<Ignore> {
        let Some(folders) = &self.folders else { return Arc::default() };
        // Nothing panics while the lock is held.
        if let Some(known) = folders.lock().unwrap_or_else(PoisonError::into_inner).get(folder) {
            return Arc::clone(known);
        }
        let found = Arc::new(of_folder(self.tree, folder));
        folders.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.clone(), Arc::clone(&found));
        found
    }
}

/// The rules of a folder's own file.
fn of_folder(tree: &dyn Tree, folder: &RepoPath) -> Ignore {
    let text = folder.join(".sourceignore").ok().and_then(|file| tree.read(&file).ok());
    let domain: Vec<&str> = folder.segments().collect();
    Ignore { rules: rules(&text.unwrap_or_default(), &domain) }
}

impl Ignore {
    /// The rules of one file alone, of a `.gitignore` say.
    pub fn of_text(text: &str) -> Self {
        Ignore { rules: rules(text, &[]) }
    }

    /// The rules where nobody says any.
    pub fn usual() -> Self {
        let all = VERSION_CONTROL.split(',').chain(DEFAULT.split(','));
        Ignore { rules: all.map(|text| Rule::new(text, &[])).collect() }
    }

    /// Is the path left out?
    pub fn excludes(&self, path: &RepoPath, is_folder: bool) -> bool {
        let segments: Vec<&str> = path.segments().collect();
        self.says(&segments, is_folder).unwrap_or(false)
    }

    /// Is the path left out, if a rule says anything about it?
    fn says(&self, path: &[&str], is_folder: bool) -> Option<bool> {
        let found = self.rules.iter().rev().find(|rule| rule.matches(path, is_folder));
        found.map(|rule| !rule.includes)
    }
}

fn load(tree: &dyn Tree, folder: &RepoPath, all: &mut Vec<Rule>) {
    let entries = tree.list(folder).unwrap_or_default();
    let domain: Vec<&str> = folder.segments().collect();
    let file = entries.iter().find(|e| !e.is_dir && e.path.name() == Some(".sourceignore"));
    if let Some(text) = file.and_then(|file| tree.read(&file.path).ok()) {
        all.extend(rules(&text, &domain));
    }
    for entry in entries.iter().filter(|e| e.is_dir && e.path.name() != Some(".git")) {
        load(tree, &entry.path, all);
    }
}

fn rules(text: &str, domain: &[&str]) -> Vec<Rule> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(|line| Rule::new(line, domain)).collect()
}

impl Rule {
    fn new(text: &str, domain: &[&str]) -> Self {
        let (includes, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let text = if text.ends_with("\\ ") { text } else { text.trim_end_matches(' ') };
        let (folders_only, text) = text.strip_suffix('/').map_or((false, text), |rest| (true, rest));
        Rule {
            domain: domain.iter().map(|&segment| segment.to_owned()).collect(),
            parts: text.split('/').map(str::to_owned).collect(),
            includes,
            folders_only,
            is_path: text.contains('/'),
        }
    }

    fn matches(&self, path: &[&str], is_folder: bool) -> bool {
        let Some((front, path)) = path.split_at_checked(self.domain.len()) else { return false };
        if path.is_empty() || front.iter().zip(&self.domain).any(|(a, b)| a != b) {
            return false;
        }
        if self.is_path { self.matches_path(path, is_folder) } else { self.matches_name(path, is_folder) }
    }

    /// Any segment may be meant.
    fn matches_name(&self, path: &[&str], is_folder: bool) -> bool {
        for (index, name) in path.iter().enumerate() {
            match glob::matches(&self.parts[0], name) {
                None => return false,
                Some(false) => {}
                Some(true) => return !(self.folders_only && !is_folder && index + 1 == path.len()),
            }
        }
        false
    }

    fn matches_path(&self, mut path: &[&str], is_folder: bool) -> bool {
        let (mut is_matched, mut may_skip) = (false, false);
        for (index, part) in self.parts.iter().enumerate() {
            if part.is_empty() {
                may_skip = false;
                continue;
            }
            if part == "**" {
                if index + 1 == self.parts.len() {
                    break;
                }
                may_skip = true;
                continue;
            }
            if part.contains("**") || path.is_empty() {
                return false;
            }
            if std::mem::take(&mut may_skip) {
                while let Some((first, rest)) = path.split_first() {
                    path = rest;
                    match glob::matches(part, first) {
                        None => return false,
                        Some(true) => {
                            is_matched = true;
                            break;
                        }
                        Some(false) if path.is_empty() => is_matched = false,
                        Some(false) => {}
                    }
                }
            } else {
                if glob::matches(part, path[0]) != Some(true) {
                    return false;
                }
                is_matched = true;
                path = &path[1..];
            }
        }
        is_matched && !(self.folders_only && !is_folder && path.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use yamltree::tree::MemTree;

    use super::*;

    fn left(files: &str, paths: &[&str]) -> Vec<bool> {
        let tree = MemTree::from_fixture(files).unwrap();
        let ignore = SourceIgnore::of(&tree, None);
        paths.iter().map(|path| !ignore.excludes(&RepoPath::new(path).unwrap(), false)).collect()
    }

    #[test]
    fn pictures_and_pipelines_stay_out_unless_something_is_said() {
        let paths = ["a/b.png", ".github/x.yaml", "a/.gitignore", "a/b.yaml", "a/.sops.yaml"];
        assert_eq!(left("#- a.yaml\n", &paths), [false, false, false, true, false]);
        assert_eq!(left("#- .sourceignore\nz\n", &paths), [true, true, false, true, true]);
    }

    #[test]
    fn the_last_rule_counts_and_a_list_of_what_is_allowed_works() {
        let files = "#- .sourceignore\n# all\n/*\n!/apps\n/apps/x*.yaml\n";
        let paths = ["b/a.yaml", "apps/a.yaml", "apps/x1.yaml", "apps/deep/x1.yaml", "README.md"];
        assert_eq!(left(files, &paths), [false, true, false, true, false]);
    }

    #[test]
    fn rules_of_a_folder_win_over_those_above_it_and_the_spec_over_both() {
        let tree =
            MemTree::from_fixture("#- .sourceignore\n*.txt\n#- a/.sourceignore\n!x.txt\n!y.txt\n").unwrap();
        let ignore = SourceIgnore::of(&tree, Some("y.txt"));
        let left = ["x.txt", "a/x.txt", "a/y.txt"]
            .map(|path| !ignore.excludes(&RepoPath::new(path).unwrap(), false));
        assert_eq!(left, [false, true, false]);
    }

    #[test]
    fn rules_of_a_folder_are_about_that_folder() {
        let files = "#- a/.sourceignore\n*.txt\nb/\n**/c.yaml\n";
        let paths = ["x.txt", "a/x.txt", "a/z/b/y", "a/q/r/c.yaml", "c.yaml"];
        assert_eq!(left(files, &paths), [true, false, false, false, true]);
    }
}
