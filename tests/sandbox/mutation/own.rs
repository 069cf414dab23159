//! Every file of our own tree that kustomize reads, broken by one token: what kustomize-controller's functions or the API server refuse,
//! `lint` refuses too, and it has no errors where they accept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tests::checkout::Checkout;
use tests::mutation::controllers::Verdict;
use tests::mutation::explained;
use tests::mutation::own::{Controllers, Mutant, files, mutants};
use tests::shared::alone;

use super::files::{offsets, only_flux, refusal};

/// What the two are known to differ about, each with the cause.
const EXPLAINED: &str = include_str!("own_explained.txt");
/// One of so many is tried in the gate. `OAS_MUTANTS=3,4` tries others, up to 119; `OAS_MUTANTS=all` all.
const ONE_OF: usize = 120;
/// Everything that is in the tree, whether it has a meaning here or not.
const EVERYTHING: &str = "interval: 15s\napps: [nextcloud, rocketchat, velero, wordpress]\n";

/// The Secrets that variables come from: of the cluster, and one of each component that generates some.
fn variables(files: &BTreeMap<String, String>) -> BTreeMap<String, BTreeMap<String, String>> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let cluster = [
        pair("domain", "example.org"),
        pair("ip_address", "192.0.2.1"),
        pair("admin_email", "admin@example.org"),
    ];
    let mut variables = BTreeMap::from([("oas-cluster-variables".to_owned(), cluster.into())]);
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with("/component.yaml")) {
        let component = path.rsplit('/').nth(1).unwrap();
        let secrets = text.lines().skip_while(|line| *line != "secrets:").skip(1);
        let names = secrets.map_while(|line| line.strip_prefix("  - {name: ")?.split(',').next());
        let values: BTreeMap<String, String> = names.map(|name| pair(name, "Secret1")).collect();
        if !values.is_empty() {
            variables.insert(format!("oas-{component}-variables"), values);
        }
    }
    variables
}

/// What `lint` says to each that would be refused, by its number.
fn all_linted(all: &[Mutant]) -> BTreeMap<usize, String> {
    let next = AtomicUsize::new(0);
    let said = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let checkout = Checkout::new().with_tools();
                checkout.write("clusters/sandbox/cluster.yaml", EVERYTHING);
                checkout.xtask(&["schemas", "pull"]).expect(0);
                let refused = || refusal(&checkout.xtask(&["lint", "--output=json"]).json());
                assert_eq!(refused(), None, "the tree as it is");
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(Mutant { path, text, .. }) = all.get(number) else { return };
                    let before = checkout.read(path);
                    checkout.write(path, text);
                    if let Some(refusal) = refused() {
                        said.lock().unwrap().insert(number, refusal);
                    }
                    checkout.write(path, &before);
                }
            });
        }
    });
    said.into_inner().unwrap()
}

#[test]
fn lint_refuses_what_breaks_our_own_tree() {
    let _turn = alone();
    let checkout = only_flux();
    let files = files(&tests::repository::root());
    let offsets = offsets(ONE_OF);
    let all = mutants(&files, |number| offsets.contains(&(number % ONE_OF)));
    let variables = variables(&files);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (theirs, ours) = std::thread::scope(|scope| {
        let ours = scope.spawn(|| all_linted(&all));
        let theirs: Vec<Verdict> = runtime.block_on(async {
            let mut controllers = Controllers::new(&checkout.kubeconfig(), files.clone(), variables).await;
            let mut verdicts = Vec::new();
            for mutant in &all {
                verdicts.push(controllers.verdict(mutant).await);
            }
            verdicts
        });
        (theirs, ours.join().unwrap())
    });
    let explained = explained(EXPLAINED);
    let (mut differs, mut seen) = (Vec::new(), BTreeSet::new());
    for (number, (Mutant { what, .. }, theirs)) in all.iter().zip(&theirs).enumerate() {
        let said = match (theirs, ours.get(&number)) {
            // Where components are read, equal keys are refused that kustomize takes: of an empty one and another the other, and of
            // those in its own files the last.
            (Verdict::Accepted, Some(ours)) if ours.contains("yaml/duplicate-key") => continue,
            (Verdict::Accepted, Some(ours)) => format!("only lint: {ours}"),
            (Verdict::Refused(theirs), None) => format!("only Flux: {theirs}"),
            _ => continue,
        };
        match explained.keys().find(|place| what.starts_with(**place)) {
            Some(place) => drop(seen.insert(*place)),
            None => differs.push(format!("{what}: {said}")),
        }
    }
    let count = |is: fn(&Verdict) -> bool| theirs.iter().filter(|verdict| is(verdict)).count();
    let refused = count(|verdict| matches!(verdict, Verdict::Refused(_)));
    let accepted = count(|verdict| *verdict == Verdict::Accepted);
    eprintln!("{} mutants: {refused} refused, {accepted} accepted, {} differ", all.len(), differs.len());
    assert!(differs.is_empty(), "{} of {} differ:\n{}", differs.len(), all.len(), differs.join("\n"));
    assert!(refused > all.len() / 4 && accepted > all.len() / 20, "{refused} {accepted} of {}", all.len());
    let idle: Vec<_> = explained.keys().filter(|place| !seen.contains(**place)).collect();
    assert!(
        offsets.len() < ONE_OF || idle.is_empty(),
        "explained, and there is nothing to explain: {idle:?}"
    );
}
