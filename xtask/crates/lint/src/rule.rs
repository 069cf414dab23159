//! What a rule is.

use validation::Sort;
use yamltree::diagnostic::{Diagnostic, Place, Severity};
use yamltree::fix::Fix;

use crate::subject::{Object, Subject};

/// One thing that can be wrong. Its documentation is part of it, and its examples are its tests.
#[derive(Debug)]
pub struct Rule {
    /// `family/what`, stable.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in a sentence.
    pub says: &'static str,
    /// What comes of it.
    pub why: &'static str,
    /// A repository that has it, in the form of `MemTree::from_fixture`; Flux begins in `k`.
    pub failing: &'static str,
    /// The same put right.
    pub fixed: &'static str,
    /// How it is found.
    pub check: Check,
}

/// What a rule is asked about.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Each object by itself, those of charts included.
    Object(fn(&Object<'_>, &mut Found)),
    /// Everything at once.
    Repository(fn(&Subject<'_>, &mut Found)),
    /// What the API server would refuse for one sort of reason, where schemas are at hand.
    Refused(Sort),
}

/// The findings of one rule.
#[derive(Debug)]
pub struct Found {
    code: &'static str,
    severity: Severity,
    all: Vec<Diagnostic>,
}

impl Found {
    /// Nothing yet.
    pub(crate) fn new(code: &'static str, severity: Severity) -> Self {
        Found { code, severity, all: Vec::new() }
    }

    /// Everything.
    pub(crate) fn into_all(self) -> Vec<Diagnostic> {
        self.all
    }

    /// Something is wrong there; `help` says what to do.
    pub fn at(&mut self, place: Place, message: impl Into<String>, help: impl Into<String>) {
        let found = Diagnostic { severity: self.severity, ..Diagnostic::error(self.code, place, message) };
        self.all.push(found.with_help(help));
    }

    /// The same with a fix, where there is nothing to decide; it is about the value at that place.
    pub fn at_with_fix(
        &mut self,
        place: Place,
        message: impl Into<String>,
        help: impl Into<String>,
        fix: Option<Fix>,
    ) {
        self.at(place, message, help);
        if let Some(found) = self.all.last_mut() {
            found.fix = fix.map(Box::new);
        }
    }
}

impl Rule {
    /// What it finds.
    pub fn findings(&self, subject: &Subject<'_>) -> Vec<Diagnostic> {
        let mut found = Found::new(self.code, self.severity);
        match self.check {
            Check::Object(check) => subject.objects().for_each(|object| check(&object, &mut found)),
            Check::Repository(check) => check(subject, &mut found),
            Check::Refused(sort) => {
                for fault in subject.refused().of_sort(sort) {
                    found.at(fault.place.clone(), &fault.message, &fault.help);
                }
            }
        }
        found.all
    }
}
