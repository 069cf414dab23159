//! Both states rendered and compared: what nothing is different for is rendered once.

use std::collections::BTreeSet;
use std::sync::Arc;

use fleet::roots::COMPONENT_LABEL;
use flux::diff::{Diff, ReleaseObjects, Side, diff};
use flux::graph::Graph;
use flux::render::{Earlier, Inputs, Rendering, Repository, render_after};
use risk::Risk;
use yamltree::diagnostic::Diagnostic;
use yamltree::path::RepoPath;

use super::points::{Point, Points};
use crate::commands::render_arguments::{RenderArguments, SourceArguments};
use crate::context::Context;
use crate::edge::revisions::Revisions;
use crate::edge::tree::Trees;
use crate::exit::Failure;
use crate::releases::{self, Options, RenderedRelease, RenderedReleases};

/// What is compared, whichever two states.
pub struct Wanted<'a> {
    /// Where Flux begins.
    pub source: &'a SourceArguments,
    /// How releases are rendered; none if they are not.
    pub releases: Option<Options>,
    /// Is everything rendered twice?
    pub is_whole: bool,
}

/// What came of it.
pub struct Compared {
    /// What is different.
    pub diff: Diff,
    /// What may go wrong.
    pub risks: Vec<Risk>,
}

pub(super) type Rendered = (Rendering, Trees);

/// Compares two states.
pub fn compare(points: &Points, wanted: &Wanted<'_>, context: &Context) -> Result<Compared, Failure> {
    let what = |point: &Point| {
        RenderArguments::of(wanted.source.clone(), point.cluster.clone(), point.commit.clone())
    };
    let (before, after) = (what(&points.before), what(&points.after));
    // The side that is rendered whole is the one whose files are on disk.
    let second = after.rendered_with_trees(context)?;
    let first = match changed(points, wanted, context)? {
        Some(changed) => {
            let earlier = Earlier::new(&second.0, &*second.1.repository, changed);
            let trees = before.trees(before.tree(context)?);
            let repository = Arc::new(Repository::new(&*trees.repository));
            let render = |inputs: &Inputs<'_>| render_after(inputs, &earlier);
            (before.rendered_by(&trees, repository, context, render)?, trees)
        }
        None => before.rendered_with_trees(context)?,
    };
    let releases = wanted.releases.as_ref();
    let (of_first, of_second) = match releases {
        Some(options) if !wanted.is_whole => {
            let sides = [(&first.0, &first.1), (&second.0, &second.1)];
            let [of_first, of_second] = releases::rendered_both(sides, options, context)?;
            (objects(of_first)?, objects(of_second)?)
        }
        _ => (made(&first, releases, context)?, made(&second, releases, context)?),
    };
    let diff = diff(&side(&first, &of_first), &side(&second, &of_second));
    let risks = match risk::asks_for_surroundings(&diff) {
        true => risk::of_within(&diff, &graph(&first), &graph(&second)),
        false => risk::of(&diff),
    };
    Ok(Compared { diff, risks })
}

pub(super) fn side<'r>((rendering, _): &'r Rendered, releases: &'r [ReleaseObjects]) -> Side<'r> {
    Side { rendering, releases, component_label: COMPONENT_LABEL }
}

pub(super) fn graph((rendering, _): &Rendered) -> Graph {
    Graph::of(rendering, COMPONENT_LABEL)
}

/// The files that are different; none if that is not known, or if nothing is to be taken over.
fn changed(
    points: &Points,
    wanted: &Wanted<'_>,
    context: &Context,
) -> Result<Option<BTreeSet<RepoPath>>, Failure> {
    let (before, after) = (&points.before.commit, &points.after.commit);
    if wanted.is_whole {
        return Ok(None);
    }
    if before == after {
        return Ok(Some(BTreeSet::new()));
    }
    // Git itself reads what libgit2 refuses, a repository of another user, and then nothing is known.
    let Ok(revisions) = Revisions::of(wanted.source.root(context)) else { return Ok(None) };
    Ok(Some(match (before, after) {
        (Some(before), Some(after)) => revisions.changed(before, after)?,
        (Some(commit), None) | (None, Some(commit)) => revisions.changed_on_disk(commit)?,
        (None, None) => BTreeSet::new(),
    }))
}

/// What the releases of a side make, if that is wanted.
pub(super) fn made(
    (rendering, trees): &Rendered,
    releases: Option<&Options>,
    context: &Context,
) -> Result<Vec<ReleaseObjects>, Failure> {
    let Some(options) = releases else { return Ok(Vec::new()) };
    objects(releases::rendered(rendering, trees, options, context)?)
}

fn objects(all: RenderedReleases) -> Result<Vec<ReleaseObjects>, Failure> {
    let of = |release: RenderedRelease| -> Result<ReleaseObjects, Box<Diagnostic>> {
        let objects = release.objects()?;
        let chart =
            release.chart.split_once(' ').map(|(name, version)| (name.to_owned(), version.to_owned()));
        let RenderedRelease { part, name, namespace, problem, .. } = release;
        Ok(ReleaseObjects { part, name, namespace, chart, objects, problem })
    };
    let made = all.releases.into_iter().map(of).collect::<Result<_, _>>();
    made.map_err(|found| Failure::Faulty(vec![*found]))
}
