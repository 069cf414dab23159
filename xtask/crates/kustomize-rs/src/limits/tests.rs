use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

use super::*;
use crate::{Built, Options, build};

/// Builds a kustomization file beside `a.yaml`.
fn built(limits: Limits, kustomization: &str, object: &str) -> std::result::Result<Built, String> {
    let tree = MemTree::from_fixture(&format!(
        "#- kustomization.yaml\n{kustomization}\n#- a.yaml\napiVersion: v1\nkind: A\nmetadata: {{name: a}}\n{object}\n"
    ));
    let options = Options { limits, ..Options::default() };
    build(&tree.unwrap(), &RepoPath::root(), &options).map_err(|e| e.to_string())
}

fn refused(kustomization: &str, object: &str) -> String {
    built(Limits::default(), kustomization, object).expect_err("is refused")
}

const PLAIN: &str = "resources: [a.yaml]";
const TOO_MANY: &str = "more than 1000000 values, aliases expanded and copies made";

fn nested(depth: usize) -> String {
    format!("spec: {}x{}", "[".repeat(depth), "]".repeat(depth))
}

#[test]
fn a_bomb_of_aliases_is_refused_and_the_limit_is_named() {
    let lists = (1..10).map(|n| format!("l{n}: &l{n} [{}]\n", vec![format!("*l{}", n - 1); 9].join(", ")));
    let error = refused(PLAIN, &format!("l0: &l0 x\n{}", lists.collect::<String>()));
    assert!(error.starts_with(&format!("a.yaml:11:10: error[yaml/too-large]: {TOO_MANY}")), "{error}");
    assert!(error.contains("raise `Limits::values` or `--limit-values`"), "{error}");
}

#[test]
fn a_long_text_that_aliases_repeat_counts() {
    let items = "- *x\n".repeat(3000);
    let error = refused(PLAIN, &format!("t: &x {}\nl:\n{items}", "x".repeat(30_000)));
    assert!(error.contains(TOO_MANY), "{error}");
}

#[test]
fn nesting_is_refused_beyond_the_limit_and_the_limit_can_be_raised() {
    assert!(built(Limits::default(), PLAIN, &nested(297)).is_ok());
    let error = refused(PLAIN, &nested(301));
    assert!(error.contains("values lie more than 300 deep"), "{error}");
    assert!(error.contains("raise `Limits::depth` or `--limit-depth`, to 1000 at most"), "{error}");
    let raised = Limits { depth: 400, ..Limits::default() };
    assert!(built(raised, PLAIN, &nested(301)).is_ok());
}

#[test]
fn a_lower_limit_holds_for_the_common_part_too() {
    let limits = Limits { depth: 4, values: 20, ..Limits::default() };
    assert!(built(limits, PLAIN, "spec: [[x]]").is_ok());
    let error = built(limits, PLAIN, "spec: [[[[x]]]]").unwrap_err();
    assert!(error.contains("values lie more than 4 deep"), "{error}");
    let error = built(limits, PLAIN, "spec: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3]").unwrap_err();
    assert!(error.contains("more than 20 values"), "{error}");
}

#[test]
fn no_way_through_a_build_needs_more_stack_than_a_thread_has() {
    let deepest = Limits { depth: usize::MAX, ..Limits::default() };
    let object = nested(Limits::DEEPEST - 3);
    let patch = object.replace("spec: ", "extra: ");
    let kustomization = format!(
        "resources: [a.yaml]\nnamePrefix: p-\nbuildMetadata: [originAnnotations]\npatches:\n- patch: |-\n    \
         {{apiVersion: v1, kind: A, metadata: {{name: a}}, {patch}}}\n- target: {{kind: A}}\n  patch: |-\n    \
         - {{op: copy, from: /spec, path: /copied}}\n    - {{op: test, path: /spec, value: {}}}\nreplacements:\n- source: \
         {{kind: A, fieldPath: spec}}\n  targets:\n  - select: {{kind: A}}\n    fieldPaths: [other]\n    options: {{create: \
         true}}\n",
        &object["spec: ".len()..]
    );
    let built = built(deepest, &kustomization, &object).unwrap();
    let yaml = built.to_yaml().unwrap();
    assert_eq!(yaml.matches(&format!("{}- x", "- ".repeat(Limits::DEEPEST - 4))).count(), 4);
    assert_eq!(built.clone(), built);
    let error = refused(PLAIN, &nested(100_000));
    assert!(error.contains("values lie more than 300 deep"), "{error}");
}

