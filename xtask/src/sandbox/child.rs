//! How a process of the control plane is started so that it cannot outlive the supervisor, whatever ends that.
//!
//! The supervisor starts `xtask sandbox child -- PROGRAM ARGS`. That process asks the kernel to be killed when its
//! parent dies, and becomes the program. So a `kill -9` of the supervisor leaves nothing behind.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Becomes `program`; returns only when that fails. `parent` is the supervisor's process id.
pub fn become_program(parent: u32, program: &[String]) -> Result<std::convert::Infallible> {
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
        .context("ask to be killed with the supervisor")?;
    // The supervisor may have died before the line above: then nobody will send that signal any more.
    let actual = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get());
    if actual.and_then(|pid| u32::try_from(pid).ok()) != Some(parent) {
        bail!("the supervisor is gone");
    }
    let Some((program, args)) = program.split_first() else { bail!("there is no program to start") };
    Err(Command::new(program).args(args).exec()).with_context(|| format!("start {program}"))
}
