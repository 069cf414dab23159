//! The charts of this repository, as the real Helm sees them.

use std::path::Path;
use std::process::Command;

use tests::run::{Ran, run};
use tests::{binary, repository};

/// Folders of own charts, each with the values of its release.
fn charts() -> Vec<(String, String)> {
    let files = repository::files_below("flux2");
    let folders = files.iter().filter_map(|file| file.strip_suffix("/chart/Chart.yaml"));
    let values = |folder: &str| {
        let beside = format!("{folder}/values.yaml");
        let above = format!("{folder}/app/values.yaml");
        if Path::new(&repository::root().join(&beside)).exists() { beside } else { above }
    };
    folders.map(|folder| (format!("{folder}/chart"), values(folder))).collect()
}

/// The values with each variable replaced by its default, or by a word.
fn substituted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, behind) = after.split_once('}').unwrap();
        out.push_str(before);
        out.push_str(name.split_once(":=").map_or("example", |(_, default)| default));
        rest = behind;
    }
    out + rest
}

fn helm(arguments: &[&str]) -> Ran {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(binary::tools().join("helm"));
    command.current_dir(repository::root()).args(arguments).env("HOME", home.path());
    run(command)
}

#[test]
fn helm_takes_each_with_the_values_of_its_release_and_refuses_what_its_schema_does_not_know() {
    let charts = charts();
    assert!(charts.len() > 3, "{charts:?}");
    for (chart, values) in charts {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("values.yaml");
        std::fs::write(&file, substituted(&repository::read(&values))).unwrap();
        let file = file.to_str().unwrap();
        helm(&["lint", "--strict", &chart, "--values", file]).expect(0);
        helm(&["template", "name", &chart, "--values", file]).expect(0).prints("\nkind: ");
        let refused = helm(&["template", "name", &chart, "--values", file, "--set", "nobodyKnowsThis=1"]);
        refused.expect(1).says("additional properties 'nobodyKnowsThis' not allowed");
    }
}
