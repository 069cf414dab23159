//! Many cases through both programs, and what came of it.

use std::path::Path;
use std::time::Instant;

use super::oracle::Oracle;
use super::shrink::shrink;
use super::verdict::{Difference, compare, notation, ours};
use super::{Case, case};
use crate::differential::verdict::outline;
use crate::tally::{Tally, Until};

/// How many cases of the same difference are made smaller and written.
const MOST: usize = 5;

/// Goes through the cases that are made of `first`, `first + 1`, … to the end; small cases of differences go to `folder`.
pub fn run(first: u64, until: Until, folder: &Path) -> Tally<Difference> {
    let mut oracle = Oracle::start();
    let mut tally = Tally::default();
    let begun = Instant::now();
    for seed in (first..).take_while(|seed| until.goes_on(seed - first, begun)) {
        let made = case(seed);
        let theirs = oracle.ask(&made);
        tally.count(&made.hits, theirs.as_ref().err().map(|error| outline(error)));
        let Some(difference) = compare(&made, &theirs, &mut oracle) else { continue };
        tally.differs(&difference, MOST, || {
            let small = shrink(&made, 3000, |smaller| {
                let theirs = oracle.ask(smaller);
                compare(smaller, &theirs, &mut oracle).as_ref() == Some(&difference)
            });
            let place = folder.join(format!("seed-{seed}.txt"));
            write(&place, &small, &oracle.ask(&small));
            place
        });
    }
    tally
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
