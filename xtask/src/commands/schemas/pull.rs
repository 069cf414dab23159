//! `schemas pull`: built-in kinds and Flux's out of Go modules, others out of charts.

use clap::Args;
use serde_json::json;

use crate::commands::release_arguments::ReleaseArguments;
use crate::commands::render_arguments::RenderArguments;
use crate::context::{Context, Output};
use crate::exit::{Exit, Failure, Outcome};
use crate::releases;
use crate::report;
use crate::schemas;

/// Flags of `schemas pull`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask schemas pull                           Kubernetes and Flux, as install/sandbox/go.mod pins them
  cargo xtask schemas pull --charts                  and what the charts of the sandbox's releases define
  cargo xtask schemas pull --kube-version 1.35.2     another version of Kubernetes; `lint --kube-version` uses it

The modules come from Go's proxy, verified by Go's checksum database. They are kept below cargo's target folder.")]
pub struct Arguments {
    #[command(flatten)]
    what: RenderArguments,
    #[command(flatten)]
    releases: ReleaseArguments,
}

/// Runs `schemas pull`.
pub(super) fn run(arguments: &Arguments, context: &Context) -> Outcome {
    let version = schemas::version(arguments.releases.kube_version(), context)?;
    let built_in = schemas::pull(&version, context)?;
    let mut defined = 0;
    if let Some(options) = arguments.releases.options() {
        let (rendering, trees) = arguments.what.rendered_with_trees(context)?;
        let rendered = releases::rendered(&rendering, &trees, &options, context)?;
        let mut problems = Vec::new();
        let mut objects: Vec<_> =
            rendering.parts.iter().flat_map(|part| part.objects.iter().map(|o| o.node.clone())).collect();
        for release in rendered.releases {
            match &release.problem {
                Some(problem) => problems.push((**problem).clone()),
                None => objects.extend(release.objects().map_err(|found| Failure::Faulty(vec![*found]))?),
            }
        }
        if !problems.is_empty() {
            return Err(Failure::Faulty(problems));
        }
        defined = schemas::keep_definitions(objects.iter(), context)?;
    }
    if context.output == Output::Json {
        report::json(&json!({"version": 1, "kubernetes": version, "builtIn": built_in, "defined": defined}));
        return Ok(Exit::Yes);
    }
    report::line(format!("{built_in} kinds of Kubernetes {version} and Flux"));
    if arguments.releases.options().is_some() {
        report::line(format!("{defined} kinds that charts define"));
    }
    Ok(Exit::Yes)
}
