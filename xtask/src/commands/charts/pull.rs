//! `charts pull`: the charts of releases, fetched and kept.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use flux::helm::Release;
use flux::helm::chart::{self, Place};
use flux::render::Rendering;
use futures::StreamExt as _;
use serde_json::{Value, json};
use yamltree::diagnostic::Diagnostic;

use crate::commands::render_arguments::RenderArguments;
use crate::context::{Context, Output};
use crate::edge::charts::pull::{Fetched, Puller, is_network, may_move};
use crate::edge::charts::{ChartSet, Contents, Pulled};
use crate::exit::{Exit, Failure, Outcome};
use crate::releases::named_in;
use crate::report::{self, table::table};
use crate::sandbox::served;

/// How many charts are fetched at once.
const AT_ONCE: usize = 4;
/// The code of what could not be fetched.
const FAILED: &str = "charts/pull";

/// Flags of `charts pull`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask charts pull                         what the sandbox's releases need
  cargo xtask charts pull example                 what a cluster's releases need
  cargo xtask charts pull --refresh               fetch again what is here already
  cargo xtask charts pull --charts ../charts      take them from a folder, without a network
  cargo xtask charts pull --repository ../home-ops --entry kubernetes/flux/cluster
                                                  any repository that Flux follows

Archives are kept below cargo's target folder by their digest. A version, a tag that is one, and a commit are fetched \
once; ranges and branches are looked up again. HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE count; no credentials are sent.

Exit code 1 when a chart could not be had (the others are fetched all the same), 3 when nobody answered at all.")]
pub struct Arguments {
    #[command(flatten)]
    what: RenderArguments,
    /// A folder of packaged charts or chart folders that is asked in place of the network
    #[arg(long, value_name = "FOLDER")]
    charts: Option<PathBuf>,
    /// Fetch charts again that are here already
    #[arg(long)]
    refresh: bool,
}

/// A chart that is asked for, by the first release that does so.
struct Wanted<'r> {
    place: Place,
    release: Release<'r>,
    /// The Secret with credentials that its source names.
    secret: Option<String>,
}

/// What came of one place.
struct Row {
    place: Place,
    pulled: Pulled,
    bytes: usize,
    was_here: bool,
    lacks: Vec<String>,
}

/// What came of fetching.
pub(super) struct Done {
    rows: Vec<Row>,
    warnings: Vec<Diagnostic>,
    /// What could not be fetched, and what kept releases from saying what they need.
    pub(super) problems: Vec<Diagnostic>,
}

/// Runs `charts pull`.
pub(super) fn run(arguments: &Arguments, context: &Context) -> Outcome {
    if let Some(word) = arguments.what.word() {
        return Err(Failure::Usage(format!("`{word}`: another repository has no cluster; leave it out")));
    }
    let rendering = arguments.what.rendered(context)?;
    let given = arguments.charts.as_deref().map(ChartSet::open).transpose().map_err(anyhow::Error::from)?;
    let Done { rows, warnings, problems } =
        fetch(std::slice::from_ref(&rendering), given.as_ref(), arguments.refresh, context)?;
    if context.output == Output::Json {
        let findings: Vec<&Diagnostic> = problems.iter().chain(&warnings).collect();
        report::json(&as_json(&rows, &findings));
        // They are in the document.
        return Ok(if problems.is_empty() { Exit::Yes } else { Exit::No });
    }
    print(&rows);
    warnings.iter().for_each(|found| context.terminal.say(found.to_string()));
    if problems.is_empty() { Ok(Exit::Yes) } else { Err(Failure::Faulty(problems)) }
}

/// Fetches the charts of all releases, each once.
///
/// It fails where nobody answered at all.
pub(super) fn fetch(
    renderings: &[Rendering],
    given: Option<&ChartSet>,
    refresh: bool,
    context: &Context,
) -> Result<Done, Failure> {
    let found = renderings.iter().flat_map(Rendering::problems).cloned();
    let (mut problems, mut warnings): (Vec<Diagnostic>, Vec<Diagnostic>) =
        found.partition(Diagnostic::is_error);
    warnings.sort();
    warnings.dedup();
    let mut wanted: BTreeMap<Place, Wanted<'_>> = BTreeMap::new();
    for rendering in renderings {
        for (_, release) in Release::all(rendering) {
            match release.and_then(|release| Ok((chart::of(rendering, &release)?, release))) {
                Ok((chart, release)) if !matches!(chart.place, Place::Source { .. }) => {
                    let asked = Wanted { place: chart.place.clone(), release, secret: chart.secret };
                    wanted.entry(chart.place).or_insert(asked);
                }
                Ok(_) => {}
                Err(found) => problems.push(*found),
            }
        }
    }
    problems.sort();
    problems.dedup();
    let puller = Puller::new(served::git(&context.layout)?)?;
    let work = context.terminal.counted_work("fetching charts", wanted.len() as u64);
    let mut done = Vec::new();
    context.block_on(async {
        let each = wanted.into_values().map(|wanted| {
            let puller = &puller;
            async move {
                let row = one(&wanted.place, puller, given, refresh, context).await;
                (wanted, row)
            }
        });
        let mut all = futures::stream::iter(each).buffer_unordered(AT_ONCE);
        while let Some((wanted, row)) = all.next().await {
            work.detail(&wanted.place.to_string());
            work.advance();
            done.push((wanted, row));
        }
    })?;
    done.sort_by(|(a, _), (b, _)| a.place.cmp(&b.place));
    let (mut rows, mut refused) = (Vec::new(), 0);
    for (wanted, row) in done {
        match row {
            Ok(row) => {
                warnings.extend(warnings_of(&wanted, &row, given.is_some()));
                rows.push(row);
            }
            Err(error) => {
                refused += usize::from(!is_network(&error));
                problems.push(failure_of(&wanted, &error, given.is_some()));
            }
        }
    }
    let fetched = rows.iter().filter(|row| !row.was_here).count();
    work.done(&format!("{fetched} fetched, {} here already", rows.len() - fetched));
    let is_silence = rows.is_empty() && refused == 0 && !problems.is_empty();
    if is_silence && problems.iter().all(|found| found.code == FAILED) {
        // One piece of advice is enough for all.
        problems.into_iter().map(|found| Diagnostic { help: None, ..found }).for_each(|found| {
            context.terminal.say(found.to_string());
        });
        return Err(Failure::world(
            "nobody answered; look at the network, HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE",
        ));
    }
    Ok(Done { rows, warnings, problems })
}

