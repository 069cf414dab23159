//! Helm releases: where their values come from, and in which order.

use serde_json::{Value, json};
use tests::repository;

#[test]
fn values_come_from_the_five_places_in_their_order() {
    let releases = super::objects("HelmRelease");
    assert!(!releases.is_empty());
    for (file, release) in releases {
        let name = release["metadata"]["name"].as_str().unwrap();
        let entry = |kind: &str, name: String, optional: bool| {
            let mut entry = json!({"kind": kind, "name": name});
            if optional {
                entry["optional"] = true.into();
            }
            entry
        };
        let secret_values = entry("Secret", format!("oas-{name}-secret-values"), false);
        let given: Vec<Value> = release["spec"]["valuesFrom"].as_array().unwrap().clone();
        let mut expected = vec![
            entry("ConfigMap", format!("oas-{name}-values"), false),
            entry("ConfigMap", format!("oas-{name}-values-${{profile:=standard}}"), true),
            entry("ConfigMap", format!("oas-{name}-override"), true),
            entry("Secret", format!("oas-{name}-override"), true),
        ];
        // Only where a chart cannot take an existing Secret.
        if given.contains(&secret_values) {
            expected.insert(2, secret_values);
        }
        assert_eq!(given, expected, "{file}");
        assert!(release["spec"].get("values").is_none(), "{file}: spec.values would win over every override");
    }
}

#[test]
fn there_is_at_most_one_release_a_folder() {
    let mut folders: Vec<String> = super::objects("HelmRelease")
        .into_iter()
        .map(|(file, _)| file.rsplit_once('/').unwrap().0.to_owned())
        .collect();
    let all = folders.len();
    folders.dedup();
    assert_eq!(folders.len(), all);
}

#[test]
fn installs_are_tried_again_and_upgrades_are_rolled_back() {
    for (file, release) in super::objects("HelmRelease") {
        assert_eq!(release["spec"]["install"]["strategy"]["name"], "RetryOnFailure", "{file}");
        let remediation = &release["spec"]["upgrade"]["remediation"];
        assert_eq!(remediation["strategy"], "rollback", "{file}");
        assert_eq!(remediation["remediateLastFailure"], true, "{file}");
    }
}

#[test]
fn every_release_is_in_its_component_s_contract_and_the_other_way_round() {
    let (catalogue, _) = fleet::catalogue::read(&repository::tree());
    let mut written: Vec<(String, String)> = super::objects("HelmRelease")
        .into_iter()
        .map(|(file, release)| {
            (
                file.split('/').nth(2).unwrap().to_owned(),
                release["metadata"]["name"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let mut promised: Vec<(String, String)> = Vec::new();
    for (name, component) in &catalogue.components {
        promised.extend(component.contract.releases.keys().map(|release| (name.clone(), release.clone())));
    }
    written.sort();
    promised.sort();
    assert_eq!(written, promised);
}

#[test]
fn example_overrides_are_valid_and_named_after_a_release() {
    let releases = super::objects("HelmRelease");
    let files: Vec<String> =
        repository::files_below("overrides").into_iter().filter(|file| file.ends_with(".yaml")).collect();
    assert!(!files.is_empty());
    for file in files {
        let (documents, found) = yamltree::document::values(&file, &repository::read(&file));
        assert!(found.is_empty(), "{found:#?}");
        let [(_, secret)] = &documents[..] else { panic!("{file} is not one document") };
        let name = secret["metadata"]["name"].as_str().unwrap();
        assert_eq!(file, format!("overrides/{name}.yaml"));
        let release = name.strip_prefix("oas-").and_then(|rest| rest.strip_suffix("-override")).unwrap();
        let (_, release) = releases
            .iter()
            .find(|(_, it)| it["metadata"]["name"] == release)
            .unwrap_or_else(|| panic!("{file}: there is no release {release}"));
        assert_eq!(secret["metadata"]["namespace"], release["metadata"]["namespace"], "{file}");
        assert_eq!(secret["metadata"]["labels"]["reconcile.fluxcd.io/watch"], "Enabled", "{file}");
        assert!(secret["kind"] == "Secret" || secret["kind"] == "ConfigMap", "{file}");
        let data = if secret["kind"] == "Secret" { &secret["stringData"] } else { &secret["data"] };
        let (values, found) = yamltree::document::values(&file, data["values.yaml"].as_str().unwrap());
        assert!(found.is_empty() && values.len() == 1 && values[0].1.is_object(), "{file}: {found:#?}");
    }
}
