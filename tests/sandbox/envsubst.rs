//! `flux::envsubst` against Flux's own module on texts made by chance: always the same ones here. `cargo run --release -p tests
//! --example envsubst` looks for new ones.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use tests::envsubst::oracle::PROGRAM;
use tests::envsubst::run::run;
use tests::repository;
use tests::tally::Until;

#[test]
fn texts_by_chance_give_the_bytes_of_the_real_envsubst() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("envsubst");
    let report = run(1, Until::Cases(20_000), &folder);
    // Not `println!`, which only a failure would show: how often each feature was hit belongs into every run's log.
    std::io::stderr().write_all(report.to_string().as_bytes()).unwrap();
    assert_eq!(report.cases, 20_000);
    assert!(report.differences.is_empty(), "{:#?}", report.differences);
    assert_eq!(report.untaken(), [""; 0], "a feature that nothing shows");
}

#[test]
fn letters_and_case_are_those_of_the_real_go() {
    let told = Command::new(PROGRAM.path()).arg("tables").output().unwrap();
    let path = repository::root().join("xtask/crates/flux/src/envsubst/tables.rs");
    let written = std::fs::read(path).unwrap();
    assert!(told.stdout == written, "`envsubst-oracle tables` says something else");
}
