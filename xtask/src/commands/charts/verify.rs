//! `charts verify`: every release with its real chart in four clusters, and what was seen in `chart.lock`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use fleet::catalogue;
use fleet::lock::Lock;
use fleet::proving::{self, Cluster};
use flux::render::{Rendering, Repository};
use lint::proof::{self, Totals};
use serde_json::{Value, json};
use yamltree::diagnostic::{Diagnostic, has_errors};

use super::dry_run::{self, Server};
use super::locks::{self, Change};
use super::pull;
use super::seen::{Look, Seen};
use crate::bootstrap::target::SANDBOX;
use crate::context::{Context, Output};
use crate::edge::tree::{DiskTree, Trees};
use crate::exit::{Exit, Failure, Outcome};
use crate::releases::Options;
use crate::report::diff::unified;
use crate::report::{self, table::table};
use crate::schemas;

/// Flags of `charts verify`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask charts verify                       fetch what is not here, check, write
  cargo xtask charts verify --charts ../charts    with the charts of a folder
  cargo xtask charts verify --check               write nothing, only compare
  cargo xtask charts verify --output json         for other programs

The clusters: the sandbox; staging certificates with mail and backups; everything on with the files of overrides/; \
a domain of its own with the profile small. Checked are: what the API server would refuse, requests and limits, exact \
images, workloads, Services, hosts, certificates and definitions as component.yaml says, ConfigMaps and Secrets that pods \
need, where logins lead back to, mail, generated passwords, and whether all of it fits on the profile's server. The API \
server of the sandbox is asked too while that runs with real charts. A finding is allowed by a comment in its line or the one above it: `# allow CODE: REASON`.

chart.lock holds what was seen: charts with the digest of what they say, digests of values, objects, images, requests. \
It is written when nothing is wrong; `lint` holds the tree against it without a chart.

Exit code 1 for a finding, 3 when no chart could be reached.")]
pub struct Arguments {
    /// A folder of packaged charts or chart folders that is asked in place of the network
    #[arg(long, value_name = "FOLDER")]
    charts: Option<PathBuf>,
    /// Write no chart.lock; exit code 1 when one is not what would be written
    #[arg(long)]
    check: bool,
}

/// A finding, and the clusters that have it.
type Findings = BTreeMap<Diagnostic, BTreeSet<&'static str>>;

/// Runs `charts verify`.
pub(super) fn run(arguments: &Arguments, context: &Context) -> Outcome {
    let tree = DiskTree::artifact(&context.root);
    let (catalogue, faults) = catalogue::read(&tree);
    if has_errors(&faults) {
        return Err(Failure::Faulty(faults));
    }
    let clusters = proving::clusters(&tree, &catalogue).map_err(Failure::Faulty)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let repository = Arc::new(Repository::new(&tree));
    let rendered = |cluster: &Cluster| proof::rendering(&repository, &catalogue, cluster, threads);
    let renderings: Vec<Rendering> =
        clusters.iter().map(rendered).collect::<Result<_, _>>().map_err(Failure::Faulty)?;
    drop(repository);
    if arguments.charts.is_none() {
        let problems = pull::fetch(&renderings, None, false, context)?.problems;
        if !problems.is_empty() {
            return Err(Failure::Faulty(problems));
        }
    }
    let known = proof::known(&tree, clusters.iter().zip(renderings.iter().map(proof::in_cluster)));
    let kubernetes = schemas::version(None, context)?;
    let trees = Trees { repository: Box::new(tree), others: BTreeMap::new() };
    let options = Options { folder: arguments.charts.clone(), ..Options::default() };
    let look =
        Look { trees: &trees, catalogue: &catalogue, options, kubernetes: kubernetes.clone(), context };
    let work = context.terminal.counted_work("verifying releases", clusters.len() as u64);
    let mut seen = Vec::new();
    for (cluster, rendering) in clusters.iter().zip(&renderings) {
        work.detail(cluster.title);
        seen.push(look.at(cluster, rendering)?);
        work.advance();
    }
    work.done(&format!("{} clusters", seen.len()));
    let mut findings = gathered(&seen);
    let names: BTreeSet<&str> = clusters.iter().map(|cluster| cluster.name).collect();
    findings.extend(proof::unseen(&catalogue, &known).into_iter().map(|found| (found, names.clone())));
    let of_sandbox: Vec<_> = seen.iter().flat_map(|seen| &seen.of_sandbox).collect();
    let server = dry_run::ask(&of_sandbox, context)?;
    findings.extend(server.refused.iter().map(|found| (found.clone(), BTreeSet::from([SANDBOX]))));
    let is_proved = !findings.keys().any(Diagnostic::is_error);
    let locks = locks::locks(&seen, &known, &kubernetes, context)?;
    let changes = if is_proved { locks::changes(&locks, &catalogue, context)? } else { Vec::new() };
    context.terminal.say(server.said());
    let is_written = is_proved && !arguments.check;
    match context.output {
        Output::Json => {
            report::json(&as_json(&seen, &locks, &findings, &changes, (&kubernetes, is_written), &server))
        }
        Output::Human => print(&seen, &locks, &findings, &changes),
    }
    if is_written {
        locks::write(&changes, context)?;
    }
    let differ = changes.iter().filter(|change| change.before != change.after).count();
    context.terminal.say(match (is_proved, arguments.check) {
        (false, _) => format!("{} findings; no chart.lock is written", findings.len()),
        (true, true) => format!("verified; {differ} of {} chart.lock would be different", changes.len()),
        (true, false) => format!("verified; {differ} of {} chart.lock written", changes.len()),
    });
    Ok(if is_proved && (is_written || differ == 0) { Exit::Yes } else { Exit::No })
}

