//! How results and failures are printed. Data goes to standard output, talk to standard error.

use std::io::Write;

use serde::Serialize;
use serde_json::json;

use crate::context::Output;
use crate::exit::Failure;

pub mod changes;
pub mod diff;
pub mod findings;
pub mod plan;
pub mod table;

/// Tells why a command could not do its job.
pub fn failure(failure: &Failure, output: Output) {
    if output == Output::Json {
        let (kind, message, diagnostics) = match failure {
            Failure::Faulty(found) => ("faulty", format!("{} findings", found.len()), json!(found)),
            Failure::Usage(message) => ("usage", message.clone(), json!([])),
            Failure::World(error) => ("world", format!("{error:#}"), json!([])),
            Failure::Interrupted(message) => ("interrupted", message.clone(), json!([])),
        };
        json(&json!({"version": 1, "error": {"kind": kind, "message": message, "diagnostics": diagnostics}}));
        return;
    }
    let mut stderr = std::io::stderr().lock();
    // A closed standard error is nobody listening.
    let _ = match failure {
        Failure::Faulty(found) => found.iter().try_for_each(|diagnostic| writeln!(stderr, "{diagnostic}")),
        Failure::Usage(message) => writeln!(stderr, "error: {message}"),
        Failure::World(error) => {
            let mut causes = error.chain();
            let mut write = || -> std::io::Result<()> {
                if let Some(first) = causes.next() {
                    writeln!(stderr, "error: {first}")?;
                }
                causes.try_for_each(|cause| writeln!(stderr, "  because: {cause}"))
            };
            write()
        }
        Failure::Interrupted(message) => writeln!(stderr, "interrupted: {message}"),
    };
}

/// Prints one line of data.
pub fn line(text: impl AsRef<str>) {
    // A reader that went away (`| head`) has what it wanted.
    let _ = writeln!(std::io::stdout().lock(), "{}", text.as_ref());
}

/// Prints one JSON document.
pub fn json(document: &impl Serialize) {
    if let Ok(text) = serde_json::to_string_pretty(document) {
        line(text);
    }
}
