//! What holds for every build, whatever is in the tree.

use kustomize_rs::{Built, Limits, Options, Session, build};
use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

/// Low, so that what grows is seen before it takes time.
pub fn options() -> Options {
    let limits = Limits { depth: 100, values: 20_000, folders: 100 };
    Options { limits, ..Options::default() }
}

/// Builds a folder of a fixture; what is given back was held against the rules.
pub fn check(fixture: &str, folder: &str) -> Option<String> {
    let tree = MemTree::from_fixture(fixture).ok()?;
    let folder = RepoPath::new(folder).ok()?;
    let built = build(&tree, &folder, &options());
    a_session_gives_the_same(&tree, &folder, &built);
    let built = built.ok()?;
    every_mark_leads_to_a_file(&built);
    let yaml = built.to_yaml().ok()?;
    what_is_written_is_read_back(&built, &yaml);
    Some(yaml)
}

fn a_session_gives_the_same(
    tree: &MemTree,
    folder: &RepoPath,
    expected: &Result<Built, kustomize_rs::BuildError>,
) {
    let session = Session::new(tree);
    for _ in 0..2 {
        assert_eq!(&session.build(folder, &options()), expected);
    }
}

fn every_mark_leads_to_a_file(built: &Built) {
    for object in &built.objects {
        let mut node = object.node.clone();
        node.each_mark(&mut |at| assert!(at.file == 0 || built.origin(*at).is_some(), "{at:?}"));
        built.included_by(object);
    }
}

/// The objects of an output are an input that comes out as it went in.
fn what_is_written_is_read_back(built: &Built, yaml: &str) {
    // Lists are taken apart, and objects without name or kind are refused.
    let is_whole = |o: &kustomize_rs::Object| {
        !o.name().is_empty() && !o.kind().is_empty() && !o.kind().ends_with("List")
    };
    let is_local = yaml.contains("config.kubernetes.io/");
    if is_local || !built.objects.iter().all(is_whole) {
        return;
    }
    let mut tree = MemTree::new();
    let path = |name: &str| RepoPath::new(name).unwrap_or_else(|_| RepoPath::root());
    tree.insert(path("kustomization.yaml"), "resources: [all.yaml]\nsortOptions: {order: fifo}\n");
    tree.insert(path("all.yaml"), yaml);
    let again = build(&tree, &RepoPath::root(), &options());
    let again = again.and_then(|again| again.to_yaml());
    assert_eq!(again.as_deref().map_err(ToString::to_string), Ok(yaml), "{yaml:?}");
}
