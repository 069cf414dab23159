//! `bootstrap`: bring a cluster to what its folder says it is to be.

use std::time::Duration;

use clap::Args;
use fleet::cluster::Sort;

use super::charts_choice;
use super::cluster_argument::ClusterArgument;
use crate::bootstrap::observe::Embedded;
use crate::bootstrap::serving::Serving;
use crate::bootstrap::target::Target;
use crate::bootstrap::{self, Options};
use crate::context::Context;
use crate::exit::{Failure, Outcome};
use crate::sandbox::charts_mode::ChartsWish;

/// Flags of `bootstrap`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask bootstrap                      the whole platform on the embedded local cluster
  cargo xtask bootstrap --dirty              the same, with what is not committed yet
  cargo xtask bootstrap --charts ../charts   with charts from a folder
  cargo xtask bootstrap example --dry-run    what would be done to cluster `example`

A run that was stopped, or killed, is continued by running it again.")]
pub struct Arguments {
    #[command(flatten)]
    cluster: ClusterArgument,
    /// Carry out the plan without asking
    #[arg(long)]
    yes: bool,
    /// Show the plan and stop; exit code 1 when there is something to do
    #[arg(long)]
    dry_run: bool,
    /// Do not wait until the components are ready
    #[arg(long)]
    no_wait: bool,
    /// How many minutes to wait for the components
    #[arg(long, default_value_t = 15, value_name = "MINUTES")]
    patience: u64,
    /// Sandbox: where charts come from: auto, public, stand-in, or a folder of charts [default: as it runs, else auto]
    #[arg(long, value_name = "SOURCE")]
    charts: Option<ChartsWish>,
    /// Sandbox: serve the checkout's files as they are, committed or not
    #[arg(long)]
    dirty: bool,
    /// Sandbox: the API server's port on 127.0.0.1 [default: a free one, kept for later starts]
    #[arg(long, value_name = "PORT")]
    api_port: Option<u16>,
}

/// Runs `bootstrap`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    let folder = arguments.cluster.folder(context)?;
    let options = Options {
        yes: arguments.yes,
        dry_run: arguments.dry_run,
        no_wait: arguments.no_wait,
        patience: Duration::from_secs(arguments.patience * 60),
    };
    if folder.sort == Sort::Real {
        if arguments.charts.is_some() || arguments.dirty || arguments.api_port.is_some() {
            return Err(Failure::Usage("--charts, --dirty and --api-port are for the sandbox only".into()));
        }
        let target = Target::load_from_checkout(context, folder)?;
        return interruptible(context, bootstrap::run(context, &target, None, &options));
    }
    let serving = Serving::wanted(context, arguments.dirty)?;
    let target = Target::load(context, folder, serving.tree(context)?.as_ref())?;
    let charts = charts_choice::choose(arguments.charts.as_ref(), context, serving.tree(context)?.as_ref())?;
    let embedded = Embedded { charts, api_port: arguments.api_port, serving };
    interruptible(context, bootstrap::run(context, &target, Some(&embedded), &options))
}

fn interruptible(context: &Context, work: impl Future<Output = Outcome>) -> Outcome {
    context.block_on(async {
        tokio::select! {
            outcome = work => outcome,
            _ = tokio::signal::ctrl_c() => Err(Failure::Interrupted(
                "what was begun goes on by itself, and a running sandbox stays; run the same command again to go on, \
                 or `cargo xtask sandbox down` to end it".into(),
            )),
        }
    })?
}
