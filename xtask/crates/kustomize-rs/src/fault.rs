//! What went wrong in a build, before the files have names again.

use yamltree::diagnostic::{Diagnostic, Place};

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

    /// The fault as people read it; `files[0]` is file number 1.
    pub(crate) fn diagnostic(&self, files: &[String], otherwise: &str) -> Diagnostic {
        let place = match files.get((self.at.file as usize).wrapping_sub(1)) {
            Some(file) if self.at.line > 0 => {
                Place::at(file.as_str(), self.at.line as usize, self.at.column as usize)
            }
            Some(file) => Place::file(file.as_str()),
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
