//! kustomize-rs against the real kustomize on trees made by chance: always the same ones here, so that the gate says the same of
//! the same commit. `cargo run --release -p tests --example differential` looks for new ones.

use std::io::Write as _;
use std::path::Path;

use tests::differential::run::{Until, run};
use tests::differential::{Case, case, inside};

fn none_differs(make: fn(u64) -> Case, trees: u64) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("differential");
    let report = run(make, 1, Until::Trees(trees), &folder);
    // Not `println!`, which only a failure would show: how often each feature was hit belongs into every run's log.
    std::io::stderr().write_all(report.to_string().as_bytes()).unwrap();
    assert_eq!(report.trees, trees);
    assert!(report.differences.is_empty(), "{:#?}", report.differences);
}

#[test]
fn trees_of_all_features_give_the_bytes_of_the_real_kustomize() {
    none_differs(case, 600);
}

#[test]
fn texts_inside_texts_give_the_bytes_of_the_real_kustomize() {
    none_differs(inside::case, 3_000);
}
