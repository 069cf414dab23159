//! Effective values against the code of helm-controller, on layers made by chance: always the same ones here, so that the gate
//! says the same of the same commit. `cargo run --release -p tests --example values` looks for new ones.

use std::io::Write as _;
use std::path::Path;

use tests::tally::Until;
use tests::values::run::run;

#[test]
fn layers_give_the_values_of_the_real_helm_controller() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("values");
    let report = run(1, Until::Cases(5_000), &folder);
    // Not `println!`, which only a failure would show: how often each feature was hit belongs into every run's log.
    std::io::stderr().write_all(report.to_string().as_bytes()).unwrap();
    assert_eq!(report.cases, 5_000);
    assert!(report.differences.is_empty(), "{:#?}", report.differences);
}
