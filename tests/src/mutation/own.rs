//! The files of our own tree, each broken by one token: what kustomize-controller's functions build of them, and what the API server says
//! to every object that is not as it was.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::built::PROGRAM;
use super::controllers::Verdict;
use super::files::ways;
use super::server::Server;
use crate::oracle::Oracle;

/// Folders whose Kustomizations are in a cluster beside the tree, as those of each application are.
const TIERS: [&str; 2] = ["infrastructure", "core"];
/// The program keeps every folder that it was asked about, so that a new one goes on after so many.
const OF_ONE_PROGRAM: usize = 300;

/// One file of the tree, broken.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// The file and what was done to it.
    pub what: String,
    /// The path of the file.
    pub path: String,
    /// What it holds instead.
    pub text: String,
}

/// Every file that kustomize reads as YAML, broken in every way; of all mutants those whose number `take` wants. Charts and values are
/// Helm's, and `component.yaml` and `chart.lock` nobody's in a cluster.
pub fn mutants(files: &BTreeMap<String, String>, take: impl Fn(usize) -> bool) -> Vec<Mutant> {
    let is_read = |path: &str, text: &str| {
        path.ends_with(".yaml")
            && !path.contains("/chart/")
            && !path.ends_with("/component.yaml")
            && text.lines().any(|line| line.starts_with("apiVersion:"))
    };
    let read = files.iter().filter(|(path, text)| is_read(path, text));
    let all = read.flat_map(|(path, text)| {
        let made = ways(path, text).into_iter();
        made.map(|(what, text)| Mutant { what, path: path.clone(), text })
    });
    all.enumerate().filter(|(number, _)| take(*number)).map(|(_, mutant)| mutant).collect()
}

/// What is below `flux2/` in a checkout, by path in the repository.
pub fn files(checkout: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![checkout.join("flux2")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match entry.is_dir() {
                true => folders.push(entry),
                false => {
                    let path = entry.strip_prefix(checkout).unwrap().to_str().unwrap().to_owned();
                    files.insert(path, fs::read_to_string(entry).unwrap());
                }
            }
        }
    }
    files
}

/// What the controllers make of the tree.
pub struct Controllers {
    oracle: Oracle,
    /// How many folders the program was asked about.
    asked: usize,
    server: Server,
    files: BTreeMap<String, String>,
    /// What is in the Secrets that variables come from, by name.
    variables: BTreeMap<String, BTreeMap<String, String>>,
    /// The objects of the tree as it is, by Kustomization.
    before: BTreeMap<String, Vec<Value>>,
    /// The same, as text.
    known: BTreeSet<String>,
    /// Kinds that the API server does not know: those that releases bring.
    foreign: BTreeSet<(String, String)>,
}

/// What was built, by Kustomization.
#[derive(Debug, Default)]
struct Built {
    objects: BTreeMap<String, Vec<Value>>,
    /// Is there a Kustomization of which nobody can say what it makes?
    is_in_doubt: bool,
}

impl Controllers {
    /// Of these files; `variables` has the Secrets that are in the cluster. The namespaces of the tree are made there.
    pub async fn new(
        kubeconfig: &Path,
        files: BTreeMap<String, String>,
        variables: BTreeMap<String, BTreeMap<String, String>>,
    ) -> Self {
        let mut new = Controllers {
            oracle: Oracle::start(&PROGRAM),
            asked: 0,
            server: Server::connect(kubeconfig).await,
            files,
            variables,
            before: BTreeMap::new(),
            known: BTreeSet::new(),
            foreign: BTreeSet::new(),
        };
        let apps = new.files.keys().filter_map(|path| path.strip_prefix("flux2/apps/")?.split('/').next());
        let mut roots: BTreeSet<String> = apps.map(|app| format!("flux2/apps/{app}")).collect();
        roots.extend(TIERS.map(|tier| format!("flux2/{tier}")));
        let files = new.files.clone();
        for root in roots {
            let built = new.built(&files, vec![of_root(&root)]).unwrap();
            new.before.extend(built.objects);
        }
        let objects: Vec<Value> = new.before.values().flatten().cloned().collect();
        new.known = objects.iter().map(Value::to_string).collect();
        let namespace = |object: &Value| object["metadata"]["namespace"].as_str().map(str::to_owned);
        let namespaces: BTreeSet<String> = objects.iter().filter_map(namespace).collect();
        new.server.prepare(&namespaces.into_iter().collect::<Vec<_>>(), &[]).await;
        let foreign = objects.iter().filter(|object| !new.server.knows(object));
        new.foreign = foreign.map(kind).collect();
        for (object, verdict) in objects.iter().zip(new.server.verdicts(&objects).await) {
            assert!(verdict.is_ok() || new.foreign.contains(&kind(object)), "{object}: {verdict:?}");
        }
        new
    }

