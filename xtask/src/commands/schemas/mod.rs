//! `schemas`: what objects and our own files have to be.

mod check;
mod generated;
mod list;
mod pull;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::exit::Outcome;

/// Flags of `schemas`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:
  cargo xtask schemas           after a change to a variable, to component.yaml or to cluster.yaml
  cargo xtask schemas --check   exit code 1 when a file on disk is not what would be written
  cargo xtask schemas pull      what `lint` checks objects against")]
pub struct Arguments {
    /// Write nothing; exit code 1 when a file differs
    #[arg(long)]
    check: bool,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Fetch the schemas of Kubernetes, Flux and charts, so that `lint` can check objects
    Pull(pull::Arguments),
    /// Check objects in files against the schemas that were pulled
    Check(check::Arguments),
    /// List the kinds whose schemas were pulled
    List(list::Arguments),
}

/// Runs `schemas`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    match &arguments.verb {
        None => generated::run(arguments.check, context),
        Some(Verb::Pull(arguments)) => pull::run(arguments, context),
        Some(Verb::Check(arguments)) => check::run(arguments, context),
        Some(Verb::List(arguments)) => list::run(arguments, context),
    }
}
