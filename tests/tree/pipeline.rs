//! The pipeline's file calls our own commands, and only commands that exist.

use clap::Parser;
use serde_json::Value;
use tests::repository;

fn jobs() -> Vec<(String, Value)> {
    let file = ".gitlab-ci.yml";
    let (documents, found) = yamltree::document::values(file, &repository::read(file));
    assert!(found.is_empty(), "{found:#?}");
    let top = documents[0].1.as_object().unwrap().clone();
    top.into_iter().filter(|(_, job)| job.get("script").is_some()).collect()
}

#[test]
fn every_script_line_is_an_xtask_command_that_the_real_parser_takes() {
    let jobs = jobs();
    assert!(!jobs.is_empty());
    for (name, job) in jobs {
        let script = match &job["script"] {
            Value::Array(lines) => lines.clone(),
            line => vec![line.clone()],
        };
        for line in script {
            let line = line.as_str().unwrap().to_owned();
            let words = line
                .strip_prefix("cargo xtask ")
                .unwrap_or_else(|| panic!("{name}: `{line}` is no cargo xtask"));
            let words = std::iter::once("xtask").chain(words.split_whitespace());
            if let Err(error) = xtask::commands::Arguments::try_parse_from(words) {
                panic!("{name}: `{line}`: {error}");
            }
        }
    }
}
