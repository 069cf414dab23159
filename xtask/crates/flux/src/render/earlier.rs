//! Another rendering of the same repository: what nothing changed of is taken over from it.

use std::collections::BTreeSet;

use kustomize_rs::Touched;
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use super::builds::Builds;
use super::spec::Kustomization;
use super::variables::Variables;
use super::{Artifact, Home, Part, Rendering, same};

/// What a Kustomization was built of, beside its own object and its variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Basis {
    /// Where its source was; none if it was one that was given.
    pub(super) home: Option<Origin>,
    /// What of the source decided the result.
    pub(super) touched: Touched,
    /// Folders of the source whose entries decided it.
    pub(super) listed: BTreeSet<RepoPath>,
    /// How many warnings the build had.
    pub(super) warnings: usize,
}

/// A source whose files can be compared with those of another rendering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The repository, without what this `spec.ignore` leaves out.
    Repository(Option<String>),
    /// What a generator made.
    Made,
}

/// A rendering, and what is different in the repository since.
pub struct Earlier<'e> {
    rendering: &'e Rendering,
    changed: BTreeSet<RepoPath>,
    /// The repository as it was, by the `spec.ignore` that leaves something out of it.
    then: Vec<(Option<String>, Artifact<'e>)>,
}

impl<'e> Earlier<'e> {
    /// A rendering, the repository that it was made of, and every file that is different now: it is only here or there, or has another
    /// content; a folder stands for everything in it.
    ///
    /// It is for renderings that are as strict, and have the same other sources.
    pub fn new(
        rendering: &'e Rendering,
        repository: &'e (dyn Tree + Sync),
        changed: BTreeSet<RepoPath>,
    ) -> Self {
        let mut then: Vec<(Option<String>, Artifact<'e>)> = Vec::new();
        for part in &rendering.parts {
            if let Some(Origin::Repository(ignore)) = &part.basis.home
                && then.iter().all(|(known, _)| known != ignore)
            {
                then.push((ignore.clone(), Artifact::new(repository, ignore.clone())));
            }
        }
        Earlier { rendering, changed, then }
    }

    /// The part that can be taken over: its number.
    pub(super) fn part(
        &self,
        kustomization: &Kustomization,
        variables: &Variables,
        origin: Option<&Origin>,
        builds: &Builds<'_>,
    ) -> Option<usize> {
        let parts = &self.rendering.parts;
        let found = parts.iter().position(|p| !p.is_beside && p.kustomization.name == kustomization.name)?;
        let part = parts.get(found)?;
        let is_same = part.problem.is_none()
            && origin.is_some()
            && part.basis.home.as_ref() == origin
            && part.variables == *variables
            && part.kustomization.path == kustomization.path
            && same(&part.kustomization.object, &kustomization.object)
            && self.is_untouched(part, builds.tree());
        is_same.then_some(found)
    }

    /// The part as it was, for that number.
    pub(super) fn taken(&self, number: usize) -> Option<&Part> {
        self.rendering.parts.get(number)
    }

    /// Is everything that decided the part as it was?
    fn is_untouched(&self, part: &Part, now: &dyn Tree) -> bool {
        let Basis { home, touched, listed, .. } = &*part.basis;
        match home {
            Some(Origin::Repository(ignore)) => {
                let then = self.then.iter().find(|(known, _)| known == ignore);
                // Rules of what gets into the artifact may be about everything.
                let has_rules = self.changed.iter().any(|path| path.name() == Some(".sourceignore"));
                then.is_some_and(|(_, then)| {
                    !has_rules
                        && !touched.files.iter().any(|file| self.is_changed(file))
                        && self
                            .are_same_folders(touched, listed, then, now, |folder| self.is_changed_in(folder))
                })
            }
            Some(Origin::Made) => match self.rendering.home(&part.kustomization.source) {
                Some(Home::Made(then)) => {
                    touched.files.iter().all(|file| then.bytes(file).ok() == now.bytes(file).ok())
                        && self.are_same_folders(touched, listed, then, now, |_| true)
                }
                _ => false,
            },
            None => false,
        }
    }

    /// Are those folders the same for which it is in question?
    fn are_same_folders(
        &self,
        touched: &Touched,
        listed: &BTreeSet<RepoPath>,
        then: &dyn Tree,
        now: &dyn Tree,
        in_question: impl Fn(&RepoPath) -> bool,
    ) -> bool {
        let mut asked = touched.folders.iter().filter(|folder| in_question(folder));
        let mut listed = listed.iter().filter(|folder| in_question(folder));
        asked.all(|folder| then.has_folder(folder) == now.has_folder(folder))
            && listed.all(|folder| then.list(folder).ok() == now.list(folder).ok())
    }

    /// Is it different, or in a folder that is?
    fn is_changed(&self, path: &RepoPath) -> bool {
        let mut path = Some(path.clone());
        while let Some(now) = path {
            if self.changed.contains(&now) {
                return true;
            }
            path = now.parent();
        }
        false
    }

    /// Is something in the folder different, or all of it?
    fn is_changed_in(&self, folder: &RepoPath) -> bool {
        self.is_changed(folder) || self.changed.iter().any(|path| path.starts_with(folder))
    }
}

impl std::fmt::Debug for Earlier<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Earlier").field("changed", &self.changed).finish_non_exhaustive()
    }
}
