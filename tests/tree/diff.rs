//! `flux::diff` over this repository's own tree: what means the same is no change, and what is not rendered again makes no difference.

mod alike;

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use flux::diff::{Diff, Side, diff};
use flux::render::{Earlier, Entry, Inputs, Rendering, render, render_after};
use kustomize_rs::yaml::json::read_as_json;
use kustomize_rs::yaml::node::Node;
use serde_json::json;
use tests::repository;
use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

/// Paths and texts of a tree.
pub type Files = BTreeMap<String, String>;

/// How often; each time with another seed.
const ROUNDS: u64 = 8;
/// How much is rewritten each time.
const EDITS: usize = 25;

/// All text below `flux2/`.
fn own_files() -> Files {
    let text =
        |path: String| Some((path.clone(), std::fs::read_to_string(repository::root().join(path)).ok()?));
    repository::files_below("flux2").into_iter().filter_map(text).collect()
}

fn tree(files: &Files) -> MemTree {
    let mut tree = MemTree::new();
    for (path, text) in files {
        tree.insert(RepoPath::new(path).unwrap(), text.clone());
    }
    tree
}

/// A Kustomization for each tier and each application, as a cluster has them.
fn roots(files: &Files) -> Vec<(Node, String)> {
    let apps = files.keys().filter_map(|path| path.strip_prefix("flux2/apps/")?.split_once('/'));
    let apps: BTreeSet<String> = apps.map(|(app, _)| format!("apps/{app}")).collect();
    let folders = ["infrastructure".to_owned(), "core".to_owned()].into_iter().chain(apps);
    let root = |folder: String| {
        let object = json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": {"name": folder.replace('/', "-"), "namespace": "flux-system"},
            "spec": {"path": format!("./flux2/{folder}"), "prune": true, "sourceRef": {"kind": "GitRepository", "name": "openappstack"}},
        });
        (
            read_as_json(&object.to_string(), "roots", kustomize_rs::Limits::default()).unwrap(),
            "roots".to_owned(),
        )
    };
    folders.map(root).collect()
}

fn inputs<'t>(tree: &'t MemTree, roots: &[(Node, String)]) -> Inputs<'t> {
    Inputs { threads: 2, ..Inputs::new(tree, Entry::Objects(roots.to_vec())) }
}

fn compared(before: &Rendering, after: &Rendering) -> Diff {
    let side = |rendering| Side { rendering, releases: &[], component_label: "component" };
    diff(&side(before), &side(after))
}

/// Everything that a diff says, whole objects included.
fn whole(diff: &Diff) -> String {
    format!("{diff:#?}")
}

fn changed(before: &Files, after: &Files) -> BTreeSet<RepoPath> {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let different = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    different.map(|path| RepoPath::new(path).unwrap()).collect()
}

#[test]
fn what_means_the_same_is_no_change() {
    let files = own_files();
    let (before, roots) = (tree(&files), roots(&files));
    let before = render(&inputs(&before, &roots));
    assert!(before.problems().all(|found| !found.is_error()), "{:#?}", before.problems().collect::<Vec<_>>());
    let mut done = 0;
    for seed in 0..ROUNDS {
        let mut rng = Rng::with_seed(seed);
        let mut other = files.clone();
        done += (0..EDITS).filter(|_| alike::rewrite(&mut other, &mut rng)).count();
        let after = tree(&other);
        let found = compared(&before, &render(&inputs(&after, &roots)));
        let files: Vec<String> = changed(&files, &other).iter().map(ToString::to_string).collect();
        assert!(
            found.is_empty(),
            "seed {seed}, {files:#?}: {}",
            xtask::report::changes::short::lines(&found).join("\n")
        );
    }
    assert!(done > 80, "{done}");
}

#[test]
fn what_is_taken_over_makes_no_difference() {
    let files = own_files();
    let (first, roots) = (tree(&files), roots(&files));
    let before = render(&inputs(&first, &roots));
    let mut differ = 0;
    for seed in 0..ROUNDS {
        let mut rng = Rng::with_seed(seed);
        let mut other = files.clone();
        let edits = 1 + rng.usize(..4);
        (0..edits).for_each(|_| alike::change(&mut other, &mut rng));
        let second = tree(&other);
        let after = render(&inputs(&second, &roots));
        let all = compared(&before, &after);
        let earlier = Earlier::new(&before, &first, changed(&files, &other));
        let taken = render_after(&inputs(&second, &roots), &earlier);
        assert!(taken.parts.iter().any(|part| part.same.is_some()), "seed {seed}");
        assert_eq!(whole(&compared(&before, &taken)), whole(&all), "seed {seed}");
        // The other way round too: the older side takes over from the newer one.
        let earlier = Earlier::new(&after, &second, changed(&files, &other));
        let taken = render_after(&inputs(&first, &roots), &earlier);
        assert_eq!(whole(&compared(&taken, &after)), whole(&all), "seed {seed}");
        differ += usize::from(!all.is_empty());
    }
    assert!(differ > 4, "{differ}");
}
