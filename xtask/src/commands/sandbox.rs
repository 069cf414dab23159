//! `sandbox`: run, look at or end the embedded local cluster.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::charts_choice;
use crate::context::{Context, Output};
use crate::edge::tree::DiskTree;
use crate::exit::{Exit, Failure, Outcome};
use crate::report;
use crate::sandbox::charts_mode::ChartsWish;
use crate::sandbox::memory::{peak_kibibytes, resident_kibibytes};
use crate::sandbox::state::Phase;
use crate::sandbox::supervisor::Order;
use crate::sandbox::{self, child, supervisor, tools};

/// Flags of `sandbox`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Build the tools if needed and start the control plane (bootstrap does this by itself)
    Up(Up),
    /// End every process of the sandbox; its data stays unless --purge is given
    Down {
        /// Remove the cluster's data too
        #[arg(long)]
        purge: bool,
    },
    /// Show whether it runs, its processes, memory and ports
    Status,
    /// Print the log of one process, or the names of all logs
    Logs {
        /// A process, e.g. helm-controller
        process: Option<String>,
    },
    /// Build the tools and print their folder
    Tools {
        /// Helm and kubectl too
        #[arg(long)]
        clients: bool,
    },
    #[command(hide = true)]
    Supervise {
        #[arg(long)]
        charts: ChartsWish,
        #[arg(long)]
        api_port: Option<u16>,
    },
    #[command(hide = true)]
    Child {
        #[arg(long)]
        parent: u32,
        #[arg(last = true, required = true)]
        program: Vec<String>,
    },
}

#[derive(Debug, Args)]
struct Up {
    /// Where charts come from: auto, public, stand-in, or a folder of charts [default: as it ran last, else auto]
    #[arg(long, value_name = "SOURCE")]
    charts: Option<ChartsWish>,
    /// The API server's port on 127.0.0.1 [default: a free one, kept for later starts]
    #[arg(long, value_name = "PORT")]
    api_port: Option<u16>,
}

impl Arguments {
    /// Whether this is the start of a process of the control plane.
    pub fn is_child(&self) -> bool {
        matches!(self.verb, Verb::Child { .. })
    }
}

/// Becomes a process of the control plane; needs no checkout.
pub fn run_child(arguments: Arguments) -> Outcome {
    match arguments.verb {
        Verb::Child { parent, program } => match child::become_program(parent, &program)? {},
        _ => Err(Failure::Usage("this is no start of a process".into())),
    }
}

/// Runs `sandbox`.
pub fn run(arguments: Arguments, context: &Context) -> Outcome {
    match arguments.verb {
        Verb::Up(up) => start(up, context),
        Verb::Down { purge } => down(purge, context),
        Verb::Status => status(context),
        Verb::Logs { process } => logs(process.as_deref(), context),
        Verb::Tools { clients } => {
            let mut folder = tools::ensure(&context.layout, tools::Group::ControlPlane, &context.terminal)?;
            if clients {
                folder = tools::ensure(&context.layout, tools::Group::Clients, &context.terminal)?;
            }
            report::line(folder.display().to_string());
            Ok(Exit::Yes)
        }
        Verb::Supervise { charts: ChartsWish::Exactly(charts), api_port } => {
            rustix::process::setsid()?;
            supervisor::supervise(&context.layout, Order { charts, api_port })?;
            Ok(Exit::Yes)
        }
        Verb::Supervise { .. } => {
            Err(Failure::Usage("the supervisor is told exactly where charts come from".into()))
        }
        Verb::Child { .. } => run_child(arguments),
    }
}

fn start(up: Up, context: &Context) -> Outcome {
    if let Some(state) = sandbox::running(&context.layout)? {
        context.terminal.say(format!("The sandbox runs already, with {}.", state.charts));
        return Ok(Exit::Yes);
    }
    tools::ensure(&context.layout, tools::Group::ControlPlane, &context.terminal)?;
    let charts = charts_choice::choose(up.charts.as_ref(), context, &DiskTree::new(&context.root))?;
    sandbox::start(&context.layout, &Order { charts, api_port: up.api_port }, &context.terminal)?;
    context.terminal.say(format!("export KUBECONFIG={}", context.layout.kubeconfig().display()));
    Ok(Exit::Yes)
}

fn down(purge: bool, context: &Context) -> Outcome {
    let work = context.terminal.work("end the sandbox");
    let ran = sandbox::stop(&context.layout)?;
    work.done(if ran { "no process is left" } else { "it did not run" });
    let data = context.layout.run();
    if purge && data.exists() {
        std::fs::remove_dir_all(&data)?;
        context.terminal.say("The cluster's data is removed.");
    }
    Ok(Exit::Yes)
}

fn status(context: &Context) -> Outcome {
    let Some(state) = sandbox::running(&context.layout)? else {
        match context.output {
            Output::Json => report::json(&json!({"version": 1, "running": false})),
            Output::Human => report::line("The sandbox does not run. `cargo xtask bootstrap` starts it."),
        }
        return Ok(Exit::No);
    };
    let memory: Vec<(String, u32, u64)> = std::iter::once(("supervisor".to_owned(), state.pid))
        .chain(state.processes.iter().map(|process| (process.name.clone(), process.pid)))
        .map(|(name, pid)| (name, pid, resident_kibibytes(pid)))
        .collect();
    let total = memory.iter().map(|(_, _, kibibytes)| kibibytes).sum::<u64>();
    let peak = peak_kibibytes(&context.layout).unwrap_or(total);
    if context.output == Output::Json {
        let processes: Vec<_> = memory
            .iter()
            .map(|(name, pid, kibibytes)| json!({"name": name, "pid": pid, "residentKiB": kibibytes}))
            .collect();
        report::json(&json!({
            "version": 1, "running": true, "phase": state.phase, "charts": state.charts, "ports": state.ports,
            "kubeconfig": context.layout.kubeconfig(), "residentKiB": total, "peakKiB": peak, "processes": processes,
        }));
    } else {
        let rows: Vec<Vec<String>> = memory
            .iter()
            .map(|(name, pid, kibibytes)| {
                vec![name.clone(), pid.to_string(), format!("{} MiB", kibibytes / 1024)]
            })
            .collect();
        report::line(report::table::table(&["PROCESS", "PID", "RESIDENT"], &rows));
        report::line(format!(
            "\n{} MiB in all, {} MiB at most. Charts: {}.",
            total / 1024,
            peak / 1024,
            state.charts
        ));
        report::line(format!("API server: https://127.0.0.1:{}", state.ports.api));
        report::line(format!("export KUBECONFIG={}", context.layout.kubeconfig().display()));
    }
    Ok(if state.phase == Phase::Running { Exit::Yes } else { Exit::No })
}

fn logs(process: Option<&str>, context: &Context) -> Outcome {
    let Some(process) = process else {
        let mut names: Vec<String> = match std::fs::read_dir(context.layout.logs()) {
            Ok(entries) => entries
                .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
                .collect(),
            Err(_) => Vec::new(),
        };
        names.sort();
        report::line(names.join("\n"));
        return Ok(Exit::Yes);
    };
    let path: PathBuf = context.layout.log(process);
    match std::fs::read(&path) {
        Ok(bytes) => {
            use std::io::Write;
            let _ = std::io::stdout().write_all(&bytes);
            Ok(Exit::Yes)
        }
        Err(_) => Err(Failure::Usage(format!(
            "there is no log of `{process}`; `cargo xtask sandbox logs` lists the names"
        ))),
    }
}
