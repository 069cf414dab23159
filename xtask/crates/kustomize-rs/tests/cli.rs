//! The binary: its flags, where it writes, and what it says on standard error.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests run the binary on files")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A new folder with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn run(dir: &Path, arguments: &[&str]) -> Output {
    let binary = env!("CARGO_BIN_EXE_kustomize-rs");
    Command::new(binary).current_dir(dir).args(arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

const APP: [(&str, &str); 2] = [
    ("kustomization.yaml", "resources: [all.yaml]\nreplicas:\n- name: web\n  count: 3\n"),
    (
        "all.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: Shop}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, \
         namespace: shop}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
    ),
];

#[test]
fn builds_the_present_folder_if_none_is_given() {
    let dir = folder("here", &APP);
    let output = run(&dir, &["build"]);
    assert!(output.status.success() && out(&output).contains("replicas: 3"), "{}", err(&output));
    assert_eq!(out(&run(&dir, &["build", "../here"])), out(&output));
}

#[test]
fn limits_are_flags() {
    let dir = folder("limits", &APP);
    for (flag, message) in [
        ("--limit-depth=1", "values lie more than 1 deep in each other"),
        ("--limit-values=3", "more than 3 values"),
    ] {
        let error = err(&run(&dir, &["build", flag]));
        assert!(error.contains(message), "{error}");
    }
    assert!(run(&dir, &["build", "--limit-depth=1000", "--limit-folders=0"]).status.success());
}

#[test]
fn more_than_one_folder_is_refused() {
    let dir = folder("two", &APP);
    let output = run(&dir, &["build", ".", "."]);
    assert_eq!(
        (output.status.code(), err(&output).as_str()),
        (Some(1), "Error: specify one path to kustomization.yaml\n")
    );
}

#[test]
fn writes_to_a_file() {
    let dir = folder("file", &APP);
    let output = run(&dir, &["build", "-o", "out.yaml"]);
    assert_eq!((out(&output), err(&output)), (String::new(), String::new()));
    assert_eq!(fs::read_to_string(dir.join("out.yaml")).unwrap(), out(&run(&dir, &["build"])));
}

#[test]
fn writes_one_file_an_object_into_a_folder_named_as_kustomize_names_them() {
    let dir = folder("files", &APP);
    fs::create_dir(dir.join("out")).unwrap();
    let output = run(&dir, &["build", "--output=out"]);
    assert!(output.status.success(), "{}", err(&output));
    let mut names: Vec<_> = fs::read_dir(dir.join("out"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["default_v1_configmap_c.yaml", "shop_apps_v1_deployment_web.yaml", "v1_namespace_shop.yaml"]
    );
    let text = fs::read_to_string(dir.join("out/v1_namespace_shop.yaml")).unwrap();
    assert_eq!(text, "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: Shop\n");
}

#[test]
fn flags_for_charts_and_programs_are_taken() {
    let dir = folder("flags", &APP);
    let arguments = "build --enable-helm --helm-command helm --enable-alpha-plugins --enable-exec=true --network --mount a --mount b \
                     -e A=1 --as-current-user --helm-api-versions v1 --helm-kube-version 1.30 --helm-debug --network-name x \
                     --stack-trace --load-restrictor LoadRestrictionsNone .";
    let output = run(&dir, &arguments.split_whitespace().collect::<Vec<_>>());
    assert_eq!((output.status.success(), err(&output)), (true, String::new()));
}

#[test]
fn wrong_values_of_flags_are_refused() {
    let dir = folder("values", &APP);
    for flags in [["--reorder", "foo"], ["--load-restrictor", "none"]] {
        assert_eq!(run(&dir, &["build", flags[0], flags[1]]).status.code(), Some(2), "{flags:?}");
    }
}

#[test]
fn deprecated_flags_work_and_are_told() {
    let dir = folder("old", &APP);
    let output = run(&dir, &["build", "--reorder=none", "--enable-managedby-label"]);
    assert!(out(&output).contains("managed-by: kustomize-v5.8.1"), "{}", out(&output));
    assert_eq!(err(&output).matches("is deprecated").count(), 2, "{}", err(&output));
}

#[test]
fn refusals_and_warnings_name_files_from_the_present_folder() {
    let dir = folder("names", &[("a/kustomization.yaml", "bases: []\nresorces: []\n")]);
    let output = run(&dir, &["build", "a"]);
    assert!(
        err(&output).starts_with("Error: a/kustomization.yaml:2:1: error[kustomize/unknown-field]"),
        "{}",
        err(&output)
    );
    let dir = folder("names", &[("kustomization.yaml", "bases: []\nresources: []\n")]);
    let output = run(&dir, &["build"]);
    assert!(
        err(&output).starts_with("kustomization.yaml:1:1: warning[kustomize/deprecated]"),
        "{}",
        err(&output)
    );
}

#[test]
fn what_is_no_folder_is_refused() {
    let dir = folder("none", &APP);
    for (path, part) in
        [("nowhere", "nowhere: "), ("all.yaml", "is no folder"), ("https://x.example/y", "is remote")]
    {
        let output = run(&dir, &["build", path]);
        assert!(output.status.code() == Some(1) && err(&output).contains(part), "{}", err(&output));
    }
}

#[test]
fn explain_names_the_place_of_each_field() {
    let dir = folder("explain", &APP);
    let output = run(&dir, &["explain", ".", "deployment/web", "spec.replicas"]);
    assert_eq!(
        out(&output),
        "Deployment/web\n  spec.replicas: 3  kustomization.yaml:4:10 (Replicas)\n",
        "{}",
        err(&output)
    );
    let output = run(&dir, &["explain", ".", "ConfigMap"]);
    let wanted = "\
ConfigMap/c
  apiVersion: v1    all.yaml:9:13
  kind: ConfigMap   all.yaml:10:7
  metadata.name: c  all.yaml:11:18
";
    assert_eq!(out(&output), wanted);
    let output = run(&dir, &["explain", ".", "Secret/x"]);
    assert!(
        err(&output).contains("there are Namespace/Shop, ConfigMap/c, Deployment/web"),
        "{}",
        err(&output)
    );
}
