//! What the fuzz targets of `xtask/fuzz` found once, held against the same functions.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, missing_docs, reason = "tests read their inputs")]

use std::path::{Path, PathBuf};

#[path = "../../../fuzz/src/lib.rs"]
mod targets;

/// Every kept input of a target.
fn inputs(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/regressions").join(target);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_kept_input_passes_its_target() {
    for (name, target) in targets::TARGETS {
        let files = inputs(name);
        assert!(!files.is_empty(), "{name} has no input");
        for file in files {
            println!("{}", file.display());
            target(&std::fs::read(file).unwrap());
        }
    }
}

#[test]
fn every_target_takes_bytes_without_a_meaning() {
    let bytes: Vec<u8> = (0..=255).cycle().take(2000).map(|n: u32| (n * 167 % 251) as u8).collect();
    for (_, target) in targets::TARGETS {
        for from in (0..1900).step_by(50) {
            target(&bytes[from..]);
        }
    }
}
