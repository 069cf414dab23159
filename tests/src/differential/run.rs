//! Many trees through both programs, and what came of it.

use std::path::Path;
use std::time::Instant;

use super::Case;
use super::oracle::Oracle;
use super::shrink::shrink;
use super::verdict::{Difference, compare, outline};
use crate::tally::{Tally, Until};

/// How many trees are on their way to the original while we build the one before.
const AHEAD: u64 = 8;

/// How often the same difference is made smaller.
const TWICE: usize = 2;

/// What a run found.
#[derive(Default)]
pub struct Report {
    /// The counts.
    pub tally: Tally<Difference>,
    /// The seeds of the trees that differ.
    pub seeds: Vec<u64>,
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
        while until.goes_on(seed - first, begun) && (waiting.len() as u64) < AHEAD {
            let made = make(seed);
            oracle.ask(&made);
            waiting.push_back((seed, made));
            seed += 1;
        }
        let Some((seed, made)) = waiting.pop_front() else { return report };
        let theirs = oracle.answer();
        report.tally.count(&made.hits, theirs.as_ref().err().map(|error| outline(error)));
        if let Some(difference) = compare(&made, &theirs) {
            report.seeds.push(seed);
            let most = if difference == Difference::Bytes { 40 } else { TWICE };
            report.tally.differs(&difference, most, || {
                let smaller = shrink(&made, 3000, |smaller| {
                    small.ask(smaller);
                    compare(smaller, &small.answer()).as_ref() == Some(&difference)
                });
                small.ask(&smaller);
                let place = folder.join(format!("seed-{seed}"));
                write(&place, &smaller, &small.answer(), &difference);
                place
            });
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
