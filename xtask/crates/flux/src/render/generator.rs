//! Artifacts that are made of other sources: what source-watcher makes of an ArtifactGenerator.
//!
//! Upstream: `github.com/fluxcd/source-watcher` 2.2 (`internal/builder`, `internal/controller`). Three things are different: tarballs
//! are not extracted (that is refused); a file that would be copied onto itself, which can be if an artifact has the name of a
//! source, is refused where upstream empties it; and in that case an operation sees the files as they were when it began.

mod check;
mod copy;
mod doublestar;
mod expand;
mod files;
mod glob;
mod merge;
mod paths;
mod source;
mod spec;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use kustomize_rs::yaml::node::Mark;
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use crate::ignore::Ignore;
pub use files::Files;
use source::Source;
pub use spec::{Aliased, ArtifactGenerator, Copy, Output};

type Sources<'t> = BTreeMap<String, Source<'t>>;

/// Why a generator stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Where in its object.
    pub at: Mark,
    /// What is wrong, with the artifact and the copy operation if it is about one.
    pub message: String,
}

/// What a generator made.
#[derive(Debug, Clone, Default)]
pub struct Generated {
    /// The artifacts in order, by name.
    pub artifacts: Vec<(String, Files)>,
    /// Why there are no more; those before are there all the same.
    pub wrong: Option<Wrong>,
}

impl ArtifactGenerator {
    /// Makes the artifacts out of the trees of its sources, by alias.
    ///
    /// Each artifact goes through the rules of what usually gets into none (`.github/`, pictures, ...), and no `.sourceignore` counts.
    pub fn generate(&self, trees: &BTreeMap<&str, &dyn Tree>) -> Generated {
        let mut made = Generated::default();
        made.wrong = self.generate_into(trees, &mut made.artifacts).err();
        made
    }

    fn generate_into(
        &self,
        trees: &BTreeMap<&str, &dyn Tree>,
        made: &mut Vec<(String, Files)>,
    ) -> Result<(), Wrong> {
        if self.is_disabled {
            return Err(Wrong { at: self.at, message: "its annotation switches it off".to_owned() });
        }
        check::check(self)?;
        let given = |(alias, tree): (&&str, &_)| ((*alias).to_owned(), Source::given(*tree));
        let mut sources: Sources<'_> = trees.iter().map(given).collect();
        for output in expand::outputs(self, &sources)? {
            let files = artifact(&output, &mut sources)?;
            made.push((output.name, files));
        }
        Ok(())
    }

    /// May it make an artifact of this name?
    pub fn may_make(&self, name: &str) -> bool {
        let is_pattern = !self.path_pattern.is_empty();
        self.outputs
            .iter()
            .any(|output| output.name == name || (is_pattern && expand::may_make(&output.name, name)))
    }
}

fn artifact(output: &Output, sources: &mut Sources<'_>) -> Result<Files, Wrong> {
    let name = &output.name;
    let mut files = Files::default();
    // Upstream an artifact comes about in a folder beside those of the sources, so that equal names mean one folder.
    if let Some(source) = sources.get(name) {
        files = Files::of_tree(source.tree(), &RepoPath::root())
            .map_err(|error| Wrong { at: output.at, message: format!("artifact `{name}`: {error}") })?;
    }
    for copy in &output.copies {
        let refuse = |reason: String| Wrong {
            at: copy.at,
            message: format!("artifact `{name}`, copy from `{}` to `{}`: {reason}", copy.from, copy.to),
        };
        let (alias, pattern) = copy::source_of(&copy.from).map_err(refuse)?;
        let source = sources.get(alias);
        copy::apply(copy, alias, pattern, source, alias == name, &mut files).map_err(refuse)?;
        if let Some(source) = sources.get_mut(name) {
            *source = Source::staged(files.clone());
        }
    }
    let ignore = Ignore::usual();
    files.keep(name, &|path, is_folder| {
        !RepoPath::new(path).is_ok_and(|path| ignore.excludes(&path, is_folder))
    });
    Ok(files)
}
