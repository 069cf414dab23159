use super::*;
use crate::render::{Entry, Inputs, render};
use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

/// The graph of what `objects` in the folder where Flux begins lead to.
pub(super) fn graph(objects: &str) -> Graph {
    let mut tree = MemTree::new();
    tree.insert(RepoPath::new("entry/objects.yaml").unwrap(), objects);
    tree.insert(RepoPath::new("apps/empty.yaml").unwrap(), CONFIG);
    let rendering = render(&Inputs::new(&tree, Entry::Folder(RepoPath::new("entry").unwrap())));
    Graph::of(&rendering, "component")
}

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: apps}\n";

/// A Kustomization of that folder, with these further fields in its `spec`.
fn kustomization_of(path: &str, name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: \
         flux-system}}\nspec: {{path: {path}, sourceRef: {{kind: GitRepository, name: flux-system}}, {spec}}}\n"
    )
}

fn kustomization(name: &str, spec: &str) -> String {
    kustomization_of("./apps", name, spec)
}

/// One that waits for others.
fn waiting(name: &str, others: &[&str]) -> String {
    let others: Vec<String> = others.iter().map(|other| format!("{{name: {other}}}")).collect();
    kustomization(name, &format!("dependsOn: [{}]", others.join(", ")))
}

fn messages(graph: &Graph) -> Vec<&str> {
    graph.findings.iter().map(|found| found.message.as_str()).collect()
}

fn number(graph: &Graph, name: &str) -> usize {
    graph.nodes.iter().position(|node| node.key.name == name).unwrap()
}

#[test]
fn the_whole_cycle_is_named() {
    let graph = graph(&[waiting("a", &["b"]), waiting("b", &["c"]), waiting("c", &["a"])].concat());
    assert_eq!(
        messages(&graph),
        ["a cycle, so none of them can ever begin: Kustomization flux-system/a depends on Kustomization \
          flux-system/b, which depends on Kustomization flux-system/c, which depends on Kustomization flux-system/a"]
    );
}

#[test]
fn what_waits_for_itself_is_a_cycle() {
    let graph = graph(&waiting("a", &["a"]));
    assert_eq!(
        messages(&graph),
        ["a cycle, so none of them can ever begin: Kustomization flux-system/a depends on itself"]
    );
}

#[test]
fn what_waits_for_something_that_it_makes_itself_is_a_cycle() {
    let mut tree = MemTree::new();
    tree.insert(RepoPath::new("entry/a.yaml").unwrap(), waiting("a", &["b"]));
    tree.insert(RepoPath::new("apps/b.yaml").unwrap(), kustomization("b", "suspend: true"));
    let rendering = render(&Inputs::new(&tree, Entry::Folder(RepoPath::new("entry").unwrap())));
    let graph = Graph::of(&rendering, "component");
    assert!(
        messages(&graph)[0].ends_with("flux-system/b, which is made by Kustomization flux-system/a"),
        "{graph:?}"
    );
}

#[test]
fn two_ways_to_the_same_are_no_cycle() {
    let graph = graph(&[waiting("a", &["b", "c"]), waiting("b", &["c"]), waiting("c", &[])].concat());
    assert_eq!(messages(&graph), [""; 0]);
}

#[test]
fn an_unknown_dependency_is_told_with_place_and_nearest_name() {
    let graph = graph(&[waiting("databases", &[]), waiting("shop", &["database"])].concat());
    let found = graph.findings[0].to_string();
    assert!(found.starts_with("entry/objects.yaml:10:"), "{found}");
    assert!(
        found.contains(
            "error[graph/unknown]: Kustomization flux-system/shop depends on Kustomization flux-system/database, which \
             nothing makes"
        ),
        "{found}"
    );
    assert!(found.ends_with("did you mean `databases`?"), "{found}");
}

#[test]
fn layers_are_the_longest_ways() {
    let graph = graph(&[waiting("a", &["b", "c"]), waiting("b", &["c"]), waiting("c", &[])].concat());
    let layer = |name| graph.nodes[number(&graph, name)].layer;
    // The entry makes all of them.
    assert_eq!([layer("c"), layer("b"), layer("a")], [1, 2, 3]);
}

#[test]
fn a_release_has_the_chart_and_version_of_its_source() {
    let graph = graph(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: web, namespace: x}\n\
         spec: {url: oci://example.org/charts/shop, ref: {tag: 1.2.3, digest: 'sha256:00'}}\n---\n\
         apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: x}\n\
         spec: {chartRef: {kind: OCIRepository, name: web}}\n",
    );
    let release = graph.nodes.iter().find(|node| node.sort == Sort::Release).unwrap();
    assert_eq!(release.what, "shop 1.2.3");
}

#[test]
fn missing_variables_are_flagged_and_optional_ones_are_not() {
    let from = |name: &str, more: &str| format!("{{kind: Secret, name: {name}{more}}}");
    let from = format!("[{}, {}]", from("needed", ""), from("nice", ", optional: true"));
    let graph = graph(&kustomization("a", &format!("postBuild: {{substituteFrom: {from}}}")));
    assert!(
        text::tree(&graph).contains("variables from: Secret needed (missing), Secret nice (optional)\n"),
        "{}",
        text::tree(&graph)
    );
}

#[test]
fn the_tree_shows_both_sides_of_waiting() {
    let ready = kustomization("b", "dependsOn: [{name: a, readyExpr: 'dep.status.x == 1'}]");
    let tree = text::tree(&graph(&[waiting("a", &[]), ready].concat()));
    assert!(
        tree.contains("flux-system/a  ./apps\n      awaited by: b (ready when `dep.status.x == 1`)\n"),
        "{tree}"
    );
    assert!(
        tree.contains("flux-system/b  ./apps\n      waits for: a (ready when `dep.status.x == 1`)\n"),
        "{tree}"
    );
}

#[test]
fn every_form_shows_the_findings() {
    let graph = graph(&waiting("a", &["nobody"]));
    let said = "Kustomization flux-system/a depends on Kustomization flux-system/nobody, which nothing makes";
    for form in [
        text::tree(&graph),
        text::dependencies(&graph),
        mermaid::flowchart(&graph),
        svg::picture(&graph, "t"),
    ] {
        assert!(form.contains(said), "{form}");
    }
}

#[test]
fn mermaid_labels_hold_nothing_that_could_end_them() {
    let chart = mermaid::flowchart(&graph(&kustomization_of("'[\"x\"]--> <b>{`|;#'", "a", "prune: true")));
    let line = chart.lines().find(|line| line.contains("flux-system/a")).unwrap();
    let label = line.split_once("[\"").unwrap().1.split_once("\"]").unwrap().0;
    assert!(!label.replace("<br/>", "").contains(['"', '[', ']', '<', '>', '`', '{', '|']), "{line}");
}

#[test]
fn pictures_escape_what_xml_would_take_for_markup() {
    let picture = svg::picture(&graph(&kustomization_of("'<b>&\"'", "a", "prune: true")), "<t>");
    assert!(!picture.contains("<b>") && picture.contains("&lt;b&gt;&amp;"), "{picture}");
    assert!(picture.contains("<title>&lt;t&gt;</title>"), "{picture}");
}

#[test]
fn the_same_objects_give_the_same_text() {
    let objects = [waiting("a", &["b"]), waiting("b", &[]), waiting("c", &["b"])];
    let picture = |order: [usize; 3]| svg::picture(&graph(&order.map(|i| objects[i].as_str()).concat()), "t");
    assert_eq!(picture([0, 1, 2]), picture([2, 0, 1]));
}
