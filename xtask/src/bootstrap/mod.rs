//! Bootstrap: observe, plan, show, confirm, execute a group of steps, observe again, until nothing is left to do.

pub mod execute;
pub mod observe;
pub mod progress;
pub mod serving;
pub mod summary;
pub mod target;
pub mod wait;

use std::time::Duration;

use anyhow::Context as _;
use fleet::cluster::Sort;
use fleet::plan::{Group, Step, plan};

use crate::context::{Context, Output};
use crate::exit::{Exit, Failure, Outcome};
use observe::{Embedded, observe};
use target::Target;
use wait::Waited;

/// What the person asked for, beside the cluster.
#[derive(Debug, Clone)]
pub struct Options {
    /// Do not ask.
    pub yes: bool,
    /// Show the plan and stop.
    pub dry_run: bool,
    /// Do not wait for the components.
    pub no_wait: bool,
    /// How long to wait for the components.
    pub patience: Duration,
}

/// Brings a cluster to what it is to be.
pub async fn run(
    context: &Context,
    target: &Target,
    embedded: Option<&Embedded>,
    options: &Options,
) -> Outcome {
    let mut observed = observe(context, target, embedded).await?;
    let mut steps = left(&observed, options);
    if steps.is_empty() {
        context.terminal.say(format!("Cluster `{}` is as it is to be: nothing to do.", target.folder.name));
        if let Some(cluster) = &observed.cluster {
            let progress = progress::look(cluster, target, observed.revision.as_deref()).await?;
            summary::print(context, target, &progress, embedded)?;
        }
        return Ok(Exit::Yes);
    }
    show(context, target, &steps, options, observed.cluster.is_some());
    if options.dry_run {
        return Ok(Exit::No);
    }
    let asks = target.folder.sort == Sort::Real && !options.yes;
    if asks && !crate::report::plan::is_confirmed(&context.terminal, "Carry out this plan?")? {
        return Ok(Exit::No);
    }
    let mut carried_out: Vec<Group> = Vec::new();
    while let Some(group) = steps.first().map(Step::group).filter(|group| *group != Group::Ready) {
        // Once more than once would mean that a step does not do what it says.
        if carried_out.iter().filter(|done| **done == group).count() >= 2 {
            let left: Vec<String> = steps.iter().map(ToString::to_string).collect();
            return Err(Failure::world(format!(
                "these steps were carried out and are still left: {}",
                left.join("; ")
            )));
        }
        let of_group: Vec<Step> = steps.iter().filter(|step| step.group() == group).cloned().collect();
        if group == Group::Roots {
            observed.without_digest.iter().for_each(|chart| {
                let note =
                    format!("note: the pinned digest of {chart} is not checked: these are other charts");
                context.terminal.say(note);
            });
        }
        execute::execute(context, target, embedded, &observed, group, &of_group).await?;
        carried_out.push(group);
        observed = observe(context, target, embedded).await?;
        if let (Group::ControlPlane | Group::Inputs, Some(cluster)) = (group, &observed.cluster) {
            execute::ask_to_look_again(cluster).await?;
        }
        steps = left(&observed, options);
    }
    if options.no_wait {
        context.terminal.say("Done.");
        return Ok(Exit::Yes);
    }
    let cluster = observed.cluster.as_ref().context("the cluster does not answer")?;
    let revision = observed.revision.as_deref();
    let waited = wait::wait(context, cluster, target, embedded, revision, options.patience).await?;
    conclude(context, target, embedded, waited)
}

fn left(observed: &observe::Observed, options: &Options) -> Vec<Step> {
    let mut steps = plan(&observed.wanted, &observed.facts);
    if options.no_wait {
        steps.retain(|step| *step != Step::Wait);
    }
    steps
}

/// A plan that is only shown is the answer; one that is carried out is talk, and its result the answer.
fn show(context: &Context, target: &Target, steps: &[Step], options: &Options, can_ask: bool) {
    if context.output == Output::Json && options.dry_run {
        crate::report::json(&serde_json::json!({"version": 1, "cluster": target.folder.name, "plan": steps}));
    }
    let note = "It has data but cannot be asked before it runs: what is done already is left out then.";
    let note = (!can_ask && crate::sandbox::has_data(&context.layout)).then_some(note);
    crate::report::plan::say(&context.terminal, &target.folder.name, note, steps);
}

fn conclude(context: &Context, target: &Target, embedded: Option<&Embedded>, waited: Waited) -> Outcome {
    match waited {
        Waited::Ready(progress) => {
            summary::print(context, target, &progress, embedded)?;
            Ok(Exit::Yes)
        }
        Waited::TooLong(progress) => {
            summary::print(context, target, &progress, embedded)?;
            context.terminal.say(format!(
                "Not everything is ready yet. Flux goes on by itself; `cargo xtask status {}` shows how far it is, and \
                 `cargo xtask bootstrap {}` waits again.",
                target.folder.name, target.folder.name
            ));
            Ok(Exit::No)
        }
    }
}
