use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::error::GitError;

/// The only configuration that Git sees. `safe.directory` lets a checkout that belongs to somebody else be read;
/// nothing of the checkout is executed (hooks and file system monitors are switched off on the command line too).
const GLOBAL_CONFIG: &str = "\
# Written by xtask. The only Git configuration that served repositories see.
[user]
\tname = OpenAppStack
\temail = sandbox@openappstack.invalid
[safe]
\tdirectory = *
[protocol \"file\"]
\tallow = always
[gc]
\tauto = 0
[maintenance]
\tauto = false
[init]
\tdefaultBranch = main
[core]
\texcludesFile = /dev/null
\tattributesFile = /dev/null
\tquotePath = false
[commit]
\tgpgSign = false
[advice]
\taddEmbeddedRepo = false
[http]
\treceivepack = false
[uploadpack]
\tallowFilter = true
\tallowReachableSHA1InWant = true
[transfer]
\thideRefs = refs/served
";

/// Settings that a checkout's own configuration must not override.
const FIXED_SETTINGS: [&str; 5] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.splitIndex=false",
    "core.untrackedCache=false",
    "log.showSignature=false",
];

/// How Git is run here: with one configuration file of its own and without any inherited `GIT_*` variable.
#[derive(Clone, Debug)]
pub struct GitEnvironment {
    program: PathBuf,
    global_config: PathBuf,
}

impl GitEnvironment {
    /// Writes the configuration file into `directory` (made if absent) and returns the environment that uses it.
    ///
    /// Safe to call again, also while another process uses the same file: its content never changes.
    pub fn create(directory: &Path) -> Result<Self, GitError> {
        let global_config = directory.join("gitconfig");
        let doing = || format!("writing the Git configuration {}", global_config.display());
        fs::create_dir_all(directory).map_err(GitError::file(doing()))?;
        if fs::read(&global_config).ok().as_deref() != Some(GLOBAL_CONFIG.as_bytes()) {
            let fresh = directory.join(format!("gitconfig.{}", std::process::id()));
            fs::write(&fresh, GLOBAL_CONFIG)
                .and_then(|()| fs::rename(&fresh, &global_config))
                .map_err(GitError::file(doing()))?;
        }
        let global_config = std::path::absolute(&global_config).map_err(GitError::file(doing()))?;
        Ok(Self { program: PathBuf::from("git"), global_config })
    }

    /// Returns the same environment with another `git` binary (default: `git` on the search path).
    pub fn with_program(self, program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), ..self }
    }

    /// Returns a `git` command without arguments: add a verb, then run it. Standard input is empty.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"GIT_") {
                command.env_remove(name);
            }
        }
        command
            .env("GIT_CONFIG_GLOBAL", &self.global_config)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .env_remove("LANGUAGE")
            .stdin(Stdio::null());
        for setting in FIXED_SETTINGS {
            command.args(["-c", setting]);
        }
        command
    }

    /// Runs `command` and returns what it wrote to standard output; `doing` begins every error.
    pub(crate) fn run(&self, doing: &str, command: &mut Command) -> Result<Vec<u8>, GitError> {
        let output = command.output().map_err(|source| self.start_error(doing, source))?;
        checked(doing, command, output)
    }

    /// Like [`run`](Self::run), with `input` on standard input.
    pub(crate) fn run_with_input(
        &self,
        doing: &str,
        command: &mut Command,
        input: &[u8],
    ) -> Result<Vec<u8>, GitError> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| self.start_error(doing, source))?;
        let stdin = child.stdin.take();
        let (written, output) = std::thread::scope(|scope| {
            let writer = scope.spawn(move || match stdin {
                Some(mut stdin) => stdin.write_all(input),
                None => Ok(()),
            });
            let output = child.wait_with_output();
            (writer.join(), output)
        });
        let output = output.map_err(GitError::file(format!("{doing}: waiting for git")))?;
        let answer = checked(doing, command, output)?;
        match written {
            Ok(Ok(())) => Ok(answer),
            Ok(Err(source)) => Err(GitError::file(format!("{doing}: writing to git"))(source)),
            Err(_) => Err(GitError::Answer { doing: doing.into(), answer: "the writing thread died".into() }),
        }
    }

    /// Runs `command` and returns its standard output as one trimmed line.
    pub(crate) fn line(&self, doing: &str, command: &mut Command) -> Result<String, GitError> {
        let output = self.run(doing, command)?;
        Ok(String::from_utf8_lossy(&output).trim().to_owned())
    }

    fn start_error(&self, doing: &str, source: std::io::Error) -> GitError {
        GitError::Start { doing: doing.into(), program: self.program.clone(), source }
    }
}

fn checked(doing: &str, command: &Command, output: Output) -> Result<Vec<u8>, GitError> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(GitError::Refused {
        doing: doing.into(),
        verb: verb_of(command),
        status: output.status,
        stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

/// The first argument that is neither an option nor a setting.
fn verb_of(command: &Command) -> String {
    let mut arguments = command.get_args();
    while let Some(argument) = arguments.next() {
        if argument == OsStr::new("-c") {
            arguments.next();
        } else if !argument.as_encoded_bytes().starts_with(b"-") {
            return argument.to_string_lossy().into_owned();
        }
    }
    String::new()
}
