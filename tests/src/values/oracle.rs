//! chartutil and helm-controller's API, answering many questions in one process.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use super::Case;
use crate::differential::oracle::built;

/// A running oracle.
pub struct Oracle {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts one; it ends when this is dropped.
    pub fn start() -> Self {
        static BUILT: OnceLock<PathBuf> = OnceLock::new();
        let program = BUILT.get_or_init(|| built("values-oracle", "xtask/crates/flux/values-oracle"));
        let mut process = Command::new(program)
            .env("GOMAXPROCS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Oracle { questions: process.stdin.take(), process, answers }
    }

    /// The values in the oracle's own notation, or why there are none.
    pub fn ask(&mut self, case: &Case) -> Result<String, String> {
        let questions = self.questions.as_mut().unwrap();
        writeln!(questions, "{}", case.question()).unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).expect("the oracle answers in JSON");
        match answer["values"].as_str() {
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
