//! Small repositories, each with a file broken by one token: what the real controllers of Flux, Helm and the API server refuse, `lint`
//! refuses too, and it has no errors where they accept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tests::checkout::Checkout;
use tests::mutation::controllers::{Verdict, verdicts};
use tests::mutation::explained;
use tests::mutation::files::{Broken, broken};
use tests::shared::alone;

/// The repositories: each folder is one.
const FILES: &str = include_str!("files.txt");
/// What the two are known to differ about, each with the cause.
const EXPLAINED: &str = include_str!("files_explained.txt");
/// One of so many is tried in the gate, and of those the controllers are asked about one of so many. `OAS_MUTANTS=3,4` tries others, up
/// to 23 and asking about all of them; `OAS_MUTANTS=all` all.
const ONE_OF: usize = 24;
const ASKED_ONE_OF: usize = 3;
/// Says which mutants are tried in place of those of the gate.
const WANTED: &str = "OAS_MUTANTS";
/// Names a folder that shall have the verdicts and what was linted.
const REPORT: &str = "OAS_MUTANTS_REPORT";
/// Findings of other families are about habits, which the controllers do not mind.
const FAMILIES: [&str; 9] =
    ["api", "charts", "flux", "graph", "helm", "kubernetes", "kustomize", "render", "yaml"];

/// Which of so many parts of all mutants are wanted.
pub fn offsets(parts: usize) -> BTreeSet<usize> {
    match std::env::var(WANTED).ok().as_deref() {
        None => BTreeSet::from([0]),
        Some("all") => (0..parts).collect(),
        Some(some) => some.split(',').map(|one| one.parse().unwrap()).collect(),
    }
}

/// A cluster that runs Flux and nothing else.
pub fn only_flux() -> Checkout {
    let checkout = Checkout::new().with_tools();
    checkout.write("flux2/infrastructure/kustomization.yaml", "resources: [namespaces]\n");
    checkout.write("flux2/core/kustomization.yaml", "resources: []\n");
    checkout.write("clusters/sandbox/cluster.yaml", "interval: 15s\napps: []\n");
    checkout.commit("nothing but namespaces");
    checkout.begin();
    checkout
}

/// What `lint` says to one, which is written below a folder: the first finding that says that it would be refused.
fn linted(checkout: &Checkout, folder: &Path, broken: &Broken) -> Option<String> {
    const SOURCE: &str = "openappstack";
    let folder = folder.join("linted").join(&broken.name);
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    broken.files(SOURCE).iter().for_each(|(path, text)| write(path, text));
    let Broken { name, batch, .. } = broken;
    let kustomization = |name: &str, path: &str| {
        json!({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
            "metadata": {"name": name, "namespace": "flux-system"},
            "spec": {"interval": "1h", "prune": true, "path": path,
                "sourceRef": {"kind": "GitRepository", "name": SOURCE}}})
    };
    let source = json!({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
        "metadata": {"name": SOURCE, "namespace": "flux-system"},
        "spec": {"interval": "1h", "url": "https://example.org/repository.git", "ref": {"branch": "main"}}});
    let roots = [
        source,
        kustomization("roots", "./roots"),
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}),
        kustomization(name, &format!("./mutants/{batch}/{name}")),
    ];
    write("roots/roots.yaml", &roots.map(|object| object.to_string()).join("\n---\n"));
    let folder = folder.to_str().unwrap();
    let found = checkout
        .xtask(&["lint", "--repository", folder, "--entry=roots", "--charts", "--output=json"])
        .json();
    refusal(&found)
}

