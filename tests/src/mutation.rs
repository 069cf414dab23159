//! Objects broken by one token, and what a real API server and the tool say to each.

pub mod built;
pub mod controllers;
pub mod files;
pub mod mutants;
pub mod own;
pub mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use flux::render::value;
use kustomize_rs::Limits;
use kustomize_rs::yaml::json::{read_all_as_json, read_as_json};
use serde_json::Value;
use validation::{Checker, Lookup, Schemas, check};

use mutants::Maker;
use server::Server;

/// What came of all objects and their mutants.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many both accept.
    pub accepted: usize,
    /// How many both refuse.
    pub refused: usize,
    /// How many are of kinds of which nothing is known.
    pub unknown: usize,
    /// What only we refuse: what was done, and our words.
    pub ours: Vec<(String, String)>,
    /// What only the server refuses: what was done, and its words.
    pub escapes: Vec<(String, String)>,
    /// Rules of definitions that could not be evaluated, each with the reason.
    pub unevaluated: Vec<(String, String)>,
}

/// Asks the server and the tool about every object in some YAML, and about all its mutants. Definitions and namespaces that the objects
/// need are made in the cluster; objects without a namespace are put into `default`. Definitions are broken too, in a group of their own.
pub async fn compare(kubeconfig: &Path, mut schemas: Schemas, texts: &[String]) -> Outcome {
    let mut objects: Vec<Value> = Vec::new();
    for text in texts {
        let nodes = read_all_as_json(text, "objects", Limits::default()).unwrap();
        schemas.add_definitions(nodes.iter());
        objects.extend(nodes.iter().map(value));
    }
    let (definitions, mut objects): (Vec<Value>, Vec<Value>) =
        objects.into_iter().partition(|object| object["kind"] == "CustomResourceDefinition");
    let mut server = Server::connect(kubeconfig).await;
    server.prepare(&[], &definitions).await;
    for object in &mut objects {
        if server.is_namespaced(object) && object["metadata"]["namespace"].is_null() {
            object["metadata"]["namespace"] = "default".into();
        }
    }
    // What is compared is creation: an object that is there already keeps what it has, and less of it is looked at.
    for object in objects.iter_mut().filter(|object| object["kind"] != "APIService") {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        object["metadata"]["name"] = format!("m-{name}").into();
    }
    objects.extend(definitions.into_iter().map(in_another_group));
    let namespace = |object: &Value| object["metadata"]["namespace"].as_str().map(str::to_owned);
    let namespaces: BTreeSet<String> = objects.iter().filter_map(namespace).collect();
    server.prepare(&namespaces.into_iter().collect::<Vec<_>>(), &[]).await;
    let mut maker = Maker::default();
    let mut cases: Vec<(String, Value)> = Vec::new();
    for object in &objects {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let whole = format!("{} {} as it is", text(&object["kind"]), text(&object["metadata"]["name"]));
        cases.push((whole, object.clone()));
        for mutant in maker.of(object) {
            let is_of_name =
                mutant.what.contains(" spec.names.plural ") || mutant.what.contains(" spec.group ");
            if let Some(named) = with_its_name(&mutant.object).filter(|_| is_of_name) {
                cases.push((format!("{}, and the name with it", mutant.what), named));
            }
            cases.push((mutant.what, mutant.object));
        }
    }
    // Which namespaces there are is not a matter of schemas; lint has rules for that.
    cases.retain(|(what, _)| !what.contains(" metadata.namespace "));
    let bodies: Vec<Value> = cases.iter().map(|(_, object)| object.clone()).collect();
    let theirs = server.verdicts(&bodies).await;
    let mut outcome = Outcome::default();
    let mut checker = Checker::default();
    for ((what, object), theirs) in cases.into_iter().zip(theirs) {
        match (ours(&object, &schemas, &mut checker), theirs) {
            (None, _) => outcome.unknown += 1,
            (Some(faults), Ok(())) => match faults.into_iter().next() {
                None => outcome.accepted += 1,
                Some(fault) => outcome.ours.push((what, fault)),
            },
            (Some(faults), Err(_)) if !faults.is_empty() => outcome.refused += 1,
            (Some(_), Err(theirs)) => outcome.escapes.push((what, theirs)),
        }
    }
    outcome.unevaluated = checker.unevaluated();
    outcome
}

/// The definition for another group, in which it is not there yet. Nothing else about it changes.
fn in_another_group(mut definition: Value) -> Value {
    let group = definition["spec"]["group"].as_str().unwrap_or_default();
    definition["spec"]["group"] = format!("m.{group}").into();
    with_its_name(&definition).unwrap_or(definition)
}

/// The definition with the name that its plural and group ask for, so that these are looked at for themselves; none if it has that, or
/// they are no texts.
fn with_its_name(object: &Value) -> Option<Value> {
    let names = (object["spec"]["names"]["plural"].as_str(), object["spec"]["group"].as_str());
    let (Some(plural), Some(group), "CustomResourceDefinition") =
        (names.0, names.1, object["kind"].as_str()?)
    else {
        return None;
    };
    let (name, is_named) = (format!("{plural}.{group}"), object["metadata"]["name"].is_string());
    if object["metadata"]["name"] == name.as_str() || !is_named {
        return None;
    }
    let mut named = object.clone();
    named["metadata"]["name"] = name.into();
    Some(named)
}

/// Our faults of an object; none where nothing is known of its kind.
fn ours(object: &Value, schemas: &Schemas, checker: &mut Checker) -> Option<Vec<String>> {
    let node = read_as_json(&object.to_string(), "mutant", Limits::default()).unwrap();
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    let (version, kind) = (text("apiVersion"), text("kind"));
    let fault = |fault: validation::Fault| format!("`{}` {}", fault.path, fault.message);
    match schemas.get(version, kind) {
        Lookup::Known(known) => Some(check(&node, &known, checker).into_iter().map(fault).collect()),
        Lookup::Missing => Some(vec![fault(schemas.missing(version, kind, node.at))]),
        Lookup::Unknown => None,
    }
}

/// Lines of what is explained, `KIND FIELD: CAUSE` each, as a map from `KIND FIELD`.
pub fn explained(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(": ").unwrap_or_else(|| panic!("no cause: {line}"))).collect()
}
