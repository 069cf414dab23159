//! kustomize-rs against the real kustomize on trees made by chance: always the same ones here, so that the gate says the same of
//! the same commit. `cargo run --release -p tests --example differential` looks for new ones.

use std::io::Write as _;
use std::path::Path;

use tests::differential::run::run;
use tests::differential::{Case, case, inside};
use tests::tally::Until;

/// Trees that differ, each with the reason: each must differ as long as it is here.
const KNOWN: [(u64, &str); 2] = [
    (
        83,
        "a JSON patch removes the kind of an object that a generator then looks for: the original no longer finds it",
    ),
    (237, "an annotation with an empty name and no value in `patchesStrategicMerge`: the original drops it"),
];

fn only_known_differ(make: fn(u64) -> Case, trees: u64, known: &[(u64, &str)]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("differential");
    let report = run(make, 1, Until::Cases(trees), &folder);
    // Not `println!`, which only a failure would show: how often each feature was hit belongs into every run's log.
    std::io::stderr().write_all(report.tally.to_string().as_bytes()).unwrap();
    assert_eq!(report.tally.cases, trees);
    let known: Vec<u64> = known.iter().map(|(seed, _)| *seed).collect();
    assert_eq!(report.seeds, known, "{:#?}", report.tally.differences);
}

#[test]
fn trees_of_all_features_give_the_bytes_of_the_real_kustomize() {
    only_known_differ(case, 300, &KNOWN);
}

#[test]
fn texts_inside_texts_give_the_bytes_of_the_real_kustomize() {
    only_known_differ(inside::case, 2_000, &[]);
}
