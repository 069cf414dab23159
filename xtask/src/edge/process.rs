//! Programs that are run to their end.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs a command to its end and gives its standard output; a failure carries what it said.
pub fn run(command: &mut Command) -> Result<String> {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("run {shown}"))?;
    if !output.status.success() {
        bail!("{shown} ended with {}\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
