//! Many texts through both programs, and what came of it.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use super::oracle::{Oracle, question};
use super::shrink::shrink;
use super::verdict::{Difference, compare, ours, reason};
use super::{Case, case};
use crate::differential::run::Until;

/// How many texts are on their way to the original while we look at the one before, and how many bytes: less than a pipe holds.
const AHEAD: usize = 64;
const PIPE: usize = 32 * 1024;

/// How often the same difference is made smaller.
const TWICE: usize = 2;

/// What a run found.
#[derive(Default)]
pub struct Report {
    /// How many texts both were asked for.
    pub texts: u64,
    /// How often each feature was in a text that the original took, and in one that it refused.
    features: BTreeMap<&'static str, (u64, u64)>,
    /// Why the original refused, and how often.
    reasons: BTreeMap<String, u64>,
    /// How often each difference was seen, and where its small cases are.
    pub differences: BTreeMap<Difference, (usize, Vec<PathBuf>)>,
}

/// Goes through the texts that are made of `first`, `first + 1`, … to the end; small cases of differences go to `folder`.
pub fn run(first: u64, until: Until, folder: &Path) -> Report {
    let mut oracle = Oracle::start();
    let mut report = Report::default();
    let mut waiting: VecDeque<(u64, Case, usize)> = VecDeque::new();
    let mut bytes = 0;
    let begun = Instant::now();
    let mut seed = first;
    loop {
        let goes_on = |seed: u64| match until {
            Until::Trees(count) => seed - first < count,
            Until::Time(time) => begun.elapsed() < time,
        };
        while waiting.len() < AHEAD && bytes < PIPE && goes_on(seed) {
            let made = case(seed);
            let size = oracle.ask(&made);
            bytes += size;
            waiting.push_back((seed, made, size));
            seed += 1;
        }
        let Some((seed, made, size)) = waiting.pop_front() else { return report };
        bytes -= size;
        let theirs = oracle.answer();
        report.count(&made, &theirs);
        if let Some(difference) = compare(&made, &theirs) {
            let found = report.differences.entry(difference.clone()).or_default();
            found.0 += 1;
            if found.1.len() < TWICE {
                found.1.push(reduce(seed, &made, &difference, folder));
            }
        }
    }
}

/// Makes a case smaller and writes it: the question, and both answers.
fn reduce(seed: u64, made: &Case, difference: &Difference, folder: &Path) -> PathBuf {
    let mut oracle = Oracle::start();
    let mut asks = |case: &Case| {
        oracle.ask(case);
        oracle.answer()
    };
    let small = shrink(made, 5000, |smaller| compare(smaller, &asks(smaller)).as_ref() == Some(difference));
    let theirs = asks(&small);
    let ours = std::panic::catch_unwind(|| ours(&small).map_err(|error| error.to_string()));
    let shown = |answer: Result<Vec<u8>, String>| -> Value {
        answer
            .map_or_else(|error| json!({"error": error}), |out| json!({"out": String::from_utf8_lossy(&out)}))
    };
    let place = folder.join(format!("seed-{seed}.json"));
    let written = json!({
        "difference": format!("{difference:?}"),
        "question": question(&small),
        "theirs": shown(theirs),
        "ours": shown(ours.unwrap_or_else(|_| Err("panic".to_owned()))),
    });
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(&place, format!("{written:#}\n")).unwrap();
    place
}

impl Report {
    fn count(&mut self, case: &Case, theirs: &Result<Vec<u8>, String>) {
        self.texts += 1;
        if let Err(error) = theirs {
            *self.reasons.entry(reason(error).to_owned()).or_default() += 1;
        }
        for hit in &case.hits {
            let (taken, refused) = self.features.entry(hit).or_default();
            *(if theirs.is_ok() { taken } else { refused }) += 1;
        }
    }

    /// Features that no text had that the original took.
    pub fn untaken(&self) -> Vec<&'static str> {
        self.features.iter().filter(|(_, (taken, _))| *taken == 0).map(|(name, _)| *name).collect()
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "feature: in texts that the original took / refused")?;
        for (name, (taken, refused)) in &self.features {
            writeln!(f, "  {name}: {taken} / {refused}")?;
        }
        for (reason, count) in &self.reasons {
            writeln!(f, "  refused {count} times: {reason}")?;
        }
        let refused: u64 = self.reasons.values().sum();
        writeln!(f, "{} texts, {} % refused by the original", self.texts, refused * 100 / self.texts.max(1))?;
        for (difference, (count, places)) in &self.differences {
            writeln!(f, "{count} times {difference:?}")?;
            for place in places {
                writeln!(f, "  {}", place.display())?;
            }
        }
        Ok(())
    }
}
