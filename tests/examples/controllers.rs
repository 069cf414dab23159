//! What we render of repositories against what kustomize-controller's own functions make of the same Kustomizations:
//! `controllers REPOSITORY=ENTRY…`.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it reports")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use flux::render::generator::Files;
use flux::render::spec::Name;
use flux::render::variables::placeholder;
use flux::render::{Encrypted, Entry, Inputs, Part, render, value};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::mutation::built::PROGRAM;
use tests::oracle::Oracle;
use xtask::edge::tree::DiskTree;
use yamltree::path::RepoPath;
use yamltree::tree::{Tree, files_below};

const OWNER: [&str; 2] = ["kustomize.toolkit.fluxcd.io/name", "kustomize.toolkit.fluxcd.io/namespace"];

fn main() -> ExitCode {
    let mut oracle = Oracle::start(&PROGRAM);
    let mut differs = 0;
    for argument in std::env::args().skip(1) {
        let (repository, entry) = argument.split_once('=').unwrap();
        differs += compare(&mut oracle, Path::new(repository), entry);
    }
    if differs == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn compare(oracle: &mut Oracle, repository: &Path, entry: &str) -> usize {
    let tree = DiskTree::artifact(repository);
    let rendering =
        render(&Inputs { threads: 2, ..Inputs::new(&tree, Entry::Folder(RepoPath::new(entry).unwrap())) });
    let (mut same, mut refused, mut elsewhere, mut objects, mut encrypted, mut differs) = (0, 0, 0, 0, 0, 0);
    for part in &rendering.parts {
        if part.problem.as_ref().is_some_and(|problem| problem.code == "flux/source") {
            elsewhere += 1;
            continue;
        }
        let made = rendering.artifacts.get(&part.kustomization.source).map(written);
        let root = made.as_ref().map_or(repository, |folder| folder.path());
        let root = std::path::absolute(root).unwrap();
        let question = json!({
            "root": root,
            "kustomization": kustomization(part),
            "variables": variables(part),
            "strict": true,
        });
        oracle.ask(&question);
        let answer = oracle.answer();
        let name = &part.kustomization.name;
        match (&part.problem, answer) {
            (Some(_), Err(_)) => refused += 1,
            (Some(problem), Ok(_)) => {
                differs += 1;
                println!("{name}: only we refuse: {problem}");
            }
            (None, Err(error)) => {
                differs += 1;
                println!("{name}: only the controller refuses: {error}");
            }
            (None, Ok(answer)) => {
                let theirs = answer["objects"].as_array().cloned().unwrap_or_default();
                encrypted += part.objects.iter().filter(|o| o.encrypted == Encrypted::Masked).count();
                match difference(part, &theirs) {
                    None => {
                        same += 1;
                        objects += theirs.len();
                    }
                    Some(difference) => {
                        differs += 1;
                        println!("{name}: {difference}");
                    }
                }
            }
        }
    }
    println!(
        "{}: {} Kustomizations: {same} the same ({objects} objects, {encrypted} encrypted left out), {refused} refused by \
         both, {elsewhere} of other sources; {differs} differ",
        repository.display(),
        rendering.parts.len()
    );
    differs
}

/// A generated artifact on disk.
fn written(artifact: &Files) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for path in files_below(artifact, &RepoPath::root()) {
        let file = folder.path().join(path.as_str());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, artifact.bytes(&path).unwrap()).unwrap();
    }
    folder
}

fn kustomization(part: &Part) -> Value {
    let mut object = value(&part.kustomization.object);
    if object.is_null() || object.get("spec").is_none() {
        object = json!({"spec": {"path": part.kustomization.path}});
    }
    object
}

fn variables(part: &Part) -> BTreeMap<String, String> {
    let known = part.variables.names().map(|name| {
        let value = part.variables.get(name).and_then(|variable| variable.value.clone());
        (name.to_owned(), value.unwrap_or_else(|| placeholder(name)))
    });
    let mut all: BTreeMap<String, String> = known.collect();
    for name in part.objects.iter().flat_map(|object| &object.unknown) {
        all.entry(name.clone()).or_insert_with(|| placeholder(name));
    }
    all
}

fn difference(part: &Part, theirs: &[Value]) -> Option<String> {
    if part.objects.len() != theirs.len() {
        return Some(format!("{} objects of ours, {} of theirs", part.objects.len(), theirs.len()));
    }
    let common = part.kustomization.object.get("spec").and_then(|spec| spec.get("commonMetadata"));
    for (object, theirs) in part.objects.iter().zip(theirs) {
        if object.encrypted == Encrypted::Masked || common.is_some() {
            continue;
        }
        let mut ours = value(&object.node);
        without_owner(&mut ours);
        let mut theirs = theirs.clone();
        without_empty_labels(&mut theirs);
        if ours != theirs {
            let name = Name::of(&object.node);
            return Some(format!("{} {name} differs\n  ours   {ours}\n  theirs {theirs}", ours["kind"]));
        }
    }
    None
}

fn without_owner(object: &mut Value) {
    if let Some(labels) = object.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        OWNER.iter().for_each(|key| drop(labels.remove(*key)));
    }
    without_empty_labels(object);
}

fn without_empty_labels(object: &mut Value) {
    if let Some(meta) = object.get_mut("metadata").and_then(Value::as_object_mut)
        && meta.get("labels").is_some_and(|labels| labels.as_object().is_none_or(serde_json::Map::is_empty))
    {
        meta.remove("labels");
    }
}
