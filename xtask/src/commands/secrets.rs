//! `secrets`: the generated passwords that a person needs.

use std::collections::BTreeMap;

use clap::Args;
use fleet::generated;
use serde_json::json;

use super::cluster_argument::{ClusterArgument, connect};
use crate::bootstrap::observe::read_secret;
use crate::bootstrap::target::Target;
use crate::context::{Context, Output};
use crate::exit::{Exit, Failure, Outcome};
use crate::report;

/// Flags of `secrets`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask secrets example                                   asks before printing
  cargo xtask secrets example --name wordpress_admin_password   one value, and nothing else, on standard output")]
pub struct Arguments {
    #[command(flatten)]
    cluster: ClusterArgument,
    /// Print only this value, without asking
    #[arg(long, value_name = "KEY")]
    name: Option<String>,
    /// Also those that only programs need
    #[arg(long)]
    all: bool,
    /// Print without asking
    #[arg(long)]
    yes: bool,
}

/// Runs `secrets`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    let target = arguments.cluster.target(context)?;
    let wanted = wanted(&target, arguments)?;
    let ask = arguments.name.is_none() && !arguments.yes;
    if ask && !context.terminal.can_ask() {
        return Err(Failure::Usage(
            "nobody is there to be asked; --yes prints the passwords all the same".into(),
        ));
    }
    let question =
        format!("Print {} passwords of cluster `{}` here, in plain text?", wanted.len(), target.folder.name);
    if ask && !context.terminal.confirm(&question) {
        return Ok(Exit::No);
    }
    let values = context.block_on(read(context, &target, &wanted))??;
    match (&arguments.name, context.output) {
        (_, Output::Json) => {
            let list: Vec<_> = values
                .iter()
                .map(|(component, key, title, value)| json!({"component": component, "name": key, "title": title, "value": value}))
                .collect();
            report::json(&json!({"version": 1, "cluster": target.folder.name, "secrets": list}));
        }
        (Some(_), Output::Human) => values.iter().for_each(|(_, _, _, value)| report::line(value)),
        (None, Output::Human) => {
            let rows: Vec<Vec<String>> = values
                .iter()
                .map(|(_, key, title, value)| vec![key.clone(), value.clone(), title.clone()])
                .collect();
            report::line(report::table::table(&["NAME", "VALUE", "WHAT FOR"], &rows));
        }
    }
    Ok(Exit::Yes)
}

/// (component, key, title) of the values that are asked for.
fn wanted(target: &Target, arguments: &Arguments) -> Result<Vec<(String, String, String)>, Failure> {
    let mut all = Vec::new();
    for name in target.components().into_keys() {
        for value in &target.catalogue.components[name].contract.secrets {
            all.push((name.to_owned(), value));
        }
    }
    if let Some(key) = &arguments.name {
        let Some((component, value)) = all.iter().find(|(_, value)| value.name == *key) else {
            let names: Vec<&str> = all.iter().map(|(_, value)| value.name.as_str()).collect();
            let near = yamltree::nearest::nearest(key, names.iter().copied());
            let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            return Err(Failure::Usage(format!(
                "there is no generated value `{key}`; {near}there are: {}",
                names.join(", ")
            )));
        };
        return Ok(vec![(component.clone(), value.name.clone(), value.title.clone())]);
    }
    Ok(all
        .into_iter()
        .filter(|(_, value)| arguments.all || value.show)
        .map(|(component, value)| (component, value.name.clone(), value.title.clone()))
        .collect())
}

type Shown = (String, String, String, String);

async fn read(
    context: &Context,
    target: &Target,
    wanted: &[(String, String, String)],
) -> Result<Vec<Shown>, Failure> {
    let cluster = connect(context, &target.folder).await?;
    let mut secrets = BTreeMap::new();
    let mut shown = Vec::new();
    for (component, key, title) in wanted {
        if !secrets.contains_key(component) {
            let read = read_secret(&cluster, &generated::secret_name(component)).await?;
            secrets.insert(component.clone(), read.unwrap_or_default());
        }
        match secrets.get(component).and_then(|values| values.get(key)) {
            Some(value) => {
                shown.push((component.clone(), key.clone(), title.clone(), value.expose().clone()))
            }
            None => context.terminal.say(format!(
                "`{key}` is not in the cluster yet; `cargo xtask bootstrap {}` generates it",
                target.folder.name
            )),
        }
    }
    if shown.is_empty() && !wanted.is_empty() {
        return Err(Failure::world(format!("cluster `{}` holds none of these values", target.folder.name)));
    }
    Ok(shown)
}
