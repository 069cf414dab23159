//! Every case below `conformance/` gives what kustomize 5.8.1 gave (recorded by `examples/record.rs`), and the scoreboard
//! says so. That the recordings are what the real kustomize says, and the folders of this repository, is held against the real
//! binary by the sandbox tier (`tests/sandbox/rendering.rs`).
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read their cases")]

use std::fs;
use std::path::{Path, PathBuf};

use kustomize_rs::{Options, build};
use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

/// All files below a folder of the disk, as a tree in which the folder is called `prefix`.
fn tree(root: &Path, prefix: &str) -> MemTree {
    let mut tree = MemTree::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                tree.insert(RepoPath::new(&format!("{prefix}/{name}")).unwrap(), text);
            }
        }
    }
    tree
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let mut cases: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).collect();
    cases.retain(|c| c.join("input").is_dir());
    cases.sort();
    cases
}

/// What is wrong with our answer; `None` if it is the recorded one.
fn difference(case: &Path) -> Option<String> {
    let tree = tree(&case.join("input"), "input");
    let folder = if case.join("input/overlay").is_dir() { "input/overlay" } else { "input" };
    let built = build(&tree, &RepoPath::new(folder).unwrap(), &Options::default());
    let text = built.and_then(|b| b.to_yaml());
    match (fs::read_to_string(case.join("expected.yaml")), text) {
        (Ok(expected), Ok(text)) if expected == text => None,
        (Ok(_), Ok(text)) => Some(format!("differs:\n{text}")),
        (Ok(_), Err(error)) => Some(format!("refused: {error}")),
        (Err(_), Ok(text)) => Some(format!("kustomize refuses it, we give:\n{text}")),
        // A refusal names a file and a line.
        (Err(_), Err(error))
            if error.0.place.line.is_none() && !error.0.code.ends_with("no-kustomization") =>
        {
            Some(format!("refused without a place: {error}"))
        }
        (Err(_), Err(_)) => None,
    }
}

#[test]
fn every_case_is_as_recorded_and_on_the_scoreboard() {
    let mut board = String::from("# case: pass or fail against kustomize v5.8.1\n");
    let mut problems = Vec::new();
    for case in cases() {
        let name = case.file_name().unwrap().to_str().unwrap();
        let problem = difference(&case);
        board.push_str(&format!("{name}: {}\n", if problem.is_none() { "pass" } else { "fail" }));
        problems.extend(problem.map(|p| format!("{name}: {p}")));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/scoreboard.txt");
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(committed, board, "{}", problems.join("\n"));
    assert_eq!(problems, [""; 0]);
}

#[test]
fn refusals_say_where_and_what_to_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/refuses-unknown-field/input");
    let error = build(&tree(&root, "app"), &RepoPath::new("app").unwrap(), &Options::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "app/kustomization.yaml:1:1: error[kustomize/unknown-field]: unknown field `resorces` in the kustomization \
         file\n  help: did you mean `resources`?"
    );
}
