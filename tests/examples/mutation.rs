//! Mutants of the objects in files, held against a running API server: `mutation KUBECONFIG SCHEMAS FILE…`.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it reports")]

use std::path::PathBuf;

use tests::mutation::compare;
use validation::Schemas;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let (kubeconfig, schemas) = (arguments.next().unwrap(), arguments.next().unwrap());
    let schemas = Schemas::from_bytes(&std::fs::read(schemas).unwrap()).unwrap();
    let texts: Vec<String> = arguments.map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let outcome = compare(&kubeconfig, schemas, &texts).await;
    for (what, why) in &outcome.ours {
        println!("only we refuse: {what}: {why}");
    }
    for (what, why) in &outcome.escapes {
        println!("escapes: {what}: {}", why.replace('\n', " "));
    }
    for (rule, why) in &outcome.unevaluated {
        println!("not evaluated: {rule}: {why}");
    }
    let (ours, escapes) = (outcome.ours.len(), outcome.escapes.len());
    println!(
        "both accept {}, both refuse {}, only we refuse {ours}, escapes {escapes}, of unknown kinds {}",
        outcome.accepted, outcome.refused, outcome.unknown
    );
}
