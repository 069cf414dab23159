//! Flux's module, asked for texts.

use serde_json::{Map, Value, json};

use super::Case;
use crate::oracle::{self, Program};

/// The program, also for its tables.
pub static PROGRAM: Program = Program::new("envsubst-oracle", "install/sandbox", "./envsubst-oracle");

/// A running original.
pub struct Oracle(oracle::Oracle);

impl Oracle {
    /// Starts one; it ends when this is dropped.
    pub fn start() -> Self {
        Oracle(oracle::Oracle::start(&PROGRAM))
    }

    /// Asks without waiting; each question has one answer, in order. The question has so many bytes.
    pub fn ask(&mut self, case: &Case) -> usize {
        self.0.ask(&question(case))
    }

    /// What the original writes, or why it refuses.
    pub fn answer(&mut self) -> Result<Vec<u8>, String> {
        let answer = self.0.answer()?;
        Ok(match answer["out"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => answer["bytes"].as_array().unwrap().iter().map(byte).collect(),
        })
    }
}

fn byte(number: &Value) -> u8 {
    number.as_u64().unwrap().try_into().unwrap()
}

/// The question; it is how a difference is written down, too.
pub fn question(case: &Case) -> Value {
    let (mut variables, mut bytes) = (Map::new(), Map::new());
    for (name, value) in &case.variables {
        match std::str::from_utf8(value) {
            Ok(text) => variables.insert(name.clone(), json!(text)),
            Err(_) => bytes.insert(name.clone(), json!(value)),
        };
    }
    json!({"text": case.text, "variables": variables, "bytes": bytes, "strict": case.strict})
}
