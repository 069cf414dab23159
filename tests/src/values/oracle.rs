//! chartutil and helm-controller's API, asked for values.

use super::Case;
use crate::oracle::{self, Program};

static PROGRAM: Program = Program::new("values-oracle", "xtask/crates/flux/values-oracle", ".");

/// A running oracle.
pub struct Oracle(oracle::Oracle);

impl Oracle {
    /// Starts one; it ends when this is dropped.
    pub fn start() -> Self {
        Oracle(oracle::Oracle::start(&PROGRAM))
    }

    /// The values in the oracle's own notation, or why there are none.
    pub fn ask(&mut self, case: &Case) -> Result<String, String> {
        self.0.ask(&case.question());
        let answer = self.0.answer()?;
        Ok(answer["values"].as_str().unwrap_or_default().to_owned())
    }
}
