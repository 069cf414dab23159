//! Many texts through both programs, and what came of it.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use super::oracle::{Oracle, question};
use super::shrink::shrink;
use super::verdict::{Difference, compare, ours, reason};
use super::{Case, case};
use crate::tally::{Tally, Until};

/// How many texts are on their way to the original while we look at the one before, and how many bytes: less than a pipe holds.
const AHEAD: usize = 64;
const PIPE: usize = 32 * 1024;

/// How often the same difference is made smaller.
const TWICE: usize = 2;

/// Goes through the texts that are made of `first`, `first + 1`, … to the end; small cases of differences go to `folder`.
pub fn run(first: u64, until: Until, folder: &Path) -> Tally<Difference> {
    let mut oracle = Oracle::start();
    let mut tally = Tally::default();
    let mut waiting: VecDeque<(u64, Case, usize)> = VecDeque::new();
    let mut bytes = 0;
    let begun = Instant::now();
    let mut seed = first;
    loop {
        while waiting.len() < AHEAD && bytes < PIPE && until.goes_on(seed - first, begun) {
            let made = case(seed);
            let size = oracle.ask(&made);
            bytes += size;
            waiting.push_back((seed, made, size));
            seed += 1;
        }
        let Some((seed, made, size)) = waiting.pop_front() else { return tally };
        bytes -= size;
        let theirs = oracle.answer();
        tally.count(&made.hits, theirs.as_ref().err().map(|error| reason(error).to_owned()));
        if let Some(difference) = compare(&made, &theirs) {
            tally.differs(&difference, TWICE, || reduce(seed, &made, &difference, folder));
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