fn warnings_of(wanted: &Wanted<'_>, row: &Row, is_given: bool) -> Vec<Diagnostic> {
    let Wanted { place, release, secret } = wanted;
    let mut found = Vec::new();
    if !row.lacks.is_empty() {
        let lacks = row.lacks.join(", ");
        let message = format!("its chart {place} needs the charts {lacks}, which are not in it");
        let help =
            "Helm refuses it; `helm dependency build` puts them there, and `--charts` takes the result";
        found.push(release.warning("charts/dependency", &message).with_help(help));
    }
    if let Some(secret) = secret.as_ref().filter(|_| !is_given && !row.was_here) {
        let message = format!("its chart {place} was fetched without the credentials of Secret `{secret}`");
        let help = "credentials are not read here; look whether the cluster gets the same";
        found.push(release.warning("charts/credentials", &message).with_help(help));
    }
    found
}

fn failure_of(wanted: &Wanted<'_>, error: &anyhow::Error, is_given: bool) -> Diagnostic {
    let message = format!("its chart {} could not be fetched: {error:#}", wanted.place);
    let help = match &wanted.secret {
        _ if is_given => "put it there, or leave `--charts` out".to_owned(),
        Some(secret) => format!(
            "its source names the credentials of Secret `{secret}`, which are not read here: take it from a folder with `--charts`"
        ),
        None if is_network(error) => {
            "look at the network, HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE and do it again, or take it from a folder with `--charts`".to_owned()
        }
        None => "correct its source or version, or take it from a folder with `--charts`".to_owned(),
    };
    wanted.release.diagnostic(FAILED, &message).with_help(help)
}

async fn one(
    place: &Place,
    puller: &Puller,
    given: Option<&ChartSet>,
    refresh: bool,
    context: &Context,
) -> Result<Row> {
    let store = context.charts();
    let key = place.to_string();
    if given.is_none()
        && !refresh
        && !may_move(place)
        && let Some(pulled) = store.found_at(&key)
        && let Ok(chart) = store.read(&pulled.digest)
    {
        let lacks = chart.missing_dependencies()?;
        return Ok(Row { place: place.clone(), bytes: chart.archive.len(), pulled, was_here: true, lacks });
    }
    let Fetched { chart, manifest } = match given {
        Some(given) => {
            let found = named_in(given, place);
            let chart = found.ok_or_else(|| anyhow::anyhow!("there is no such chart in the folder"))?;
            Fetched { chart: (**chart).clone(), manifest: None }
        }
        None => puller.fetch(place).await?,
    };
    store.keep(&chart)?;
    let contents = Contents::of(&chart)?;
    store.note_contents(&chart.digest, &contents)?;
    let pulled = Pulled {
        place: key.clone(),
        name: chart.metadata.name.clone(),
        version: chart.metadata.version.clone(),
        digest: chart.digest.clone(),
        manifest,
        is_packaged: given.is_some(),
    };
    let was_here = store.found_at(&key).as_ref() == Some(&pulled);
    store.note(&key, &pulled)?;
    Ok(Row { place: place.clone(), bytes: chart.archive.len(), pulled, was_here, lacks: contents.missing })
}

fn print(rows: &[Row]) {
    let row = |row: &Row| {
        let came = if row.was_here { "here already" } else { "fetched" };
        let kib = format!("{} KiB", row.bytes.div_ceil(1024));
        let digest = row.pulled.digest.get(..12).unwrap_or_default().to_owned();
        let Pulled { name, version, .. } = &row.pulled;
        vec![name.clone(), version.clone(), came.to_owned(), kib, digest, row.place.to_string()]
    };
    let rows: Vec<Vec<String>> = rows.iter().map(row).collect();
    report::line(table(&["CHART", "VERSION", "", "SIZE", "SHA-256", "FROM"], &rows));
}

fn as_json(rows: &[Row], findings: &[&Diagnostic]) -> Value {
    let row = |row: &Row| {
        json!({
            "chart": row.pulled.name,
            "version": row.pulled.version,
            "from": row.pulled.place,
            "digest": format!("sha256:{}", row.pulled.digest),
            "manifest": row.pulled.manifest,
            "bytes": row.bytes,
            "wasHere": row.was_here,
            "lacks": row.lacks,
        })
    };
    json!({"version": 1, "charts": rows.iter().map(row).collect::<Vec<_>>(), "findings": findings})
}
