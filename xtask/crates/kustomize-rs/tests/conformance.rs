//! Every case below `conformance/` gives what kustomize 5.8.1 gave, and the scoreboard says so. That the recordings are what the
//! real kustomize says, and the folders of this repository, is held against the real binary by the sandbox tier
//! (`tests/sandbox/rendering.rs`).
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read their cases")]

use std::path::{Path, PathBuf};

use conformance::{coverage, suite};
use kustomize_rs::cli::{self, Disk};
use kustomize_rs::{Options, build};
use yamltree::path::RepoPath;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

#[test]
fn every_case_is_as_recorded_and_on_the_scoreboard() {
    let tree = Disk(root());
    let verdicts = suite::verdicts(&tree, &suite::cases(&tree).unwrap(), &cli::options);
    let board = suite::scoreboard(&verdicts);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(root().join("scoreboard.txt"), &board).unwrap();
    }
    let problems = suite::problems(&verdicts);
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
    let committed = suite::text(&tree, "scoreboard.txt");
    assert_eq!(committed, board, "write it with UPDATE=1 cargo test -p kustomize-rs --test conformance");
}

#[test]
fn every_entry_of_the_lists_has_a_case() {
    let tree = Disk(root());
    let problems = coverage::coverage(&tree, &suite::cases(&tree).unwrap()).problems();
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn refusals_say_where_and_what_to_do() {
    let folder = RepoPath::new("refusals/unknown-field/input").unwrap();
    let error = build(&Disk(root()), &folder, &Options::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "refusals/unknown-field/input/kustomization.yaml:1:1: error[kustomize/unknown-field]: unknown field `resorces` \
         in the kustomization file\n  help: did you mean `resources`?"
    );
}
