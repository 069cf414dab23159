//! The original, answering many questions in one process.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::Case;
use crate::repository;
use xtask::edge::terminal::Terminal;
use xtask::sandbox::go::Go;
use xtask::sandbox::layout::Layout;

/// A running oracle.
pub struct Oracle {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Questions without an answer so far.
    asked: VecDeque<String>,
}

/// The program, built once a test run.
fn program() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| built("oracle", "xtask/crates/kustomize-rs/oracle"))
}

/// Builds the Go program in `folder` as `target/sandbox/NAME`.
pub(crate) fn built(name: &str, folder: &str) -> PathBuf {
    let program = repository::root().join("target/sandbox").join(name);
    // The Go that builds the sandbox, from PATH or unpacked below `target/`.
    let layout = Layout::new(&repository::root(), &repository::root().join("target"), None);
    let go = Go::find(&layout, &Terminal::stderr()).expect("a Go to build the oracle with");
    let status = go
        .command(&layout)
        .current_dir(repository::root().join(folder))
        .args(["build", "-buildvcs=false", "-o"])
        .arg(&program)
        .arg(".")
        .status()
        .expect("go builds the oracle");
    assert!(status.success(), "go build of {name} failed");
    program
}

impl Oracle {
    /// Starts one; it ends when this is dropped.
    pub fn start() -> Self {
        let mut process = Command::new(program())
            .env("GOMAXPROCS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Oracle { questions: process.stdin.take(), process, answers, asked: VecDeque::new() }
    }

    /// Asks without waiting; each question has one answer, in order.
    pub fn ask(&mut self, case: &Case) {
        let question = json!({"files": case.files, "folder": case.folder, "flags": case.flags}).to_string();
        self.send(&question);
        self.asked.push_back(question);
    }

    /// One that has ended is found out when it does not answer.
    fn send(&mut self, question: &str) {
        let questions = self.questions.as_mut().unwrap();
        writeln!(questions, "{question}").and_then(|()| questions.flush()).ok();
    }

    /// What the original writes, or why it refuses. Some trees end its process: a refusal too, and a new one goes on.
    pub fn answer(&mut self) -> Result<String, String> {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        self.asked.pop_front();
        if line.is_empty() {
            let left = std::mem::take(&mut self.asked);
            *self = Oracle::start();
            left.iter().for_each(|question| self.send(question));
            self.asked = left;
            return Err("panic: the process ended".to_owned());
        }
        let answer: Value = serde_json::from_str(&line).expect("the oracle answers in JSON");
        match answer["out"].as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(answer["error"].as_str().unwrap_or_default().to_owned()),
        }
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.questions.take());
        self.process.wait().ok();
    }
}
