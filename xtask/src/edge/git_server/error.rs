use std::path::PathBuf;
use std::process::ExitStatus;

/// What can go wrong when Git is run or its files are prepared.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The `git` binary could not be started.
    #[error("{doing}: cannot start `{}` (is Git installed?)", program.display())]
    Start {
        /// What was being done to what.
        doing: String,
        /// The program that was tried.
        program: PathBuf,
        /// Why the system refused.
        source: std::io::Error,
    },
    /// Git ran and said no.
    #[error("{doing}: `git {verb}` ended with {status}\n{stderr}")]
    Refused {
        /// What was being done to what.
        doing: String,
        /// The Git verb, without its arguments.
        verb: String,
        /// How the process ended.
        status: ExitStatus,
        /// Everything Git wrote to its standard error, trimmed.
        stderr: String,
    },
    /// A file or folder beside Git could not be read or written.
    #[error("{doing}")]
    File {
        /// What was being done to what.
        doing: String,
        /// Why the system refused.
        source: std::io::Error,
    },
    /// Git answered something that is not understood.
    #[error("{doing}: unexpected answer of git: {answer:?}")]
    Answer {
        /// What was being done to what.
        doing: String,
        /// The answer.
        answer: String,
    },
    /// There is no commit to serve.
    #[error("{}: there is no commit to serve ({reason})", checkout.display())]
    NoCommit {
        /// The checkout.
        checkout: PathBuf,
        /// Why: no repository, or no commit on the current branch.
        reason: &'static str,
    },
}

impl GitError {
    pub(crate) fn file(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> GitError {
        let doing = doing.into();
        move |source| GitError::File { doing, source }
    }
}
