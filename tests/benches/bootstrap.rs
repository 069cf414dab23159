//! How long the sandbox takes from an empty data folder until every component is ready, how much memory all its
//! processes hold together at most, and where the time goes.
//!
//! `cargo bench --profile dev --package tests --bench bootstrap` (people run the tool unoptimised too) measures with stand-in charts; `OAS_CHARTS=FOLDER` measures with the
//! charts in a folder. Three runs by default, `OAS_RUNS=N` for others. The tools are built before anything is timed.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Instant;

use tests::checkout::Checkout;

/// The goals of the first slice with real charts: 60 s and 1.5 GiB in one and the same run.
const GOAL_SECONDS: f64 = 60.0;
const GOAL_MIB: u64 = 1536;

fn main() {
    let charts = std::env::var("OAS_CHARTS").unwrap_or_else(|_| "stand-in".into());
    let runs: usize = std::env::var("OAS_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(3);
    let checkout = Checkout::new().with_tools();
    println!("charts: {charts}; {runs} runs from an empty data folder; load before: {}", load());
    let mut all = Vec::new();
    for run in 1..=runs {
        let measured = measure(&checkout, &charts);
        println!("run {run}: {:.1} s, {} MiB at most", measured.seconds, measured.mebibytes);
        all.push(measured);
    }
    all.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let median = &all[all.len() / 2];
    let within = all.iter().all(|run| run.seconds < GOAL_SECONDS && run.mebibytes < GOAL_MIB);
    println!("median {:.1} s; every run under {GOAL_SECONDS} s and {GOAL_MIB} MiB: {within}", median.seconds);
    println!("seconds from the start in the median run:");
    let mut marks: Vec<(&String, &f64)> = median.marks.iter().collect();
    marks.sort_by(|one, other| one.1.total_cmp(other.1));
    marks.into_iter().for_each(|(mark, seconds)| println!("  {seconds:6.1}  {mark}"));
}

struct Measured {
    seconds: f64,
    mebibytes: u64,
    /// What was done when.
    marks: BTreeMap<String, f64>,
}

fn measure(checkout: &Checkout, charts: &str) -> Measured {
    checkout.xtask(&["sandbox", "down", "--purge"]);
    let begun = Instant::now();
    let mut child = checkout
        .command(&["bootstrap", "--charts", charts])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut marks = BTreeMap::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok) {
        if line.starts_with("✓ start") || line.starts_with("✓ check") || line.starts_with("  ready: ") {
            marks.insert(line.trim().to_owned(), begun.elapsed().as_secs_f64());
        }
    }
    assert!(child.wait().unwrap().success(), "the bootstrap failed");
    let seconds = begun.elapsed().as_secs_f64();
    let status = checkout.xtask(&["sandbox", "status", "--output", "json"]).expect(0).json();
    let mebibytes = status["peakKiB"].as_u64().unwrap() / 1024;
    checkout.xtask(&["sandbox", "down", "--purge"]);
    Measured { seconds, mebibytes, marks }
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}
