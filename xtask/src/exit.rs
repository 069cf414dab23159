//! How a command ends: the exit codes of the whole tool, and the failures that lead to them.

use std::process::ExitCode;

use yamltree::diagnostic::Diagnostic;

/// What a command that ran to its end has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Yes, done, clean, ready: 0.
    Yes,
    /// The command worked and its answer is no (findings, changes, not ready): 1.
    No,
}

/// Why a command could not do its job.
#[derive(Debug)]
pub enum Failure {
    /// The input files are faulty; every finding is listed: exit code 1.
    Faulty(Vec<Diagnostic>),
    /// The arguments make no sense together, or name something that does not exist: exit code 2.
    Usage(String),
    /// The world did not do what was asked of it: exit code 3.
    World(anyhow::Error),
    /// The person stopped it: exit code 130.
    Interrupted(String),
}

/// The result of every command.
pub type Outcome = Result<Exit, Failure>;

impl Failure {
    /// A world failure from a plain sentence.
    pub fn world(message: impl Into<String>) -> Self {
        Failure::World(anyhow::anyhow!(message.into()))
    }

    /// The exit code that a shell sees.
    pub fn code(&self) -> u8 {
        match self {
            Failure::Faulty(_) => 1,
            Failure::Usage(_) => 2,
            Failure::World(_) => 3,
            Failure::Interrupted(_) => 130,
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::World(error.into())
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Yes => 0,
            Exit::No => 1,
        })
    }
}
