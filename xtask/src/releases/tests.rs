#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::AtomicUsize;

use flux::render::{Entry, Inputs, render};
use yamltree::tree::MemTree;

use super::*;
use crate::edge::charts::ChartStore;

/// A stand-in for Helm: prints the templates of the chart and the values, and says whether it was told of an API version.
const HELM: &str = r#"#!/bin/sh
PATH=/usr/bin:/bin
echo "$2" >> "$HOME/asked"
printf -- '---\n# Source: chart/templates/object.yaml\n'
tar -xzOf "$3" chart/templates/object.yaml
case "$*" in *example.org/v1/Thing*) told=yes ;; *) told=no ;; esac
printf -- '---\n# Source: chart/templates/values.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s-values}\ndata: {told: "%s", values: %s}\n' "$2" $told "'$(cat)'"
"#;
const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: object}\n";
const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.org}\nspec:\n  \
                          group: example.org\n  names: {kind: Thing, plural: things}\n  versions: [{name: v1, served: true}]\n";

/// A repository with a release of a chart of its own for each name, each with a ConfigMap of values.
fn repository(charts: &[(&str, &str)], values: &str) -> MemTree {
    let mut text = "#- k/kustomization.yaml\nresources:\n".to_owned();
    charts.iter().for_each(|(name, _)| text.push_str(&format!("- {name}.yaml\n")));
    for (name, template) in charts {
        text.push_str(&format!(
            "#- k/{name}.yaml\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}, namespace: n}}\nspec:\n  \
             chart: {{spec: {{chart: charts/{name}, sourceRef: {{kind: GitRepository, name: flux-system, namespace: flux-system}}}}}}\n  \
             valuesFrom: [{{kind: ConfigMap, name: {name}}}]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: \
             n}}\ndata: {{values.yaml: 'of: {name}{}'}}\n#- charts/{name}/Chart.yaml\napiVersion: v2\nname: chart\nversion: 1.0.0\n#- \
             charts/{name}/templates/object.yaml\n{template}",
            if *name == "plain" { values } else { "" },
        ));
    }
    MemTree::from_fixture(&text).unwrap()
}

fn rendering(tree: &MemTree) -> Rendering {
    let root = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: root, namespace: flux-system}\nspec: {path: \
                k, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n";
    let root = json::read_all_as_json(root, "root", kustomize_rs::Limits::default()).unwrap().remove(0);
    let made = render(&Inputs::new(tree, Entry::Objects(vec![(root, "root".to_owned())])));
    assert_eq!(made.problems().count(), 0, "{:?}", made.problems().collect::<Vec<_>>());
    made
}

/// For each side what each release makes; none of what is the same.
type Made = [BTreeMap<String, Option<String>>; 2];

/// What two states make, and about which releases Helm was asked meanwhile.
fn made(folder: &Path, states: [&MemTree; 2], is_whole: bool) -> (Made, Vec<String>) {
    let home = folder.join("home");
    fs::create_dir_all(&home).unwrap();
    let program = folder.join("helm");
    fs::write(&program, HELM).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let options = Options::default();
    let renderer = Renderer {
        store: ChartStore::new(folder.join("charts")),
        helm: Helm::known(program, "stand-in".to_owned(), home.clone()),
        answers: Answers::new(folder.join("answers")),
        kube_version: "v1.36.0".to_owned(),
        options: &options,
        threads: 1,
        asked: AtomicUsize::new(0),
    };
    let renderings = states.map(rendering);
    let trees = states.map(|tree| Trees { repository: Box::new(tree.clone()), others: BTreeMap::new() });
    let side = |number: usize| Side::of(&renderer, None, (&renderings[number], &trees[number]));
    let releases = if is_whole {
        [0, 1].map(|number| {
            let mut sides = [side(number)];
            rounds::whole(&renderer, &mut sides);
            let [side] = sides;
            side.releases
        })
    } else {
        let mut sides = [side(0), side(1)];
        rounds::different(&renderer, &mut sides);
        sides.map(|side| side.releases)
    };
    let text = |release: RenderedRelease| {
        assert_eq!(release.problem, None);
        assert_eq!(release.is_same, release.yaml.is_empty());
        (release.name.name, (!release.is_same).then_some(release.yaml))
    };
    let asked = fs::read_to_string(home.join("asked")).unwrap_or_default();
    (releases.map(|all| all.into_iter().map(text).collect()), asked.lines().map(str::to_owned).collect())
}