#[test]
fn copies_into_themselves_are_refused() {
    let copy = "\n    - {op: copy, from: /spec, path: /spec/NAME}";
    let copies = (0..40).map(|n| copy.replace("NAME", &format!("n{n}"))).collect::<String>();
    let error =
        refused(&format!("{PLAIN}\npatches:\n- target: {{kind: A}}\n  patch: |-{copies}"), "spec: {a: b}");
    assert!(error.contains(TOO_MANY), "{error}");
}

#[test]
fn additions_are_refused_where_they_lead_too_deep() {
    let value = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let path = format!("/spec{}", "/0".repeat(199));
    let add = |path: &str| format!("\n    - {{op: add, path: {path}, value: {value}}}");
    let patch = [add("/spec"), add(&format!("{path}/-"))].concat();
    let error = refused(&format!("{PLAIN}\npatches:\n- target: {{kind: A}}\n  patch: |-{patch}"), "");
    assert!(error.contains("values lie more than 300 deep"), "{error}");
}

fn replacements(path: &str, target: &str, options: &str, count: usize) -> String {
    let one = format!(
        "\n- source: {{kind: A, fieldPath: {path}}}\n  targets:\n  - select: {{kind: A}}\n    fieldPaths: [{target}]\n    \
         options: {options}"
    );
    format!("{PLAIN}\nreplacements:{}", one.repeat(count))
}

#[test]
fn a_text_that_replacements_put_into_itself_is_refused() {
    let kustomization = replacements("spec.a", "spec.a", "{delimiter: '-', index: 9}", 40);
    let limits = Limits { values: 10_000, ..Limits::default() };
    let error = built(limits, &kustomization, "spec: {a: x-y}").unwrap_err();
    assert!(error.contains("more than 10000 values"), "{error}");
}

#[test]
fn a_mapping_that_replacements_put_into_itself_is_refused() {
    let error = refused(&replacements("spec", "spec.b", "{create: true}", 400), "spec: {a: x}");
    assert!(error.contains("values lie more than 300 deep"), "{error}");
}

#[test]
fn a_path_that_makes_what_is_missing_is_refused_if_it_is_too_long() {
    let path = vec!["a"; 100_000].join(".");
    let error = refused(&replacements("spec", &path, "{create: true}", 1), "spec: x");
    assert!(error.contains("values lie more than 300 deep"), "{error}");
}

#[test]
fn variables_that_repeat_a_long_text_are_refused() {
    let error = refused(
        &format!(
            "{PLAIN}\nconfigurations: [c.yaml]\nvars:\n- {{name: V, objref: {{apiVersion: v1, kind: A, name: a}}, fieldref: \
             {{fieldPath: long}}}}\n#- c.yaml\nvarReference: [{{path: spec}}]"
        ),
        &format!("long: {}\nspec: {}", "x".repeat(100_000), "$(V) ".repeat(1000)),
    );
    assert!(error.contains(TOO_MANY), "{error}");
}

#[test]
fn folders_that_are_listed_twice_and_twice_again_are_refused() {
    let mut files = String::from("#- 40/kustomization.yaml\nnamePrefix: x\n");
    (0..40).for_each(|n| {
        files.push_str(&format!("#- {n}/kustomization.yaml\nresources: [../{0}, ../{0}]\n", n + 1));
    });
    let tree = MemTree::from_fixture(&files).unwrap();
    let error = build(&tree, &RepoPath::new("0").unwrap(), &Options::default()).unwrap_err().to_string();
    assert!(error.contains("more than 10000 folders"), "{error}");
}

#[test]
fn so_many_folders_may_lead_into_each_other() {
    let built = |last: usize| {
        let mut files = format!("#- {last}/kustomization.yaml\nnamePrefix: x\n");
        (0..last).for_each(|n| {
            files.push_str(&format!("#- {n}/kustomization.yaml\nresources: [../{}]\n", n + 1));
        });
        let tree = MemTree::from_fixture(&files).unwrap();
        build(&tree, &RepoPath::new("0").unwrap(), &Options::default()).map_err(|e| e.to_string())
    };
    assert!(built(Limits::LONGEST_WAY).is_ok());
    let error = built(Limits::LONGEST_WAY + 1).unwrap_err();
    assert!(error.contains("more than 50 folders lead into each other"), "{error}");
}

#[test]
fn a_text_inside_a_text_is_read_within_a_limit() {
    let inside = format!("spec: '{{\"a\": {}1{}, \"b\": 2}}'", "[".repeat(400), "]".repeat(400));
    let error = refused(&replacements("metadata.name", "spec.b", "{create: false}", 1), &inside);
    assert!(error.contains("values lie more than 200 deep in this text"), "{error}");
}
