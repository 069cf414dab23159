//! What is no error but probably not meant is told with its place.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read their cases")]

use kustomize_rs::{Options, Reorder, build};
use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

const CM: &str = "#- cm.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";

fn warnings_with(kustomization: &str, options: &Options) -> Vec<String> {
    let tree = MemTree::from_fixture(&format!("#- kustomization.yaml\n{kustomization}{CM}")).unwrap();
    let built = build(&tree, &RepoPath::root(), options).unwrap();
    built.warnings.iter().map(ToString::to_string).collect()
}

fn warnings(kustomization: &str) -> Vec<String> {
    warnings_with(kustomization, &Options::default())
}

#[test]
fn nothing_is_said_about_what_is_fine() {
    assert_eq!(warnings("resources: [cm.yaml]\nlabels: [{pairs: {a: b}}]\n"), [""; 0]);
}

#[test]
fn deprecated_fields_are_told() {
    assert_eq!(
        warnings("resources: [cm.yaml]\ncommonLabels: {a: b}\nbases: []\n"),
        [
            "kustomization.yaml:3:1: warning[kustomize/deprecated]: `bases` is deprecated\n  help: use `resources` instead",
            "kustomization.yaml:2:1: warning[kustomize/deprecated]: `commonLabels` is deprecated\n  help: use `labels` instead",
        ]
    );
}

#[test]
fn keys_that_come_again_are_told() {
    assert_eq!(
        warnings("resources: []\nresources: [cm.yaml]\n"),
        [
            "kustomization.yaml:2:1: warning[kustomize/duplicate-key]: `resources` is here twice; only the last one counts\n  \
             help: join them"
        ]
    );
}

#[test]
fn patches_and_images_without_use_are_told() {
    let text = "\
resources: [cm.yaml]
patches:
- target: {kind: Deployment}
  patch: '[{\"op\": \"remove\", \"path\": \"/spec\"}]'
images:
- {name: nginx, newTag: '2'}
";
    assert_eq!(
        warnings(text),
        [
            "kustomization.yaml:3:11: warning[kustomize/unused-patch]: no object matches the target of this patch",
            "kustomization.yaml:6:3: warning[kustomize/unused-image]: no object uses the image `nginx`",
        ]
    );
}

#[test]
fn directives_that_stay_are_told() {
    let text = "\
resources: [cm.yaml]
patches:
- patch: |
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: c}
    data: {$retainKeys: [a]}
";
    assert_eq!(
        warnings(text),
        [
            "kustomization.yaml:7:12: warning[kustomize/directive-left]: kustomize does not know the directive `$retainKeys` and \
          leaves it in the object\n  help: use `$patch`"
        ]
    );
}

#[test]
fn an_order_that_is_set_twice_is_told() {
    let text = "resources: [cm.yaml]\nsortOptions: {order: fifo}\n";
    assert_eq!(warnings(text), [""; 0]);
    let found = warnings_with(text, &Options { reorder: Reorder::None, ..Options::default() });
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found.iter().all(|w| w.starts_with("kustomization.yaml:2:1: warning[kustomize/order]")),
        "{found:?}"
    );
}

#[test]
fn every_recorded_warning_of_kustomize_is_given() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let tree = kustomize_rs::cli::Disk(root);
    let mut missing = Vec::new();
    for case in conformance::case::all(&tree).unwrap() {
        let folder = case.input().unwrap().join(&case.dir).unwrap();
        let Ok(options) = kustomize_rs::cli::options(&case.args) else { continue };
        let Ok(built) = build(&tree, &folder, &options) else { continue };
        for line in case.warnings.lines().filter_map(|l| l.strip_prefix("# Warning: '")) {
            let field = line.split('\'').next().unwrap();
            let is_told =
                |w: &yamltree::diagnostic::Diagnostic| w.message == format!("`{field}` is deprecated");
            if !built.warnings.iter().any(is_told) {
                missing.push(format!("{}: {field}", case.name));
            }
        }
    }
    assert_eq!(missing, [""; 0]);
}
