//! `apps`: which applications a cluster has.

use clap::{Args, Subcommand};
use fleet::catalogue::Tier;
use fleet::cluster_edit;
use fleet::removal::{self, Step};
use serde_json::json;
use yamltree::diagnostic::has_errors;

use super::cluster_argument::{ClusterArgument, connect};
use crate::bootstrap::target::Target;
use crate::context::{Context, Output};
use crate::edge::private_file::write_private;
use crate::exit::{Exit, Failure, Outcome};
use crate::report;

/// Flags of `apps`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask apps list example
  cargo xtask apps add example wordpress     then: cargo xtask bootstrap example
  cargo xtask apps rm example wordpress      its workloads go at the next bootstrap, its data stays
  cargo xtask apps rm example wordpress --delete-data --dry-run      what would be deleted
  cargo xtask apps rm example wordpress --delete-data                now, with its data, after a question")]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the applications there are, and which of them the cluster has
    List(ClusterArgument),
    /// Add applications to the cluster's cluster.yaml
    Add(Change),
    /// Remove applications from the cluster's cluster.yaml, and with --delete-data from the cluster
    Rm(Removal),
}

#[derive(Debug, Args)]
struct Change {
    /// The cluster
    cluster: String,
    /// Applications, e.g. nextcloud
    #[arg(required = true, value_name = "APP")]
    apps: Vec<String>,
}

#[derive(Debug, Args)]
struct Removal {
    #[command(flatten)]
    change: Change,

    /// Remove them from the cluster now, and delete their data, passwords and certificates too
    #[arg(long)]
    delete_data: bool,

    /// With --delete-data: do not ask
    #[arg(long, requires = "delete_data")]
    yes: bool,

    /// With --delete-data: show the plan and stop; exit code 1 when there is something to do
    #[arg(long, requires = "delete_data")]
    dry_run: bool,
}

/// Runs `apps`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    match &arguments.verb {
        Verb::List(cluster) => list(cluster, context),
        Verb::Add(change) => {
            let changed = edit(change, context, true)?;
            say_next(context, change, changed);
            Ok(Exit::Yes)
        }
        Verb::Rm(removal) if removal.delete_data => delete(removal, context),
        Verb::Rm(removal) => {
            let target = load(&removal.change, context)?;
            let before = target.spec.apps.clone();
            let changed = edit(&removal.change, context, false)?;
            say_next(context, &removal.change, changed);
            for app in removal.change.apps.iter().filter(|app| before.contains(app)) {
                say_what_stays(context, &target, app);
            }
            Ok(Exit::Yes)
        }
    }
}

fn list(cluster: &ClusterArgument, context: &Context) -> Outcome {
    let (target, _) = Target::load_to_look(context, cluster.folder(context)?)?;
    let apps: Vec<(&str, &str, bool)> = target
        .catalogue
        .names(Tier::Apps)
        .map(|name| {
            let title = target.catalogue.components[name].contract.title.as_str();
            (name, title, target.spec.apps.iter().any(|app| app == name))
        })
        .collect();
    if context.output == Output::Json {
        let apps: Vec<_> = apps
            .iter()
            .map(|(name, title, has)| json!({"name": name, "title": title, "installed": has, "hosts": target.hosts(name)}))
            .collect();
        report::json(&json!({"version": 1, "cluster": target.folder.name, "apps": apps}));
        return Ok(Exit::Yes);
    }
    let rows: Vec<Vec<String>> = apps
        .iter()
        .map(|(name, title, has)| {
            let has = if *has { "yes" } else { "no" };
            vec![(*name).to_owned(), (*title).to_owned(), has.to_owned(), target.hosts(name).join(" ")]
        })
        .collect();
    report::line(report::table::table(&["APP", "TITLE", "INSTALLED", "HOSTS"], &rows));
    Ok(Exit::Yes)
}

/// A `.flux.env` that is not filled in yet must not keep anybody from choosing.
fn load(change: &Change, context: &Context) -> Result<Target, Failure> {
    let cluster = ClusterArgument { cluster: change.cluster.clone() };
    Ok(Target::load_to_look(context, cluster.folder(context)?)?.0)
}