/// The first of the findings that says that something would be refused.
pub fn refusal(found: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    // Where not even the components can be read there are no findings but an error.
    let Some(findings) = found["findings"].as_array() else { return Some(found.to_string()) };
    findings.iter().find_map(|finding| {
        let code = text(&finding["code"]);
        let family = code.split('/').next().unwrap_or_default();
        // Whether others make a namespace, variables or data cannot be known, so that these are only warnings.
        let is_doubt = ["namespace/missing", "flux/variables", "flux/data"].contains(&code.as_str());
        // In our own tree it is known what every cluster has.
        let is_doubt = is_doubt || code == "tree/variables-from";
        let is_refusal = is_doubt || (finding["severity"] == "error" && FAMILIES.contains(&family));
        is_refusal
            .then(|| format!("{code}: {}: {}", text(&finding["place"]["file"]), text(&finding["message"])))
    })
}

/// What `lint` says to each, by its name.
fn all_linted(checkout: &Checkout, all: &[Broken]) -> BTreeMap<String, String> {
    checkout.xtask(&["schemas", "pull"]).expect(0);
    let own = tempfile::tempdir().unwrap();
    let folder = std::env::var_os(REPORT).map_or(own.path().to_owned(), PathBuf::from);
    let next = AtomicUsize::new(0);
    let said = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(broken) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(refusal) = linted(checkout, &folder, broken) {
                        said.lock().unwrap().insert(broken.name.clone(), refusal);
                    }
                }
            });
        }
    });
    said.into_inner().unwrap()
}

/// Is that what was done, or the place where it was done?
fn is_at(what: &str, place: &str) -> bool {
    what.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

#[test]
fn lint_refuses_what_the_controllers_refuse() {
    let _turn = alone();
    let is_sample = std::env::var_os(WANTED).is_none();
    let offsets = offsets(ONE_OF);
    let all = broken(FILES, |number| offsets.contains(&(number % ONE_OF)));
    let checkout = only_flux();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let ask = |number| !is_sample || number % ASKED_ONE_OF == 0;
    let (theirs, ours) = std::thread::scope(|scope| {
        let ours = scope.spawn(|| all_linted(&checkout, &all));
        (runtime.block_on(verdicts(&checkout, &all, ask)), ours.join().unwrap())
    });
    let explained = explained(EXPLAINED);
    let mut differs = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (broken, theirs) in all.iter().zip(&theirs) {
        let said = match (theirs, ours.get(&broken.name)) {
            // That is only a warning where nothing becomes ready or not by it.
            (Verdict::Accepted, Some(ours)) if ours.starts_with("flux/data:") => continue,
            (Verdict::Accepted, Some(ours)) => format!("only lint: {ours}"),
            (Verdict::Refused(theirs), None) => format!("only Flux: {theirs}"),
            _ => continue,
        };
        match explained.keys().find(|place| is_at(&broken.what, place)) {
            Some(place) => drop(seen.insert(place)),
            None => differs.push(format!("{} {}: {said}", broken.name, broken.what)),
        }
    }
    if let Some(folder) = std::env::var_os(REPORT) {
        let line = |(broken, theirs): (&Broken, &Verdict)| json!({"name": broken.name, "what": broken.what, "theirs": format!("{theirs:?}"), "ours": ours.get(&broken.name)});
        std::fs::write(
            PathBuf::from(folder).join("verdicts.json"),
            json!(all.iter().zip(&theirs).map(line).collect::<Vec<_>>()).to_string(),
        )
        .unwrap();
    }
    let refused = theirs.iter().filter(|verdict| matches!(verdict, Verdict::Refused(_))).count();
    let asked = theirs.iter().filter(|verdict| **verdict != Verdict::NotAsked).count();
    eprintln!(
        "{} repositories, {asked} asked about: {refused} refused by Flux, {} differ",
        all.len(),
        differs.len()
    );
    assert!(differs.is_empty(), "{} of {} differ:\n{}", differs.len(), all.len(), differs.join("\n"));
    assert!(refused > all.len() / 3 && refused < all.len(), "{refused} of {}", all.len());
    let idle: Vec<_> = explained.keys().filter(|place| !seen.contains(**place)).collect();
    let is_all = offsets.len() == ONE_OF;
    assert!(!is_all || idle.is_empty(), "explained, and there is nothing to explain: {idle:?}");
}
