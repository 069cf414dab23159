//! The alerts tier: promtool, Prometheus' own program, says when each alert of the tree speaks and what it says.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tests::repository;
use tests::run::run;

const RULES: &str = "flux2/core/kube-prometheus-stack/config";
const CASES: [&str; 2] = ["alerts.yaml", "days.yaml"];

/// The groups of every PrometheusRule of the tree.
fn groups() -> Vec<Value> {
    let mut groups = Vec::new();
    for file in repository::files_below(RULES).iter().filter(|file| file.ends_with(".yaml")) {
        let (documents, _) = yamltree::document::values(file, &repository::read(file));
        let rules = documents.into_iter().filter(|(_, object)| object["kind"] == "PrometheusRule");
        groups.extend(rules.flat_map(|(_, object)| object["spec"]["groups"].as_array().unwrap().clone()));
    }
    groups
}

/// promtool: where `.ci/run` puts it, or wherever it is.
fn promtool() -> Command {
    let own = repository::root().join("target/tools/bin/promtool");
    Command::new(if own.is_file() { own } else { PathBuf::from("promtool") })
}

#[test]
fn every_alert_speaks_when_it_should_and_says_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.yaml"), json!({"groups": groups()}).to_string()).unwrap();
    for file in CASES {
        std::fs::write(folder.path().join(file), repository::read(&format!("tests/alerts/{file}"))).unwrap();
    }
    let mut command = promtool();
    command.args(["test", "rules"]).args(CASES).current_dir(folder.path());
    run(command).expect(0);
}

#[test]
fn every_alert_has_a_case_in_which_it_speaks_and_one_in_which_it_is_silent() {
    let alerts: BTreeSet<String> = groups()
        .iter()
        .flat_map(|group| group["rules"].as_array().unwrap().clone())
        .filter_map(|rule| rule["alert"].as_str().map(str::to_owned))
        .collect();
    let (mut speaks, mut is_silent) = (BTreeSet::new(), BTreeSet::new());
    for file in CASES {
        let file = format!("tests/alerts/{file}");
        let (documents, _) = yamltree::document::values(&file, &repository::read(&file));
        let cases = documents[0].1["tests"].as_array().unwrap();
        for expected in cases.iter().flat_map(|case| case["alert_rule_test"].as_array().unwrap()) {
            let alert = expected["alertname"].as_str().unwrap().to_owned();
            match expected["exp_alerts"].as_array().unwrap().is_empty() {
                true => is_silent.insert(alert),
                false => speaks.insert(alert),
            };
        }
    }
    assert!(alerts.len() > 20, "{alerts:?}");
    assert_eq!(speaks, alerts);
    assert_eq!(is_silent, alerts);
}
