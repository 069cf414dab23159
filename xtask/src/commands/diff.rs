//! `diff`: what a change would do to a cluster, before it does.

mod clusters;
mod comment;
mod compared;
mod live;
mod points;
mod rules;

use clap::{Args, ValueEnum};
use serde_json::json;

use self::compared::{Compared, Wanted};
use self::points::{Point, Points};
use super::release_arguments::ReleaseArguments;
use super::render_arguments::SourceArguments;
use crate::context::{Context, Output};
use crate::edge::gitlab::MergeRequest;
use crate::exit::{Exit, Failure, Outcome};
use crate::report;
use crate::report::changes::html::html;
use crate::report::changes::human::{Form, human};
use crate::report::changes::markdown::markdown;
use crate::report::changes::page::{Page, Section};
use crate::report::changes::{self, risks, short};
use crate::report::findings::human::Style;

/// Flags of `diff`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask diff                                the files on disk, with where the work left its target branch
  cargo xtask diff HEAD                           the files on disk with the last commit
  cargo xtask diff --base stable                  the files on disk with where the work left the branch stable
  cargo xtask diff HEAD~20 HEAD                   two commits, also HEAD~20..HEAD; main...topic begins where topic left main
  cargo xtask diff --cluster example --charts     for one cluster, with its overrides, and what Helm makes of its releases
  cargo xtask diff --cluster example --cluster other
                                                  two clusters
  cargo xtask diff --all-clusters                 what would change where
  cargo xtask diff --live --cluster example       the cluster as it is with what Flux would make of the files on disk
  cargo xtask diff --live main --charts           the same of a branch, with what would become of releases
  cargo xtask diff --repository ../home-ops --entry kubernetes/flux/cluster
                                                  any repository that Flux follows
  cargo xtask diff --format short                 a line each, for `grep`
  cargo xtask diff --format html > diff.html      a page to look at, search and print, without a network
  cargo xtask diff --format markdown              a text that fits a merge request
  cargo xtask diff --comment                      in a pipeline of GitLab: that text as a note on the merge request
  cargo xtask diff --risks                        the risks that are looked for
  cargo xtask diff --explain data/claim-removed   what one of them means, with an example

What reads the same to Kubernetes is no change: order of keys, quotes, indentation, moved files, new hashes in names. Secrets are
compared and never shown. What may go wrong stands first, the most dangerous above all, with what to do before. Exit code 1 when something is different, 0 when nothing is.

--live asks the cluster itself: what is rendered with its own variables, overrides and Secrets is given to its API server as a dry
run under the names of Flux' controllers, so that defaults, conflicts and refusals are real. Shown are only changes that will
happen: who fails (`faults`), and who waits for that or is suspended (`waiting`), stands beside them. What no dry run can tell is
not in it: whether what starts becomes healthy, what hooks of charts do, and what templates look up in the cluster.

--comment needs GITLAB_TOKEN in the environment (scope `api`, role Reporter), and what GitLab sets in a pipeline of a merge request:
CI_API_V4_URL, CI_PROJECT_ID and CI_MERGE_REQUEST_IID. Run again, it updates its note; another cluster has a note of its own.

With --output json: `version` (1), `before` and `after` (what was compared), `summary` (counts), `risks` (each with `severity`,
`class`, `code`, `object`, `path`, `owner`, `reason` and what to do `first`), `owners` (Kustomizations and releases as they were and are), `changes` (`kind` is added, removed, changed or renamed; each with its `owner`, its `object` and its `fields`),
`faults` (what can be rendered on one side only, with --live what fails), `unseen` (owners that could not be compared) and, with
--live, `waiting` (owners that change nothing for now, and why). --full adds the whole objects.")]
pub struct Arguments {
    /// What to compare: REVISION with the files on disk, or two revisions, also as A..B and A...B [default: where HEAD left the branch
    /// that it will go into]
    #[arg(value_name = "REVISION", num_args = 0..=2)]
    revisions: Vec<String>,
    /// Compare with where HEAD left this branch or commit
    #[arg(long, value_name = "REVISION", conflicts_with = "revisions")]
    base: Option<String>,
    /// For this cluster, its overrides included; a second one is compared with the first [default: sandbox]
    #[arg(long = "cluster", value_name = "CLUSTER", conflicts_with = "entry")]
    clusters: Vec<String>,
    /// For every cluster that has a folder: what would change where
    #[arg(long, conflicts_with_all = ["clusters", "entry"])]
    all_clusters: bool,
    #[command(flatten)]
    source: SourceArguments,
    #[command(flatten)]
    releases: ReleaseArguments,
    /// With the cluster as it is: what Flux would do in it next, by what its API server says to a dry run, with what would be pruned
    #[arg(long, conflicts_with_all = ["base", "all_clusters", "entry", "whole"])]
    live: bool,
    /// Render both sides whole, also what no change reaches: for comparison
    #[arg(long, hide = true)]
    whole: bool,
    /// Show everything: long values, long lists, whole objects that are new or gone
    #[arg(long)]
    full: bool,
    /// How changes are printed; `--output json` prints them for machines
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    format: Format,
    /// Post what is different as a note on the merge request that this pipeline of GitLab is of, or update that note
    #[arg(long)]
    comment: bool,
    /// List the risks that are looked for
    #[arg(long, conflicts_with_all = ["explain", "revisions", "comment"])]
    risks: bool,
    /// Say what a risk means, with an example
    #[arg(long, value_name = "CODE", conflicts_with_all = ["revisions", "comment"])]
    explain: Option<String>,
}

