//! What the fuzz target `envsubst` of `xtask/fuzz` found once, held against the same function.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, missing_docs, reason = "tests read their inputs")]

use std::path::Path;

#[path = "../../../fuzz/src/envsubst.rs"]
mod target;

#[test]
fn every_kept_input_passes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/regressions/envsubst");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    for file in files {
        println!("{}", file.display());
        target::envsubst(&std::fs::read(file).unwrap());
    }
}
