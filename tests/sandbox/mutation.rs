//! Every object of a corpus, and every mutant of it by one token: the real API server and the tool accept the same and refuse the same.

mod files;
mod own;

use std::collections::BTreeSet;

use tests::mutation::{compare, explained};
use tests::shared::platform;
use validation::Schemas;

/// The corpus: objects that the server accepts.
const OBJECTS: &str = include_str!("mutation/objects.yaml");
/// Fields about which the two are known to differ, each with the cause.
const EXPLAINED: &str = include_str!("mutation/explained.txt");

#[test]
fn the_server_and_the_tool_refuse_the_same_mutants() {
    let platform = platform();
    let checkout = &platform.checkout;
    checkout.xtask(&["schemas", "pull"]).expect(0);
    // Nothing in the tree is refused, and everything that has a schema was looked at.
    let linted = checkout.xtask(&["lint", "--errors"]).expect(0);
    assert!(linted.stderr.contains("held against Kubernetes"), "{linted}");
    let all = checkout.target().join("schemas");
    let kept = std::fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path());
    let built_in = kept.into_iter().find(|path| path.to_string_lossy().contains("kubernetes-")).unwrap();
    let schemas = Schemas::from_bytes(&std::fs::read(built_in).unwrap()).unwrap();
    // What the tree itself applies, beside the corpus.
    let tree = checkout.xtask(&["build"]).expect(0).stdout;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let texts = [OBJECTS.to_owned(), tree];
    let outcome = runtime.block_on(compare(&checkout.kubeconfig(), schemas, &texts));
    assert!(outcome.refused > 5000 && outcome.accepted > 2000, "{} {}", outcome.refused, outcome.accepted);
    let explained = explained(EXPLAINED);
    let place = |what: &str| what.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let differs = outcome.ours.iter().chain(&outcome.escapes);
    let unexplained: Vec<_> =
        differs.clone().filter(|(what, _)| !explained.contains_key(place(what).as_str())).collect();
    assert!(unexplained.is_empty(), "{} differ: {unexplained:#?}", unexplained.len());
    let seen: BTreeSet<String> = differs.map(|(what, _)| place(what)).collect();
    let idle: Vec<_> = explained.keys().filter(|place| !seen.contains(**place)).collect();
    assert!(idle.is_empty(), "explained, and there is nothing to explain: {idle:?}");
    assert_eq!(outcome.unevaluated, []);
}