fn say_what_stays(context: &Context, target: &Target, app: &str) {
    let Some(component) = target.catalogue.components.get(app) else { return };
    let stays = removal::kept(app, &component.contract);
    if !stays.is_empty() {
        context.terminal.say(format!("The workloads of {app} go then. These stay:"));
        stays.iter().for_each(|one| context.terminal.say(format!("  {one}")));
        let command = format!("cargo xtask apps rm {} {app} --delete-data", target.folder.name);
        context.terminal.say(format!("`{command}` deletes them too."));
    }
}

/// Removes applications with their data: the plan of all of them is shown, and asked for, before anything is changed.
fn delete(arguments: &Removal, context: &Context) -> Outcome {
    let change = &arguments.change;
    let target = load(change, context)?;
    for app in &change.apps {
        known(&target, app)?;
    }
    context.block_on(async {
        let cluster = connect(context, &target.folder).await?;
        let mut plans = Vec::new();
        for app in &change.apps {
            let contract = &target.catalogue.components[app.as_str()].contract;
            let is_listed = target.spec.apps.contains(app);
            let facts = crate::removal::observe(&cluster, app, contract, is_listed).await?;
            plans.push((app, contract, removal::plan(app, &facts)));
        }
        let steps: Vec<&Step> = plans.iter().flat_map(|(_, _, steps)| steps).collect();
        if arguments.dry_run && context.output == Output::Json {
            report::json(&json!({"version": 1, "cluster": target.folder.name, "plan": steps}));
        }
        if steps.is_empty() {
            context.terminal.say(format!(
                "Cluster `{}` has nothing of {}.",
                target.folder.name,
                change.apps.join(", ")
            ));
            return Ok(Exit::Yes);
        }
        report::plan::say(&context.terminal, &target.folder.name, None, &steps);
        if arguments.dry_run {
            return Ok(Exit::No);
        }
        let question = "This data cannot be brought back without a backup. Delete it?";
        if !arguments.yes && !report::plan::is_confirmed(&context.terminal, question)? {
            return Ok(Exit::No);
        }
        if steps.iter().any(|step| matches!(step, Step::Forget { .. })) {
            edit(change, context, false)?;
        }
        for (app, contract, steps) in &plans {
            let of_cluster: Vec<Step> =
                steps.iter().filter(|step| !matches!(step, Step::Forget { .. })).cloned().collect();
            crate::removal::execute(context, &cluster, app, contract, &of_cluster).await?;
        }
        context.terminal.say(format!(
            "Cluster `{}` has nothing of {} any more.",
            target.folder.name,
            change.apps.join(", ")
        ));
        Ok(Exit::Yes)
    })?
}

/// Refuses an application that the tree does not have.
fn known(target: &Target, app: &str) -> Result<(), Failure> {
    let known: Vec<&str> = target.catalogue.names(Tier::Apps).collect();
    if known.contains(&app) {
        return Ok(());
    }
    let near = yamltree::nearest::nearest(app, known.iter().copied());
    let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    let there_are = known.join(", ");
    Err(Failure::Usage(format!("there is no application `{app}`; {near}there are: {there_are}")))
}

/// Writes `cluster.yaml`; the answer is whether anything changed.
fn edit(change: &Change, context: &Context, add: bool) -> Result<bool, Failure> {
    let target = load(change, context)?;
    let (shown, path) = target.folder.spec_file(context);
    let mut text = std::fs::read_to_string(&path)?;
    let (_, faults) = yamltree::document::single(&shown, &text);
    if has_errors(&faults) {
        return Err(Failure::Faulty(faults));
    }
    let mut changed = false;
    for app in &change.apps {
        if add {
            known(&target, app)?;
        }
        let edited =
            if add { cluster_edit::add_app(&text, app) } else { cluster_edit::remove_app(&text, app) };
        match edited.map_err(|error| Failure::world(format!("edit {shown}: {error}")))? {
            Some(edited) => {
                text = edited;
                changed = true;
                context.terminal.say(format!("{shown}: {} {app}", if add { "added" } else { "removed" }));
            }
            None => context
                .terminal
                .say(format!("{shown}: {app} {}", if add { "is there already" } else { "is not there" })),
        }
    }
    if changed {
        write_private(&path, text.as_bytes())?;
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    }
    Ok(changed)
}

fn say_next(context: &Context, change: &Change, changed: bool) {
    if changed {
        context.terminal.say(format!("Next: `cargo xtask bootstrap {}`.", change.cluster));
    }
}
