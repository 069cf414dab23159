//! Mutants of the objects in files, held against a running API server: `mutation KUBECONFIG SCHEMAS FILE…`.
//!
//! Files hold YAML; definitions and namespaces among their objects are made in the cluster first.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it reports")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use flux::render::value;
use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_all_as_json;
use serde_json::Value;
use tests::mutation::mutants::Maker;
use tests::mutation::{server::Server, verdicts};
use validation::{Checker, Schemas};

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let (kubeconfig, schemas) = (arguments.next().unwrap(), arguments.next().unwrap());
    let mut schemas = Schemas::from_bytes(&std::fs::read(schemas).unwrap()).unwrap();
    let mut objects: Vec<Value> = Vec::new();
    for file in arguments {
        let text = std::fs::read_to_string(&file).unwrap();
        let nodes = read_all_as_json(&text, &file.display().to_string(), Limits::default()).unwrap();
        schemas.add_definitions(nodes.iter());
        objects.extend(nodes.iter().map(value));
    }
    let (definitions, mut objects): (Vec<Value>, Vec<Value>) =
        objects.into_iter().partition(|object| object["kind"] == "CustomResourceDefinition");
    let namespaces: BTreeSet<String> = objects
        .iter()
        .filter_map(|object| object["metadata"]["namespace"].as_str().map(str::to_owned))
        .collect();
    let mut server = Server::connect(&kubeconfig).await;
    for object in &mut objects {
        if server.is_namespaced(object) && object["metadata"]["namespace"].is_null() {
            object["metadata"]["namespace"] = "default".into();
        }
    }
    server.prepare(&namespaces.into_iter().collect::<Vec<_>>(), &definitions).await;
    let mut checker = Checker::default();
    let mut maker = Maker::default();
    let mut cases: Vec<(String, Value)> = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        cases.push((
            format!("{} {name} ({index}) as it is", object["kind"].as_str().unwrap_or_default()),
            object.clone(),
        ));
        cases.extend(maker.of(object).into_iter().map(|mutant| (mutant.what, mutant.object)));
    }
    let bodies: Vec<Value> = cases.iter().map(|(_, object)| object.clone()).collect();
    let theirs = server.verdicts(&bodies).await;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for ((what, object), theirs) in cases.iter().zip(theirs) {
        let Some(ours) = verdicts::of(object, &schemas, &mut checker) else {
            *counts.entry("unknown").or_default() += 1;
            continue;
        };
        let verdict = match (ours.first(), theirs) {
            (None, Ok(())) => "both accept",
            (Some(_), Err(_)) => "both refuse",
            (Some(ours), Ok(())) => {
                println!("only we refuse: {what}: {ours}");
                "only we refuse"
            }
            (None, Err(theirs)) => {
                println!(
                    "escapes: {what}: {}",
                    theirs.chars().take(300).collect::<String>().replace('\n', " ")
                );
                "escapes"
            }
        };
        *counts.entry(verdict).or_default() += 1;
    }
    println!("{counts:?} of {} objects", objects.len());
    for (rule, why) in checker.unevaluated() {
        println!("not evaluated: {rule}: {why}");
    }
}
