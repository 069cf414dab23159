//! A live cluster compared with what Flux would make of it.

use std::collections::BTreeSet;

use flux::diff::OwnerKind;
use flux::diff::live::{Answer, Desired, Observed, announced};
use flux::render::spec::Name;

use super::compared::{Compared, Wanted, graph, made, side};
use super::points::Point;
use crate::bootstrap::target::{ClusterFolder, SANDBOX, Target};
use crate::commands::cluster_argument::connect;
use crate::commands::render_arguments::RenderArguments;
use crate::context::Context;
use crate::edge::tree::Trees;
use crate::exit::Failure;
use crate::live::{self, Looked};
use crate::releases::Options;
use crate::sandbox;
use crate::sandbox::chart_supply;
use crate::sandbox::charts_mode::ChartsMode;

/// What Flux would change in the cluster if it came to this state of the repository.
pub fn compare(point: &Point, wanted: &Wanted<'_>, context: &Context) -> Result<Compared, Failure> {
    let name = point.cluster.as_deref().unwrap_or(SANDBOX);
    let folder = ClusterFolder::find(context, name)?;
    let looked = context
        .block_on(async { Ok::<_, Failure>(live::look(&connect(context, &folder).await?).await?) })??;
    let Looked { entry, data, holders, secrets } = looked;
    let what = RenderArguments::of(wanted.source.clone(), point.cluster.clone(), point.commit.clone());
    let trees = what.trees(what.tree(context)?);
    let rendering = what.rendered_in(&trees, entry, data);
    let installed = holders
        .iter()
        .filter(|holder| holder.key.kind == OwnerKind::HelmRelease && holder.installed.is_some());
    let installed = installed.map(|holder| Name::new(&holder.key.namespace, &holder.key.name)).collect();
    let rendered = (rendering, trees);
    let options = wanted
        .releases
        .clone()
        .map(|options| charts(options, installed, name, &rendered.1, context))
        .transpose()?;
    let releases = made(&rendered, options.as_ref(), context)?;
    let side = side(&rendered, &releases);
    let desired = Desired::of(&side, &holders);
    let work = context.terminal.counted_work("asking the API server", desired.sent.len() as u64);
    // A connection ends with the tasks that it was made among.
    let observed = context.block_on(async {
        let cluster = connect(context, &folder).await?;
        Ok::<_, Failure>(live::ask(&cluster, &side, &desired, holders, &work).await?)
    })??;
    let asked = observed.replies.iter().filter(|reply| reply.answer != Answer::NotAsked).count();
    work.done(&format!(
        "{asked} of {} objects: the others are of releases that nothing happens to",
        desired.sent.len()
    ));
    let observed = Observed { secrets, public: public(context, folder)?, ..observed };
    let diff = announced(&side, &desired, observed);
    let graph = graph(&rendered);
    let risks = risk::of_within(&diff, &graph, &graph);
    Ok(Compared { diff, risks })
}

/// Variables whose values are no secret.
fn public(context: &Context, folder: ClusterFolder) -> Result<BTreeSet<String>, Failure> {
    let (target, _) = Target::load_to_look(context, folder)?;
    let variables = target.catalogue.variables().into_iter().filter(|variable| !variable.secret);
    Ok(variables.map(|variable| variable.name.to_string()).collect())
}

/// The charts that the cluster itself gets; those of the sandbox are only there.
fn charts(
    options: Options,
    installed: BTreeSet<Name>,
    cluster: &str,
    trees: &Trees,
    context: &Context,
) -> Result<Options, Failure> {
    let options = Options { installed, ..options };
    if cluster != SANDBOX || options.folder.is_some() {
        return Ok(options);
    }
    let mode = sandbox::running(&context.layout)?.map(|state| state.charts);
    Ok(match mode {
        Some(mode @ (ChartsMode::StandIn | ChartsMode::Folder(_))) => {
            let charts = chart_supply::for_tree(&*trees.repository, &mode)?.charts;
            Options { charts: Some(charts), ..options }
        }
        _ => options,
    })
}
