//! Every case below `conformance/` gives what kustomize 5.8.1 gave (recorded by `examples/record.rs`), and the scoreboard
//! says so; the folders of `flux2/` too.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read their cases")]

use std::collections::BTreeMap;
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

/// One number for a text, so that what was recorded is small.
fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{} bytes {hash:016x}", text.len())
}

/// `tests/flux2.txt` holds length and FNV-1a hash of what kustomize 5.8.1 makes of a folder, and the same of its input: a
/// folder that has changed since is skipped, and recorded anew by running with `RECORDED=DIR` of real outputs.
#[test]
fn the_folders_of_this_repository_are_as_recorded() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../../../flux2");
    let Ok(recorded) = fs::read_to_string(here.join("tests/flux2.txt")) else { return };
    let recorded: BTreeMap<&str, &str> = recorded.lines().filter_map(|l| l.split_once(": ")).collect();
    let tree = tree(&root, "flux2");
    for (folder, expected) in recorded {
        let Ok(path) = RepoPath::new(folder) else { continue };
        let input = inputs(&tree, &path);
        let (recorded_input, expected) = expected.split_once(" -> ").unwrap();
        if recorded_input != input {
            continue;
        }
        let text = build(&tree, &path, &Options::default()).and_then(|b| b.to_yaml()).unwrap();
        assert_eq!(fingerprint(&text), expected, "{folder}");
    }
}

fn inputs(tree: &MemTree, folder: &RepoPath) -> String {
    use yamltree::tree::{Tree, files_below};
    let files = files_below(tree, folder).into_iter().map(|f| tree.read(&f).unwrap());
    fingerprint(&files.collect::<String>())
}

/// Writes `tests/flux2.txt` from real outputs: `REAL=DIR cargo test -p kustomize-rs record_flux2 -- --ignored`, where DIR
/// has one file a folder, its name the folder with `/` as `+`.
#[test]
#[ignore = "records"]
fn record_flux2() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tree = tree(&here.join("../../../flux2"), "flux2");
    let mut lines = Vec::new();
    for entry in fs::read_dir(std::env::var("REAL").unwrap()).unwrap() {
        let path = entry.unwrap().path();
        let folder = path.file_name().unwrap().to_str().unwrap().replace('+', "/");
        let real = fingerprint(&fs::read_to_string(&path).unwrap());
        lines.push(format!("{folder}: {} -> {real}\n", inputs(&tree, &RepoPath::new(&folder).unwrap())));
    }
    lines.sort();
    fs::write(here.join("tests/flux2.txt"), lines.concat()).unwrap();
}
