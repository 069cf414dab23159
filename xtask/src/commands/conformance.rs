//! `conformance`: kustomize-rs held against the real kustomize, case by case.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use conformance::case::{self, Case, Expected, RECORDER};
use conformance::coverage::{self, Coverage};
use conformance::suite::{self, Verdict};
use serde_json::json;

use crate::context::{Context, Output};
use crate::edge::kustomize::Kustomize;
use crate::edge::tree::DiskTree;
use crate::exit::{Exit, Failure, Outcome};
use crate::report;
use crate::sandbox::tools;

/// Where the cases are.
pub const CASES: &str = "xtask/crates/kustomize-rs/tests/conformance";

/// Flags of `conformance`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask conformance check                       every case, and what the cases cover
  cargo xtask conformance check patches vars/basic    a folder of cases, and one case
  cargo xtask conformance record patches/json-lists   ask the real kustomize and write down what it says")]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Build the cases with kustomize-rs; exit code 1 when one differs or an entry of the checklist has no case
    Check {
        /// Only these cases, or those below these folders
        #[arg(value_name = "CASE")]
        cases: Vec<String>,
    },
    /// Write down what the real kustomize says, built from the sandbox's pins
    Record {
        /// Only these cases, or those below these folders
        #[arg(value_name = "CASE")]
        cases: Vec<String>,
        /// A kustomize of the same version in place of the sandbox's
        #[arg(long, value_name = "PROGRAM")]
        kustomize: Option<PathBuf>,
    },
}

/// Runs `conformance`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    let folder = context.root.join(CASES);
    let tree = DiskTree::new(&folder);
    let all = case::all(&tree).map_err(Failure::Usage)?;
    match &arguments.verb {
        Verb::Check { cases } => {
            let chosen = case::chosen(all.clone(), cases).map_err(Failure::Usage)?;
            let verdicts = suite::verdicts(&tree, &chosen, &kustomize_rs::cli::options);
            let mut problems = suite::problems(&verdicts);
            // A part of the cases covers a part of the lists.
            let coverage = cases.is_empty().then(|| coverage::coverage(&tree, &all));
            problems.extend(coverage.iter().flat_map(Coverage::problems));
            check(&verdicts, coverage.as_ref(), &problems, context);
            Ok(if problems.is_empty() { Exit::Yes } else { Exit::No })
        }
        Verb::Record { cases, kustomize } => {
            let chosen = case::chosen(all, cases).map_err(Failure::Usage)?;
            let program = match kustomize {
                Some(program) => program.clone(),
                None => tools::ensure(&context.layout, tools::Group::ControlPlane, &context.terminal)?
                    .join("kustomize"),
            };
            let kustomize = Kustomize::new(program)?;
            let mut changed = Vec::new();
            for case in chosen {
                let name = case.name.clone();
                if record(&kustomize, &folder.join(&name), case).with_context(|| format!("record {name}"))? {
                    changed.push(name);
                }
            }
            match context.output {
                Output::Json => {
                    report::json(&json!({"version": 1, "recorder": RECORDER, "changed": changed}))
                }
                Output::Human => {
                    changed.iter().for_each(report::line);
                    context.terminal.say(format!("{} cases changed.", changed.len()));
                }
            }
            Ok(Exit::Yes)
        }
    }
}

fn check(verdicts: &[Verdict], coverage: Option<&Coverage>, problems: &[String], context: &Context) {
    let counts = coverage.map(Coverage::counts).unwrap_or_default();
    if context.output == Output::Json {
        let cases: Vec<_> = verdicts
            .iter()
            .map(|v| json!({"name": v.name, "result": v.word(), "problem": v.problem}))
            .collect();
        let coverage: Vec<_> = counts
            .iter()
            .map(|(sort, all, shown)| json!({"sort": sort, "entries": all, "shown": shown}))
            .collect();
        report::json(&json!({"version": 1, "cases": cases, "coverage": coverage, "problems": problems}));
        return;
    }
    let mut topics: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for verdict in verdicts {
        let topic = verdict.name.split('/').next().unwrap_or_default();
        *topics.entry(topic).or_default().entry(verdict.word()).or_default() += 1;
    }
    let row = |(topic, words): (&&str, &BTreeMap<&str, usize>)| {
        let count = |word: &str| words.get(word).copied().unwrap_or(0);
        let all: usize = words.values().sum();
        [(*topic).to_owned()]
            .into_iter()
            .chain([all, count("pass"), count("fail")].map(|n| n.to_string()))
            .collect()
    };
    let rows: Vec<Vec<String>> = topics.iter().map(row).collect();
    report::line(report::table::table(&["TOPIC", "CASES", "PASS", "FAIL"], &rows));
    if !counts.is_empty() {
        let rows: Vec<Vec<String>> = counts
            .iter()
            .map(|(sort, all, shown)| vec![(*sort).to_owned(), all.to_string(), shown.to_string()])
            .collect();
        report::line("");
        report::line(report::table::table(&["CHECKLIST", "ENTRIES", "WITH A CASE"], &rows));
    }
    problems.iter().for_each(|problem| report::line(format!("\n{problem}")));
}

/// Records one case; says if anything changed.
fn record(kustomize: &Kustomize, folder: &Path, mut case: Case) -> anyhow::Result<bool> {
    if matches!(case.expected, Expected::RefusedByDesign(_)) {
        return Ok(false);
    }
    let answer = kustomize.ask(folder, &case)?;
    RECORDER.clone_into(&mut case.recorder);
    let (built, refused) = match answer.expected {
        Expected::Built(text) => (Some(text), None),
        Expected::Refused(text) => (None, Some(text)),
        Expected::RefusedByDesign(_) | Expected::Nothing => (None, None),
    };
    let files = [
        ("expected.yaml", built),
        ("expected.err", refused),
        ("expected.warn", Some(answer.warnings).filter(|text| !text.is_empty())),
        ("case.yaml", Some(case.to_yaml())),
    ];
    let mut is_changed = false;
    for (name, text) in files {
        let path = folder.join(name);
        let before = fs::read_to_string(&path).ok();
        if before == text {
            continue;
        }
        is_changed = true;
        match text {
            Some(text) => fs::write(&path, text).with_context(|| format!("write {}", path.display()))?,
            None => fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?,
        }
    }
    Ok(is_changed)
}
