//! Many trees through both programs, and what came of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Case;
use super::oracle::Oracle;
use super::shrink::shrink;
use super::verdict::{Difference, compare, outline};

/// How many trees are on their way to the original while we build the one before.
const AHEAD: u64 = 8;

/// How often the same difference is made smaller.
const TWICE: usize = 2;

/// How many reasons of refusals are printed, the most frequent first.
const MOST_REASONS: usize = 40;

/// What a run found.
#[derive(Default)]
pub struct Report {
    /// How many trees both programs were asked for.
    pub trees: u64,
    refused: u64,
    /// How often each feature was in a tree that the original built, and in one that it refused.
    features: BTreeMap<&'static str, (u64, u64)>,
    /// Why the original refused, and how often.
    reasons: BTreeMap<String, u64>,
    /// The seeds of the trees that differ.
    pub seeds: Vec<u64>,
    /// How often each difference was seen, and where its small cases are.
    pub differences: BTreeMap<Difference, (usize, Vec<PathBuf>)>,
}

/// When a run ends.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// After so many trees: the same ones each time.
    Trees(u64),
    /// When the time is over.
    Time(Duration),
}

/// Goes through the trees that are made of `first`, `first + 1`, … to the end; small cases of differences go to `folder`.
pub fn run(make: fn(u64) -> Case, first: u64, until: Until, folder: &Path) -> Report {
    let mut oracle = Oracle::start();
    let mut small = Oracle::start();
    let mut report = Report::default();
    let mut waiting = std::collections::VecDeque::new();
    let begun = Instant::now();
    let mut seed = first;
    loop {
        let goes_on = |seed: u64| match until {
            Until::Trees(count) => seed - first < count,
            Until::Time(time) => begun.elapsed() < time,
        };
        while goes_on(seed) && (waiting.len() as u64) < AHEAD {
            let made = make(seed);
            oracle.ask(&made);
            waiting.push_back((seed, made));
            seed += 1;
        }
        let Some((seed, made)) = waiting.pop_front() else { return report };
        let theirs = oracle.answer();
        report.count(&made, &theirs);
        if let Some(difference) = compare(&made, &theirs) {
            report.seeds.push(seed);
            let found = report.differences.entry(difference.clone()).or_default();
            found.0 += 1;
            if found.1.len() < if difference == Difference::Bytes { 40 } else { TWICE } {
                let smaller = shrink(&made, 3000, |smaller| {
                    small.ask(smaller);
                    compare(smaller, &small.answer()).as_ref() == Some(&difference)
                });
                small.ask(&smaller);
                let place = folder.join(format!("seed-{seed}"));
                write(&place, &smaller, &small.answer(), &difference);
                found.1.push(place);
            }
        }
    }
}

/// Writes a case as the conformance suite has them, with our answer beside the original's.
fn write(place: &Path, case: &Case, theirs: &Result<String, String>, difference: &Difference) {
    std::fs::remove_dir_all(place).ok();
    for (name, text) in &case.files {
        let path = place.join("input").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::fs::create_dir_all(place).unwrap();
    let mut head = format!("recorder: kustomize v5.8.1\ndir: {}\n", case.folder);
    if !case.flags.is_empty() {
        head.push_str(&format!("args: [{}]\n", case.flags.join(", ")));
    }
    std::fs::write(place.join("case.yaml"), head).unwrap();
    match theirs {
        Ok(text) => std::fs::write(place.join("expected.yaml"), text).unwrap(),
        Err(error) => std::fs::write(place.join("expected.err"), format!("Error: {error}\n")).unwrap(),
    }
    let ours = match super::verdict::ours(case) {
        Ok(Ok(text)) => text,
        Ok(Err(error)) => format!("refused: {error}\n"),
        Err(panic) => format!("panic: {panic}\n"),
    };
    std::fs::write(place.join("ours.txt"), format!("{difference:?}\n{ours}")).unwrap();
}

impl Report {
    fn count(&mut self, case: &Case, theirs: &Result<String, String>) {
        self.trees += 1;
        let is_built = theirs.is_ok();
        if let Err(error) = theirs {
            self.refused += 1;
            *self.reasons.entry(outline(error)).or_default() += 1;
        }
        for hit in &case.hits {
            let (built, refused) = self.features.entry(hit).or_default();
            *(if is_built { built } else { refused }) += 1;
        }
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "feature: in trees that kustomize built / refused")?;
        for (name, (built, refused)) in &self.features {
            writeln!(f, "  {name}: {built} / {refused}")?;
        }
        let mut reasons: Vec<(&String, &u64)> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (reason, count) in reasons.iter().take(MOST_REASONS) {
            writeln!(f, "  refused {count} times: {reason}")?;
        }
        let others = reasons.len().saturating_sub(MOST_REASONS);
        writeln!(f, "  and for {others} other reasons")?;
        let percent = self.refused * 100 / self.trees.max(1);
        writeln!(f, "{} trees, {percent} % refused by kustomize", self.trees)?;
        for (difference, (count, places)) in &self.differences {
            writeln!(f, "{count} times {difference:?}")?;
            for place in places {
                writeln!(f, "  {}", place.display())?;
            }
        }
        Ok(())
    }
}