/// The releases that are rendered on both sides, in which both ways of rendering agree; and about which Helm is asked, in order.
fn different(before: &MemTree, after: &MemTree) -> (Vec<String>, Vec<String>) {
    let (cold, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (made_of_some, asked) = made(cold.path(), [before, after], false);
    let (made_of_all, _) = made(other.path(), [before, after], true);
    let mut names: Vec<String> = Vec::new();
    for (name, made) in &made_of_some[1] {
        match made {
            None => assert_eq!(made_of_all[0][name], made_of_all[1][name], "{name}"),
            Some(_) => names.push(name.clone()),
        }
    }
    for (some, all) in made_of_some.iter().zip(&made_of_all) {
        some.iter().filter(|(_, made)| made.is_some()).for_each(|(name, made)| assert_eq!(made, &all[name]));
    }
    (names, asked)
}

#[test]
fn helm_is_not_asked_about_what_is_the_same() {
    let charts = [("plain", OBJECT), ("other", OBJECT)];
    let tree = repository(&charts, "");
    assert_eq!(different(&tree, &tree), (vec![], vec![]));
    let changed = repository(&charts, "\n\n      more: 1");
    assert_eq!(different(&tree, &changed), (vec!["plain".into()], vec!["plain".into(), "plain".into()]));
}

#[test]
fn a_file_of_an_own_chart_is_what_a_release_is_made_of() {
    let before = repository(&[("plain", OBJECT), ("other", OBJECT)], "");
    let after = repository(&[("plain", &OBJECT.replace("object", "another")), ("other", OBJECT)], "");
    assert_eq!(different(&before, &after).0, ["plain"]);
}

#[test]
fn a_release_that_comes_is_rendered_where_it_is() {
    let before = repository(&[("other", OBJECT)], "");
    let after = repository(&[("other", OBJECT), ("plain", OBJECT)], "");
    assert_eq!(different(&before, &after), (vec!["plain".into()], vec!["plain".into()]));
}

#[test]
fn new_api_versions_reach_whoever_asks_for_them() {
    let asking = format!("{OBJECT}data: {{asks: .Capabilities.APIVersions}}\n");
    let both =
        format!("{}asks: .Capabilities.APIVersions\n", DEFINITION.replace("example.org", "example.net"));
    let charts = |definition: &'static str| {
        [("brings", definition), ("asks", &*asking), ("both", &*both), ("plain", OBJECT)]
    };
    let (before, after) = (repository(&charts(OBJECT), ""), repository(&charts(DEFINITION), ""));
    assert_eq!(different(&before, &after).0, ["asks", "both", "brings"]);
}

#[test]
fn who_merely_asks_for_api_versions_is_asked_about_once_with_all_of_them() {
    let asking = format!("{OBJECT}data: {{asks: .Capabilities.APIVersions}}\n");
    let also = format!("{DEFINITION}asks: .Capabilities.APIVersions\n");
    let charts = |last| [("brings", &*also), ("plain", last), ("other", OBJECT)];
    let changed = asking.replace("object", "another");
    let (before, after) = (repository(&charts(&asking), ""), repository(&charts(&changed), ""));
    let (names, asked) = different(&before, &after);
    assert_eq!(names, ["plain"]);
    // What brings them is asked about again with what it brought, and what was said serves both sides.
    assert_eq!(asked, ["brings", "brings", "plain", "plain"]);
}
