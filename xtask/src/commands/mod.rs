//! One file a verb: its flags and what it does. This file is only the menu.

use clap::{CommandFactory, Parser, Subcommand};

use crate::context::{Context, Global};
use crate::exit::{Exit, Outcome};

pub mod apps;
pub mod bootstrap;
pub mod build;
pub mod charts;
pub mod charts_choice;
pub mod ci;
pub mod cluster_argument;
pub mod conformance;
pub mod create;
pub mod diff;
pub mod graph;
pub mod lint;
pub mod release_arguments;
pub mod render_arguments;
pub mod sandbox;
pub mod schemas;
pub mod secrets;
pub mod status;
pub mod updates;

/// Runs and looks after OpenAppStack clusters
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask", version, max_term_width = 110)]
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
    /// Bring a cluster to what its folder says; without a name, the platform on this machine
    #[command(alias = "install")]
    Bootstrap(bootstrap::Arguments),
    /// Make the folder of a new cluster
    Create(create::Arguments),
    /// List, add or remove a cluster's applications
    Apps(apps::Arguments),
    /// Show how to reach a cluster, and what to do next
    Info(status::Arguments),
    /// Show every component of a cluster; exit code 1 when something is not ready
    Status(status::Arguments),
    /// Print generated passwords
    Secrets(secrets::Arguments),
    /// Take no updates until `resume`
    Hold(updates::Arguments),
    /// Take updates again
    Resume(updates::Arguments),
    /// Look for updates now
    Reconcile(updates::Arguments),
    /// Run, look at or end the embedded local cluster
    Sandbox(sandbox::Arguments),
    /// Print what Flux would apply, of a cluster or of any repository
    Build(build::Arguments),
    /// Show what a change does to a cluster, object by object; exit code 1 when something is different
    Diff(diff::Arguments),
    /// Fetch the charts that releases are made from
    Charts(charts::Arguments),
    /// Find what Flux, Helm and the API server would refuse, and what would hurt later
    Lint(lint::Arguments),
    /// Show who makes whom and who waits for whom, of a cluster or of any repository
    Graph(graph::Arguments),
    /// Fetch, list and use the schemas of objects; alone, write the files that are made from the tool's own types
    Schemas(schemas::Arguments),
    /// Hold kustomize-rs against the real kustomize
    Conformance(conformance::Arguments),
    /// Run everything that must hold before a change is merged
    Ci(ci::Arguments),
    /// Print the completion script of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Runs one command.
pub fn run(command: Command, context: &Context) -> Outcome {
    match command {
        Command::Bootstrap(arguments) => bootstrap::run(&arguments, context),
        Command::Create(arguments) => create::run(&arguments, context),
        Command::Apps(arguments) => apps::run(&arguments, context),
        Command::Info(arguments) => status::info(&arguments, context),
        Command::Status(arguments) => status::status(&arguments, context),
        Command::Secrets(arguments) => secrets::run(&arguments, context),
        Command::Hold(arguments) => updates::run(&arguments, context, updates::Change::Hold),
        Command::Resume(arguments) => updates::run(&arguments, context, updates::Change::Resume),
        Command::Reconcile(arguments) => updates::run(&arguments, context, updates::Change::Reconcile),
        Command::Sandbox(arguments) => sandbox::run(arguments, context),
        Command::Build(arguments) => build::run(&arguments, context),
        Command::Diff(arguments) => diff::run(&arguments, context),
        Command::Charts(arguments) => charts::run(&arguments, context),
        Command::Lint(arguments) => lint::run(&arguments, context),
        Command::Graph(arguments) => graph::run(&arguments, context),
        Command::Schemas(arguments) => schemas::run(&arguments, context),
        Command::Conformance(arguments) => conformance::run(&arguments, context),
        Command::Ci(arguments) => ci::run(&arguments, context),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "xtask", &mut std::io::stdout());
            Ok(Exit::Yes)
        }
    }
}
