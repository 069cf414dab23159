//! The artifacts that the objects of a rendering make, and the generators that still wait for their sources.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kustomize_rs::Source;
use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::tree::Tree;

use super::Part;
use super::build::place;
use super::builds::Builds;
use super::discover::{Discovery, MISSING};
use super::generator::{ArtifactGenerator, Files};
use super::spec::Name;
use crate::object::ObjectKey;

/// Kind of what a generator makes.
pub(super) const ARTIFACT: &str = "ExternalArtifact";

#[derive(Default)]
pub(super) struct Artifacts<'t> {
    seen: BTreeSet<Name>,
    waiting: Vec<Waiting>,
    made: BTreeMap<ObjectKey, (Files, Builds<'t>)>,
    failed: Vec<(Waiting, Box<Diagnostic>)>,
}

struct Waiting {
    generator: ArtifactGenerator,
    /// Number of the part that makes it.
    part: usize,
    /// What its marks count from 1.
    sources: Arc<[Source]>,
}

/// Which generators go to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// Those whose sources are known.
    Known,
    /// Those all of whose sources are at hand, were it only that nothing else is known of them.
    AtHand,
    /// All; who lacks a source fails.
    None,
}

/// Why there is no tree of a source.
#[derive(Debug, Clone, Copy)]
pub(super) enum Missing<'d> {
    /// Nobody gave it.
    Elsewhere,
    /// What would make it failed so.
    NotMade(&'d Diagnostic),
}

impl Missing<'_> {
    /// What is said of an object that cannot do without.
    pub(super) fn diagnostic(self, title: &str, source: &ObjectKey, place: Place) -> Diagnostic {
        match self {
            Missing::Elsewhere => {
                let message = format!("{title}: its source {source} is not at hand");
                let help = format!("give a checkout of it: --source {}=FOLDER", source.name);
                Diagnostic::error(MISSING, place, message).with_help(help)
            }
            Missing::NotMade(why) => {
                let message = format!("{title}: its source {source} is not made: {}", why.message);
                Diagnostic { message, ..why.clone() }
            }
        }
    }
}

impl<'t> Artifacts<'t> {
    pub(super) fn wait(&mut self, generator: ArtifactGenerator, part: usize, sources: Arc<[Source]>) {
        if self.seen.insert(generator.name.clone()) {
            self.waiting.push(Waiting { generator, part, sources });
        }
    }

    pub(super) fn are_some_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(super) fn get(&self, source: &ObjectKey) -> Option<&Builds<'t>> {
        self.made.get(source).map(|(_, builds)| builds)
    }

    /// Is it made, or known that it will not be?
    pub(super) fn is_known(&self, source: &ObjectKey) -> bool {
        self.made.contains_key(source) || self.failure(source).is_some()
    }

    /// Why the generator that would make it did not.
    pub(super) fn failure(&self, source: &ObjectKey) -> Option<&Diagnostic> {
        let would_make = |generator: &ArtifactGenerator| {
            generator.name.namespace == source.namespace && generator.may_make(&source.name)
        };
        let is_made = source.kind != ARTIFACT || self.made.contains_key(source);
        let mut failed = self.failed.iter().filter(|(waiting, _)| !is_made && would_make(&waiting.generator));
        failed.next().map(|(_, why)| &**why)
    }

    /// What was made; each failure becomes a warning of the part that makes the generator.
    pub(super) fn finish(self, parts: &mut [Part]) -> BTreeMap<ObjectKey, Files> {
        for (waiting, why) in self.failed {
            if let Some(part) = parts.get_mut(waiting.part) {
                let warning = Diagnostic::warning(why.code, why.place, why.message);
                part.warnings.push(Diagnostic { help: why.help, ..warning });
            }
        }
        self.made.into_iter().map(|(reference, (files, _))| (reference, files)).collect()
    }

    fn add(&mut self, waiting: Waiting, artifacts: Vec<(String, Files)>, failure: Option<Box<Diagnostic>>) {
        for (name, files) in artifacts {
            let tree = Box::new(files.clone());
            let key = ObjectKey::new(ARTIFACT, &waiting.generator.name.namespace, &name);
            self.made.insert(key, (files, Builds::of_artifact(tree)));
        }
        self.failed.extend(failure.map(|why| (waiting, why)));
    }
}

impl Discovery<'_, '_, '_> {
    /// Lets generators work; says whether any did.
    pub(super) fn generate(&mut self, patience: Patience) -> bool {
        let all = std::mem::take(&mut self.artifacts.waiting);
        let (now, later): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|waiting| self.is_due(waiting, patience));
        self.artifacts.waiting = later;
        let is_any = !now.is_empty();
        for waiting in now {
            let (artifacts, failure) = self.artifacts_of(&waiting);
            self.artifacts.add(waiting, artifacts, failure);
        }
        is_any
    }

    fn is_due(&self, waiting: &Waiting, patience: Patience) -> bool {
        waiting.generator.sources.iter().all(|source| match patience {
            Patience::Known => self.is_known(&source.reference),
            Patience::AtHand => self.source(&source.reference).is_ok(),
            Patience::None => true,
        })
    }

    fn artifacts_of(&self, waiting: &Waiting) -> (Vec<(String, Files)>, Option<Box<Diagnostic>>) {
        let Waiting { generator, sources, .. } = waiting;
        let title = format!("ArtifactGenerator {}", generator.name);
        let at = |mark| place(mark, sources).unwrap_or_else(|| Place::file(generator.name.to_string()));
        let mut trees: BTreeMap<&str, &dyn Tree> = BTreeMap::new();
        for source in &generator.sources {
            match self.source(&source.reference) {
                Ok(builds) => drop(trees.insert(&source.alias, builds.tree())),
                Err(missing) => {
                    let why = missing.diagnostic(&title, &source.reference, at(source.at));
                    return (Vec::new(), Some(Box::new(why)));
                }
            }
        }
        let made = generator.generate(&trees);
        let failure = made.wrong.map(|wrong| {
            let message = format!("{title}: {}", wrong.message);
            Box::new(Diagnostic::error("flux/artifact", at(wrong.at), message))
        });
        (made.artifacts, failure)
    }
}
