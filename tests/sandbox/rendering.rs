//! kustomize-rs against the real kustomize, which the sandbox's tools hold: no recording can be out of date here.

use std::path::{Path, PathBuf};
use std::process::Command;

use conformance::case::{self, Expected};
use kustomize_rs::{LoadRestrictor, Options, build};
use tests::binary;
use tests::repository;
use xtask::commands::conformance::CASES;
use xtask::edge::kustomize::Kustomize;
use xtask::edge::tree::DiskTree;
use yamltree::path::RepoPath;

/// What the real kustomize makes of a folder, or that it refuses it.
fn real(root: &Path, folder: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(binary::tools().join("kustomize"))
        .current_dir(root)
        .arg("build")
        .args(arguments)
        .arg(folder)
        .output()
        .unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

#[test]
fn every_folder_of_this_repository_gives_the_bytes_of_the_real_kustomize() {
    let tree = DiskTree::new(repository::root());
    let options = Options { load_restrictor: LoadRestrictor::None, ..Options::default() };
    let files = ["flux2", "install", "clusters/sandbox"].into_iter().flat_map(repository::files_below);
    let folders: Vec<PathBuf> = files
        .map(PathBuf::from)
        .filter(|file| file.file_name().is_some_and(|name| name == "kustomization.yaml"))
        .filter_map(|file| file.parent().map(Path::to_path_buf))
        // What `install/` holds is copied into a cluster's folder, where its `.flux.env` is.
        .filter(|folder| folder != Path::new("install"))
        .collect();
    assert!(folders.len() > 20, "{folders:?}");
    let mut different = Vec::new();
    for folder in &folders {
        let folder = folder.to_str().unwrap();
        let expected = real(&repository::root(), folder, &["--load-restrictor=LoadRestrictionsNone"]);
        let built = build(&tree, &RepoPath::new(folder).unwrap(), &options).and_then(|built| built.to_yaml());
        if expected.as_ref() != built.as_ref().ok() {
            different.push(format!("{folder}: {:?}", built.err()));
        }
    }
    assert_eq!(different, [""; 0]);
}

#[test]
fn every_conformance_case_is_recorded_as_the_real_kustomize_says_it() {
    let root = repository::root().join(CASES);
    let cases = case::all(&DiskTree::new(&root)).unwrap();
    let kustomize = Kustomize::new(binary::tools().join("kustomize")).unwrap();
    let mut different = Vec::new();
    for case in cases.iter().filter(|case| !matches!(case.expected, Expected::RefusedByDesign(_))) {
        let answer = kustomize.ask(&root.join(&case.name), case).unwrap();
        let is_recorded = match (&case.expected, &answer.expected) {
            // Messages and warnings may list what has no order.
            (Expected::Refused(_), Expected::Refused(_)) => true,
            (recorded, answered) => {
                recorded == answered && case.warnings.is_empty() == answer.warnings.is_empty()
            }
        };
        if !is_recorded {
            different.push(case.name.clone());
        }
    }
    assert!(cases.len() > 15, "{}", cases.len());
    assert_eq!(different, [""; 0]);
}