    /// What they say to one.
    pub async fn verdict(&mut self, mutant: &Mutant) -> Verdict {
        let mut steps = mutant.path.split('/').skip(1);
        let (tier, component) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
        let own = format!("flux2/{tier}/{component}");
        let root = if tier == "apps" { own.clone() } else { format!("flux2/{tier}") };
        let is_needed = |path: &str| {
            path.starts_with(&format!("{own}/"))
                || ["/kustomization.yaml", "/ks.yaml"].iter().any(|end| path.ends_with(end))
        };
        let files = self.files.iter().filter(|(path, _)| is_needed(path));
        let mut files: BTreeMap<String, String> =
            files.map(|(path, text)| (path.clone(), text.clone())).collect();
        files.insert(mutant.path.clone(), mutant.text.clone());
        // What is built of it is not as it was; only what lies above all of those is built from the root on.
        let below = |object: &&Value| {
            let folder = folder(object);
            !folder.is_empty() && mutant.path.starts_with(&format!("{folder}/"))
        };
        let mut touched: Vec<Value> = self.kustomizations().filter(below).cloned().collect();
        if touched.is_empty() {
            touched.push(of_root(&root));
        }
        let built = match self.built(&files, touched) {
            Ok(built) => built,
            Err(why) => return Verdict::Refused(why),
        };
        let is_new = |object: &&Value| !self.known.contains(&object.to_string());
        let changed: Vec<Value> = built.objects.values().flatten().filter(is_new).cloned().collect();
        let mut is_in_doubt = built.is_in_doubt;
        for (object, verdict) in changed.iter().zip(self.server.verdicts(&changed).await) {
            match verdict {
                Err(_) if self.is_foreign(object) => is_in_doubt = true,
                Err(why) => return Verdict::Refused(why),
                // What the controllers, Helm or other objects make of these is not asked here.
                Ok(()) => is_in_doubt |= is_read_by_others(object),
            }
        }
        // What is not there any more may be missed by others.
        let now: BTreeSet<[String; 3]> = built.objects.values().flatten().map(name).collect();
        let before = built.objects.keys().filter_map(|owner| self.before.get(owner)).flatten();
        is_in_doubt |= before.map(name).any(|name| !now.contains(&name));
        if is_in_doubt { Verdict::NotAsked } else { Verdict::Accepted }
    }

    /// Is it of an API that a release brings?
    fn is_foreign(&self, object: &Value) -> bool {
        !self.server.knows(object) && self.foreign.iter().any(|(version, _)| *version == kind(object).0)
    }

    /// The Kustomizations of the tree as it is.
    fn kustomizations(&self) -> impl Iterator<Item = &Value> {
        self.before.values().flatten().filter(|object| kind(object).1 == "Kustomization")
    }

    /// What these Kustomizations build, and those of the ones in it that are not as they were.
    fn built(&mut self, files: &BTreeMap<String, String>, start: Vec<Value>) -> Result<Built, String> {
        let folder = self.written(files);
        let mut built = Built::default();
        let mut left = VecDeque::from(start);
        // One without a path builds the whole repository, itself among it.
        let mut seen: BTreeSet<String> = BTreeSet::new();
        while let Some(kustomization) = left.pop_front() {
            let Some(variables) = self.variables(&kustomization)? else {
                built.is_in_doubt = true;
                continue;
            };
            self.oracle.ask(&json!({"root": folder.path(), "kustomization": kustomization, "variables": variables, "strict": true}));
            let objects = self.oracle.answer()?["objects"].as_array().cloned().unwrap_or_default();
            let children = objects.iter().filter(|object| kind(object).1 == "Kustomization");
            let is_new = |object: &&Value| {
                let text = object.to_string();
                !self.known.contains(&text) && seen.insert(text)
            };
            for child in children.filter(is_new) {
                match child["spec"]["sourceRef"]["name"] == "openappstack" {
                    true => left.push_back(child.clone()),
                    false => built.is_in_doubt = true,
                }
            }
            let name = kustomization["metadata"]["name"].as_str().unwrap_or_default();
            built.objects.entry(name.to_owned()).or_default().extend(objects);
        }
        Ok(built)
    }

    /// The values of the variables that a Kustomization reads; none if its own fields are not what they should be.
    fn variables(&self, kustomization: &Value) -> Result<Option<BTreeMap<String, String>>, String> {
        let mut variables = BTreeMap::new();
        let from = &kustomization["spec"]["postBuild"]["substituteFrom"];
        for reference in from.as_array().into_iter().flatten() {
            let Some(name) = reference["name"].as_str() else { return Ok(None) };
            match self.variables.get(name).filter(|_| reference["kind"] == "Secret") {
                Some(values) => variables.extend(values.clone()),
                None if reference["optional"] == true => {}
                None => return Err(format!("substitute from {name}: not found")),
            }
        }
        Ok(Some(variables))
    }

    /// The files in a folder of their own.
    fn written(&mut self, files: &BTreeMap<String, String>) -> TempDir {
        self.asked += 1;
        if self.asked.is_multiple_of(OF_ONE_PROGRAM) {
            self.oracle = Oracle::start(&PROGRAM);
        }
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }
}

/// A Kustomization that is in a cluster beside the tree.
fn of_root(folder: &str) -> Value {
    json!({"metadata": {"name": folder}, "spec": {"path": format!("./{folder}")}})
}

/// The folder that a Kustomization of the tree is built from; empty if it is built from elsewhere.
fn folder(kustomization: &Value) -> &str {
    match kustomization["spec"]["sourceRef"]["name"] == "openappstack" {
        true => kustomization["spec"]["path"].as_str().unwrap_or_default().trim_start_matches("./"),
        false => "",
    }
}

fn kind(object: &Value) -> (String, String) {
    let text = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
    (text("apiVersion"), text("kind"))
}

fn name(object: &Value) -> [String; 3] {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metadata = &object["metadata"];
    [text(&object["kind"]), text(&metadata["namespace"]), text(&metadata["name"])]
}

/// Does something other than the API server read it?
fn is_read_by_others(object: &Value) -> bool {
    let (version, kind) = kind(object);
    version.contains(".toolkit.fluxcd.io/") || ["ConfigMap", "Secret", "Namespace"].contains(&kind.as_str())
}
