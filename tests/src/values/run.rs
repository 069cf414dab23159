//! Many cases through both programs, and what came of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::oracle::Oracle;
use super::shrink::shrink;
use super::verdict::{Difference, compare, notation, ours};
use super::{Case, case};
use crate::differential::run::Until;
use crate::differential::verdict::outline;

/// How many cases of the same difference are made smaller and written.
const MOST: usize = 5;

/// What a run found.
#[derive(Default)]
pub struct Report {
    /// How many cases both programs were asked for.
    pub cases: u64,
    refused: u64,
    /// How often each feature was in a case with values, and in one without.
    features: BTreeMap<&'static str, (u64, u64)>,
    /// Why the original refused, and how often.
    reasons: BTreeMap<String, u64>,
    /// How often each difference was seen, and where its small cases are.
    pub differences: BTreeMap<Difference, (usize, Vec<PathBuf>)>,
}

/// Goes through the cases that are made of `first`, `first + 1`, … to the end; small cases of differences go to `folder`.
pub fn run(first: u64, until: Until, folder: &Path) -> Report {
    let mut oracle = Oracle::start();
    let mut report = Report::default();
    let begun = Instant::now();
    for seed in first.. {
        let is_over = match until {
            Until::Trees(count) => seed - first >= count,
            Until::Time(time) => begun.elapsed() >= time,
        };
        if is_over {
            break;
        }
        let made = case(seed);
        let theirs = oracle.ask(&made);
        report.count(&made, &theirs);
        let Some(difference) = compare(&made, &theirs, &mut oracle) else { continue };
        let found = report.differences.entry(difference.clone()).or_default();
        found.0 += 1;
        if found.1.len() < MOST {
            let small = shrink(&made, 3000, |smaller| {
                let theirs = oracle.ask(smaller);
                compare(smaller, &theirs, &mut oracle).as_ref() == Some(&difference)
            });
            let place = folder.join(format!("seed-{seed}.txt"));
            write(&place, &small, &oracle.ask(&small));
            found.1.push(place);
        }
    }
    report
}

fn write(place: &Path, case: &Case, theirs: &Result<String, String>) {
    let mut out = String::new();
    for reference in &case.references {
        out.push_str(&format!("{reference:?}\n"));
    }
    for (name, data) in &case.objects {
        for (key, bytes) in data {
            let text = String::from_utf8_lossy(bytes);
            out.push_str(&format!("{name} {key}: {text:?}\n{text}\n"));
        }
    }
    let inline = case.inline.as_ref().map(ToString::to_string);
    let ours = ours(case).map(|ours| ours.map(|e| notation(&e.values)).map_err(|e| e.to_string()));
    out.push_str(&format!("inline {inline:?}\n\ntheirs {theirs:?}\nours   {ours:?}\n"));
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(place, out).unwrap();
}

impl Report {
    fn count(&mut self, case: &Case, theirs: &Result<String, String>) {
        self.cases += 1;
        if let Err(error) = theirs {
            self.refused += 1;
            *self.reasons.entry(outline(error)).or_default() += 1;
        }
        for hit in &case.hits {
            let (with, without) = self.features.entry(hit).or_default();
            *(if theirs.is_ok() { with } else { without }) += 1;
        }
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "feature: in cases with values / that helm-controller refused")?;
        for (name, (with, without)) in &self.features {
            writeln!(f, "  {name}: {with} / {without}")?;
        }
        for (reason, count) in &self.reasons {
            writeln!(f, "  refused {count} times: {reason}")?;
        }
        let percent = self.refused * 100 / self.cases.max(1);
        writeln!(f, "{} cases, {percent} % refused by helm-controller", self.cases)?;
        for (difference, (count, places)) in &self.differences {
            writeln!(f, "{count} times {difference:?}")?;
            for place in places {
                writeln!(f, "  {}", place.display())?;
            }
        }
        Ok(())
    }
}
