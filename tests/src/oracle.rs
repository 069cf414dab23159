//! Originals in Go that answer many questions in one process: a line of JSON for a line of JSON.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::repository;
use xtask::edge::terminal::Terminal;
use xtask::sandbox::go::Go;
use xtask::sandbox::layout::Layout;

/// Where a program comes from; it is built once a test run.
pub struct Program {
    name: &'static str,
    module: &'static str,
    package: &'static str,
    built: OnceLock<PathBuf>,
}

impl Program {
    /// The package in the Go module at `module`, a path in the repository.
    pub const fn new(name: &'static str, module: &'static str, package: &'static str) -> Self {
        Program { name, module, package, built: OnceLock::new() }
    }

    /// The built program.
    pub fn path(&self) -> &Path {
        self.built.get_or_init(|| {
            let program = repository::root().join("target/sandbox").join(self.name);
            // The Go that builds the sandbox, from PATH or unpacked below `target/`.
            let layout = Layout::new(&repository::root(), &repository::root().join("target"), None);
            let go = Go::find(&layout, &Terminal::stderr()).expect("a Go to build the oracle with");
            let status = go
                .command(&layout)
                .current_dir(repository::root().join(self.module))
                .args(["build", "-buildvcs=false", "-o"])
                .arg(&program)
                .arg(self.package)
                .status()
                .expect("go builds the oracle");
            assert!(status.success(), "go build of {} failed", self.name);
            program
        })
    }
}

/// A running program.
pub struct Oracle {
    program: &'static Program,
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Questions without an answer so far.
    asked: VecDeque<String>,
}

impl Oracle {
    /// Starts one; it ends when this is dropped.
    pub fn start(program: &'static Program) -> Self {
        let mut process = Command::new(program.path())
            .env("GOMAXPROCS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Oracle { program, questions: process.stdin.take(), process, answers, asked: VecDeque::new() }
    }

    /// Asks without waiting; each question has one answer, in order. All that wait must fit into a pipe: the program reads no
    /// further while nobody reads its answers. The question has so many bytes.
    pub fn ask(&mut self, question: &Value) -> usize {
        let question = format!("{question}\n");
        self.send(&question);
        let size = question.len();
        self.asked.push_back(question);
        size
    }

    /// One that has ended is found out when it does not answer.
    fn send(&mut self, question: &str) {
        let questions = self.questions.as_mut().unwrap();
        questions.write_all(question.as_bytes()).and_then(|()| questions.flush()).ok();
    }

    /// The answer to the oldest question, or why there is none. Some questions end the process: a refusal too, and a new one
    /// goes on.
    pub fn answer(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        self.asked.pop_front();
        if line.is_empty() {
            let left = std::mem::take(&mut self.asked);
            *self = Oracle::start(self.program);
            left.iter().for_each(|question| self.send(question));
            self.asked = left;
            return Err("panic: the process ended".to_owned());
        }
        let answer: Value = serde_json::from_str(&line).expect("the oracle answers in JSON");
        match answer.get("error") {
            Some(error) => Err(error.as_str().unwrap_or_default().to_owned()),
            None => Ok(answer),
        }
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.questions.take());
        self.process.wait().ok();
    }
}