/// Every finding once, with the clusters that have it.
fn gathered(seen: &[Seen<'_>]) -> Findings {
    let mut all = Findings::new();
    for seen in seen {
        for found in &seen.findings {
            all.entry(found.clone()).or_default().insert(seen.cluster.name);
        }
    }
    all
}

fn print(seen: &[Seen<'_>], locks: &BTreeMap<String, Lock>, findings: &Findings, changes: &[Change]) {
    let mut rows = Vec::new();
    for lock in locks.values() {
        for (name, release) in &lock.releases {
            let each = |of: &dyn Fn(&fleet::lock::InCluster) -> String| {
                // The same everywhere is said once.
                let mut all: Vec<String> = release.clusters.values().map(of).collect();
                all.dedup();
                all.join("/")
            };
            let origin = format!("{:?}", release.origin).to_lowercase();
            rows.push(vec![
                name.clone(),
                format!("{} {}", release.chart, release.version),
                origin,
                each(&|seen| seen.objects.to_string()),
                release.images.len().to_string(),
                each(&|seen| seen.requests.cpu.clone()),
                each(&|seen| seen.requests.memory.clone()),
                each(&|seen| seen.limits.memory.clone()),
            ]);
        }
    }
    let head = ["RELEASE", "CHART", "ORIGIN", "OBJECTS", "IMAGES", "CPU", "MEMORY", "LIMIT"];
    report::line(table(&head, &rows));
    let row = |seen: &Seen<'_>| {
        let Totals { requests, limits } = seen.totals;
        let profile = seen.cluster.profile();
        vec![
            seen.cluster.name.to_owned(),
            profile.name.to_owned(),
            seen.releases.len().to_string(),
            seen.objects.to_string(),
            seen.images.len().to_string(),
            format!("{} of {}m", requests.cpu_text(), profile.cpu),
            format!("{} of {}Mi", requests.memory_text(), profile.memory >> 20),
            limits.memory_text(),
            seen.findings.len().to_string(),
            seen.cluster.title.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = seen.iter().map(row).collect();
    let head = [
        "CLUSTER",
        "PROFILE",
        "RELEASES",
        "OBJECTS",
        "IMAGES",
        "CPU",
        "MEMORY",
        "LIMIT",
        "FINDINGS",
        "WHAT IT IS",
    ];
    report::line(format!("\n{}", table(&head, &rows)));
    for (found, clusters) in findings {
        let clusters: Vec<&str> = clusters.iter().copied().collect();
        let of = if clusters.len() == seen.len() {
            String::new()
        } else {
            format!(" (cluster {})", clusters.join(", "))
        };
        report::line(Diagnostic { message: format!("{}{of}", found.message), ..found.clone() }.to_string());
    }
    for change in changes.iter().filter(|change| change.before != change.after) {
        match change.state() {
            "changed" => report::line(unified(&change.file, &change.before, &change.after).trim_end()),
            state => report::line(format!("{}: {state}", change.file)),
        }
    }
}

fn as_json(
    seen: &[Seen<'_>],
    locks: &BTreeMap<String, Lock>,
    findings: &Findings,
    changes: &[Change],
    (kubernetes, is_written): (&str, bool),
    server: &Server,
) -> Value {
    let amounts = |of: proof::Amounts| json!({"cpu": of.cpu_text(), "memory": of.memory_text()});
    let cluster = |seen: &Seen<'_>| {
        json!({
            "name": seen.cluster.name,
            "title": seen.cluster.title,
            "profile": seen.cluster.profile().name,
            "releases": seen.releases.iter().map(|release| &release.name).collect::<Vec<_>>(),
            "objects": seen.objects,
            "images": seen.images,
            "requests": amounts(seen.totals.requests),
            "limits": amounts(seen.totals.limits),
        })
    };
    let finding = |(found, clusters): (&Diagnostic, &BTreeSet<&str>)| {
        let mut document = json!(found);
        document["clusters"] = json!(clusters);
        document
    };
    json!({
        "version": 1,
        "kubernetes": kubernetes,
        "helm": seen.iter().map(|seen| seen.helm.as_str()).find(|helm| !helm.is_empty()),
        "clusters": seen.iter().map(cluster).collect::<Vec<_>>(),
        "components": locks.iter().map(|(name, lock)| (name.clone(), json!(lock.releases))).collect::<serde_json::Map<_, _>>(),
        "findings": findings.iter().map(finding).collect::<Vec<_>>(),
        "locks": changes.iter().map(|change| json!({"file": change.file, "state": change.state()})).collect::<Vec<_>>(),
        "apiServer": {"asked": server.asked, "absent": server.absent, "why": server.why},
        "written": is_written,
    })
}