/// How changes are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// By component and owner, with what changed in each field
    Human,
    /// A line for each field
    Short,
    /// A text that fits a merge request: at most 60,000 characters, the largest changes left out first
    Markdown,
    /// One page that needs nothing else: tree, search, side by side
    Html,
}

/// Runs `diff`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    if arguments.risks {
        return rules::list(context);
    }
    if let Some(code) = &arguments.explain {
        return rules::explained(code, context);
    }
    if arguments.clusters.len() > 2 {
        return Err(Failure::Usage(
            "two clusters can be compared, not more; --all-clusters looks at each".into(),
        ));
    }
    let request = if arguments.comment { Some(comment::request()?) } else { None };
    let points = Points::of(arguments, context)?;
    let wanted = Wanted {
        source: &arguments.source,
        releases: arguments.releases.options(),
        is_whole: arguments.whole,
    };
    if arguments.all_clusters {
        return clusters::run(&points, &wanted, arguments, request.as_ref(), context);
    }
    let compared = match arguments.live {
        true => live::compare(&points.after, &wanted, context)?,
        false => compared::compare(&points, &wanted, context)?,
    };
    let page = page(&compared, &points, arguments);
    shown(&compared, &page, &points, arguments, context);
    commented(request.as_ref(), &page, context)?;
    Ok(if compared.diff.is_empty() { Exit::Yes } else { Exit::No })
}

/// What a document says of it.
fn page<'c>(compared: &'c Compared, points: &Points, arguments: &Arguments) -> Page<'c> {
    let Compared { diff, risks } = compared;
    Page {
        about: points.about(arguments.source.entry()),
        compared: points.said(),
        sections: vec![Section { heading: String::new(), diff, risks }],
        is_full: arguments.full,
    }
}

fn commented(request: Option<&MergeRequest>, page: &Page<'_>, context: &Context) -> Result<(), Failure> {
    request.map_or(Ok(()), |request| comment::comment(request, page, context))
}

/// Prints what is different.
fn shown(compared: &Compared, page: &Page<'_>, points: &Points, arguments: &Arguments, context: &Context) {
    let Compared { diff, risks } = compared;
    match (context.output, arguments.format) {
        (Output::Json, _) => {
            let mut document = json!({
                "version": 1,
                "before": points.before,
                "after": points.after,
                "summary": changes::Summary::of(diff),
                "risks": risks,
            });
            changes::add_to(&mut document, diff, arguments.full);
            report::json(&document);
        }
        (_, Format::Short) => {
            risks::lines(risks).iter().for_each(report::line);
            short::lines(diff).iter().for_each(report::line);
        }
        (_, Format::Markdown) => report::line(markdown(page).trim_end()),
        (_, Format::Html) => report::line(html(page).trim_end()),
        (_, Format::Human) => {
            let form = Form { style: Style::of_stdout(), is_full: arguments.full };
            let text = risks::risky(risks, form) + &human(diff, form);
            if !text.is_empty() {
                report::line(text.trim_end());
            }
        }
    }
    context.terminal.say(summary(compared, points));
}

fn summary(Compared { diff, risks }: &Compared, points: &Points) -> String {
    let between = points.said();
    if diff.is_empty() {
        return format!("Nothing is different: {between}");
    }
    format!("{}{}: {between}", changes::Summary::of(diff), risks::counted(risks))
}

/// A point without a cluster, for a table of many.
fn without_cluster(point: &Point) -> Point {
    Point { cluster: None, ..point.clone() }
}
