//! `cargo xtask`: the one tool of OpenAppStack. This library is the whole program, so that tests drive it in process.
//!
//! `main` parses, runs one command and turns its outcome into an exit code. What each command does is in
//! [`commands`]; the edges to the world are in [`edge`]; the local cluster is in [`sandbox`].

pub mod bootstrap;
pub mod commands;
pub mod context;
pub mod edge;
pub mod exit;
pub mod live;
pub mod releases;
mod removal;
pub mod report;
pub mod sandbox;
pub mod schemas;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;

use crate::commands::{Arguments, Command};
use crate::context::Context;

/// Runs one command line, reports, and gives the exit code: 0 yes, 1 the answer is no, 2 wrong arguments, 3 the world
/// failed, 130 interrupted.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(args) {
        Ok(arguments) => arguments,
        Err(error) => {
            // `--help` and `--version` are errors to clap, with exit code 0.
            let code = error.exit_code();
            let _ = error.print();
            return ExitCode::from(u8::try_from(code).unwrap_or(2));
        }
    };
    init_tracing(arguments.global.verbose);
    let outcome = match arguments.command {
        // It runs in a folder of the sandbox's, which may be outside the checkout.
        Command::Sandbox(arguments) if arguments.is_child() => commands::sandbox::run_child(arguments),
        command => Context::new(&arguments.global).and_then(|context| commands::run(command, &context)),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            report::failure(&failure, arguments.global.output);
            ExitCode::from(failure.code())
        }
    }
}

fn init_tracing(verbose: u8) {
    use tracing_subscriber::EnvFilter;
    let level = match verbose {
        // The client complains of an API server that is not ready yet; whoever waits for one says so itself.
        0 => "warn,kube_client=off",
        1 => "xtask=info,warn,kube_client=off",
        _ => "xtask=debug,info",
    };
    let filter = EnvFilter::try_from_env("XTASK_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    // A second call in one process (tests) keeps the first subscriber: that is what is wanted.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
}
