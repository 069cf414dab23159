//! kustomize, asked for trees.

use serde_json::json;

use super::Case;
use crate::oracle::{self, Program};

static PROGRAM: Program = Program::new("oracle", "xtask/crates/kustomize-rs/oracle", ".");

/// A running kustomize.
pub struct Oracle(oracle::Oracle);

impl Oracle {
    /// Starts one; it ends when this is dropped.
    pub fn start() -> Self {
        Oracle(oracle::Oracle::start(&PROGRAM))
    }

    /// Asks without waiting; each question has one answer, in order.
    pub fn ask(&mut self, case: &Case) {
        self.0.ask(&json!({"files": case.files, "folder": case.folder, "flags": case.flags}));
    }

    /// What the original writes, or why it refuses.
    pub fn answer(&mut self) -> Result<String, String> {
        let answer = self.0.answer()?;
        Ok(answer["out"].as_str().unwrap_or_default().to_owned())
    }
}
