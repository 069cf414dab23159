//! Our verdicts on objects beside those of flux-schema: `flux_schema PROGRAM ITS_SCHEMAS OUR_SCHEMAS FILE…`.
//!
//! `ITS_SCHEMAS` is a folder that `flux-schema extract k8s` and `flux-schema extract crd` wrote, `OUR_SCHEMAS` a file that `xtask schemas
//! pull` wrote. Definitions in the files count for us; for the other side they have to be extracted before.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it reports")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use flux::render::value;
use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_all_as_json;
use kustomize_rs::yaml::node::Node;
use serde_json::Value;
use validation::{Checker, Lookup, Schemas, check};

/// What one side says: nothing where it does not know the kind, else the reasons why the object is refused.
type Verdict = Option<Vec<String>>;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let mut next = || arguments.next().unwrap();
    let (program, its, schemas) = (next(), next(), next());
    let mut schemas = Schemas::from_bytes(&std::fs::read(schemas).unwrap()).unwrap();
    let mut objects = Vec::new();
    for file in arguments {
        let text = std::fs::read_to_string(&file).unwrap();
        objects.extend(read_all_as_json(&text, &file.display().to_string(), Limits::default()).unwrap());
    }
    schemas.add_definitions(objects.iter());
    let verdicts = theirs(&program, &its, &objects);
    assert_eq!(verdicts.len(), objects.len(), "flux-schema saw other objects");
    let mut checker = Checker::default();
    let (mut accepted, mut refused, mut unknown, mut only_we, mut only_they) = (0, 0, 0, 0, 0);
    for (object, theirs) in objects.iter().zip(verdicts) {
        let (Some(ours), Some(theirs)) = (ours(object, &schemas, &mut checker), theirs) else {
            unknown += 1;
            continue;
        };
        match (ours.is_empty(), theirs.is_empty()) {
            (true, true) => accepted += 1,
            (false, false) => refused += 1,
            (false, true) => {
                only_we += 1;
                println!("only we refuse: {}: {}", title(object), ours.join("; "));
            }
            (true, false) => {
                only_they += 1;
                println!("only flux-schema refuses: {}: {}", title(object), theirs.join("; "));
            }
        }
    }
    println!(
        "both accept {accepted}, both refuse {refused}, only we refuse {only_we}, only flux-schema refuses {only_they}, \
         of kinds that one does not know {unknown}"
    );
    if only_we + only_they == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn ours(object: &Node, schemas: &Schemas, checker: &mut Checker) -> Verdict {
    let text = |key: &str| object.get(key).map_or("", Node::value_text);
    let faults = match schemas.get(text("apiVersion"), text("kind")) {
        Lookup::Known(kind) => check(object, &kind, checker),
        Lookup::Missing => vec![schemas.missing(text("apiVersion"), text("kind"), object.at)],
        Lookup::Unknown => return None,
    };
    Some(faults.into_iter().map(|fault| format!("`{}` {}", fault.path, fault.message)).collect())
}

/// The verdicts of flux-schema, in the order of the objects.
fn theirs(program: &Path, schemas: &Path, objects: &[Node]) -> Vec<Verdict> {
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    let documents: Vec<String> = objects.iter().map(|object| value(object).to_string()).collect();
    std::fs::write(file.path(), documents.join("\n---\n")).unwrap();
    let flags = ["--skip-missing-schemas", "--verbose", "--output", "json", "--schema-location"];
    let mut command = Command::new(program);
    let output = command.arg("validate").arg(file.path()).args(flags).arg(schemas).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let results = report["report"]["results"].as_array().unwrap();
    let mut all: Vec<(u64, Verdict)> = results.iter().map(verdict).collect();
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, verdict)| verdict).collect()
}

fn verdict(result: &Value) -> (u64, Verdict) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let reason = |violation: &Value| format!("{} {}", text(&violation["path"]), text(&violation["message"]));
    let reasons = match result["status"].as_str().unwrap() {
        "valid" => Some(Vec::new()),
        "skipped" => None,
        _ => Some(result["violations"].as_array().into_iter().flatten().map(reason).collect()),
    };
    (result["idx"].as_u64().unwrap(), reasons)
}

fn title(object: &Node) -> String {
    let text = |path: &[&str]| kustomize_rs::yaml::field::text(object, path).to_owned();
    format!("{} {}/{}", text(&["kind"]), text(&["metadata", "namespace"]), text(&["metadata", "name"]))
}
