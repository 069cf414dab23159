//! What went wrong in a build, before the files have names again.

use yamltree::diagnostic::{Diagnostic, Place, Severity};

use crate::source::{self, Source};
use crate::yaml::emit::Unwritable;
use crate::yaml::node::Mark;

/// An error with its place as a [`Mark`].
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub(crate) code: &'static str,
    pub(crate) at: Mark,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

pub(crate) type Result<T> = std::result::Result<T, Box<Fault>>;

pub(crate) fn fault(code: &'static str, at: Mark, message: impl Into<String>) -> Box<Fault> {
    Box::new(Fault { code, at, message: message.into(), help: None })
}

impl Fault {
    pub(crate) fn with_help(mut self: Box<Self>, help: impl Into<String>) -> Box<Self> {
        self.help = Some(help.into());
        self
    }

    /// The same fault, placed there if it had no place.
    pub(crate) fn or_at(mut self: Box<Self>, at: Mark) -> Box<Self> {
        if self.at.file == 0 {
            self.at = at;
        }
        self
    }

    /// The same fault of a text that had no file yet.
    pub(crate) fn of(mut self: Box<Self>, file: u32) -> Box<Self> {
        if self.at.line > 0 {
            self.at = self.at.of(file);
        }
        self
    }

    /// The same as a warning.
    pub(crate) fn warning(&self, sources: &[Source], otherwise: &str) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..self.diagnostic(sources, otherwise) }
    }

    /// The fault as people read it; `sources[0]` is number 1.
    pub(crate) fn diagnostic(&self, sources: &[Source], otherwise: &str) -> Diagnostic {
        let place = match source::origin(sources, self.at) {
            Some(found) if found.line > 0 => {
                Place::at(found.file, found.line as usize, found.column as usize)
            }
            Some(found) => Place::file(found.file),
            None => Place::file(otherwise),
        };
        let found = Diagnostic::error(self.code, place, self.message.clone());
        match &self.help {
            Some(help) => found.with_help(help.clone()),
            None => found,
        }
    }
}

impl From<Unwritable> for Box<Fault> {
    fn from(error: Unwritable) -> Self {
        fault("kustomize/value", error.at, error.message)
    }
}
