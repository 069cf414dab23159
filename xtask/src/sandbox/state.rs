//! What the supervisor says of itself to the commands: one small file, replaced as a whole.

use std::fs;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::charts_mode::ChartsMode;
use super::layout::Layout;
use super::ports::Ports;
use crate::edge::private_file::write_private;

/// How far the supervisor has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "phase", content = "detail")]
pub enum Phase {
    /// Under way; the text says what is being done.
    Starting(String),
    /// The control plane and the Flux controllers run.
    Running,
    /// It ended by itself; the text says why and shows the end of the log concerned.
    Failed(String),
    /// It was told to end.
    Stopped,
}

/// One process of the control plane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessState {
    /// Its name, which is also its log's.
    pub name: String,
    /// Its process id.
    pub pid: u32,
}

/// The whole state file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The supervisor's process id.
    pub pid: u32,
    /// How far it has come.
    pub phase: Phase,
    /// The ports in use, all on loopback.
    pub ports: Ports,
    /// Where charts come from in this run.
    pub charts: ChartsMode,
    /// Digest of the pins that the running binaries were built from.
    pub tools: String,
    /// The processes.
    pub processes: Vec<ProcessState>,
}

impl State {
    /// Reads the state file; none when there never was a supervisor here.
    pub fn read(layout: &Layout) -> Result<Option<State>> {
        let path = layout.state();
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .with_context(|| format!("read the sandbox's state {}", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("read the sandbox's state {}", path.display())),
        }
    }

    /// Replaces the state file.
    pub fn write(&self, layout: &Layout) -> Result<()> {
        write_private(&layout.state(), &serde_json::to_vec_pretty(self)?)
    }
}
