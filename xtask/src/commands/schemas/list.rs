//! `schemas list`: the kinds whose schemas are at hand.

use clap::Args;
use serde_json::json;

use crate::context::{Context, Output};
use crate::exit::{Exit, Outcome};
use crate::report::{self, table::table};
use crate::schemas;

/// Flags of `schemas list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask schemas list                          every kind
  cargo xtask schemas list --kube-version 1.35.2    those of another version of Kubernetes")]
pub struct Arguments {
    /// The version of Kubernetes [default: the pinned one]
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
}

/// Runs `schemas list`.
pub(super) fn run(arguments: &Arguments, context: &Context) -> Outcome {
    let version = schemas::version(arguments.kube_version.as_deref(), context)?;
    let all = schemas::needed(&version, context)?;
    let kinds = all.all();
    if context.output == Output::Json {
        let kind = |known: &&validation::Known| json!({"apiVersion": known.api_version.as_str(), "kind": known.kind.as_str(), "namespaced": known.is_namespaced, "custom": known.is_custom});
        let kinds: Vec<_> = kinds.iter().map(kind).collect();
        report::json(&json!({"version": 1, "kubernetes": version, "kinds": kinds}));
        return Ok(Exit::Yes);
    }
    let row = |known: &&validation::Known| {
        let scope = if known.is_namespaced { "namespace" } else { "cluster" };
        vec![known.api_version.to_string(), known.kind.to_string(), scope.to_owned()]
    };
    report::line(table(&["API VERSION", "KIND", "SCOPE"], &kinds.iter().map(row).collect::<Vec<_>>()));
    Ok(Exit::Yes)
}
