//! `charts`: the charts that releases are made from.

mod dry_run;
mod locks;
mod pull;
mod seen;
mod verify;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::exit::Outcome;

/// Verbs of `charts`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Fetch the charts of every release, so that `build --charts` needs no network
    Pull(pull::Arguments),
    /// Render every release with its real chart in four clusters, check what comes out, and write chart.lock
    Verify(verify::Arguments),
}

/// Runs `charts`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    match &arguments.verb {
        Verb::Pull(arguments) => pull::run(arguments, context),
        Verb::Verify(arguments) => verify::run(arguments, context),
    }
}
