//! kustomize-rs against the real kustomize, which the sandbox's tools hold: no recording can be out of date here.

use std::path::{Path, PathBuf};
use std::process::Command;

use kustomize_rs::{LoadRestrictor, Options, build};
use tests::binary;
use tests::repository;
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
    let root = repository::root().join("xtask/crates/kustomize-rs/tests/conformance");
    let mut different = Vec::new();
    let mut cases = 0;
    for entry in std::fs::read_dir(&root).unwrap() {
        let case = entry.unwrap().path();
        if !case.join("input").is_dir() {
            continue;
        }
        cases += 1;
        let folder = if case.join("input/overlay").is_dir() { "overlay" } else { "." };
        let recorded = std::fs::read_to_string(case.join("expected.yaml")).ok();
        if real(&case.join("input"), folder, &[]) != recorded {
            different.push(case.display().to_string());
        }
    }
    assert!(cases > 15, "{cases}");
    assert_eq!(different, [""; 0]);
}
