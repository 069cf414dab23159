//! `apps`: which applications a cluster has.

use clap::{Args, Subcommand};
use fleet::catalogue::Tier;
use fleet::cluster_edit;
use serde_json::json;
use yamltree::diagnostic::has_errors;

use super::cluster_argument::ClusterArgument;
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
  cargo xtask apps rm example wordpress      its workloads go at the next bootstrap, its data stays")]
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
    /// Remove applications from the cluster's cluster.yaml
    Rm(Change),
}

#[derive(Debug, Args)]
struct Change {
    /// The cluster
    cluster: String,
    /// Applications, e.g. nextcloud
    #[arg(required = true, value_name = "APP")]
    apps: Vec<String>,
}

/// Runs `apps`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    match &arguments.verb {
        Verb::List(cluster) => list(cluster, context),
        Verb::Add(change) => edit(change, context, true),
        Verb::Rm(change) => edit(change, context, false),
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

fn edit(change: &Change, context: &Context, add: bool) -> Outcome {
    let cluster = ClusterArgument { cluster: change.cluster.clone() };
    // A `.flux.env` that is not filled in yet must not keep anybody from choosing.
    let (target, _) = Target::load_to_look(context, cluster.folder(context)?)?;
    let (shown, path) = target.folder.spec_file(context);
    let known: Vec<&str> = target.catalogue.names(Tier::Apps).collect();
    let mut text = std::fs::read_to_string(&path)?;
    let (_, faults) = yamltree::document::single(&shown, &text);
    if has_errors(&faults) {
        return Err(Failure::Faulty(faults));
    }
    let mut changed = false;
    for app in &change.apps {
        if add && !known.contains(&app.as_str()) {
            let near = yamltree::nearest::nearest(app, known.iter().copied());
            let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            return Err(Failure::Usage(format!(
                "there is no application `{app}`; {near}there are: {}",
                known.join(", ")
            )));
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
        context.terminal.say(format!("Next: `cargo xtask bootstrap {}`.", change.cluster));
    }
    Ok(Exit::Yes)
}
