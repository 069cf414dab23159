//! One file a verb: its flags and what it does. This file is only the menu.

use clap::{Parser, Subcommand};

use crate::context::{Context, Global};
use crate::exit::Outcome;

pub mod sandbox;

/// Runs and looks after OpenAppStack clusters
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask", version, max_term_width = 110, propagate_version = false)]
pub struct Arguments {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// The verb.
    #[command(subcommand)]
    pub command: Command,
}

/// Every verb.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run, look at or end the embedded local cluster
    Sandbox(sandbox::Arguments),
}

/// Runs one command.
pub fn run(command: Command, context: &Context) -> Outcome {
    match command {
        Command::Sandbox(arguments) => sandbox::run(arguments, context),
    }
}
