//! The shape of `flux2/`.

use fleet::catalogue;
use tests::repository;

#[test]
fn every_file_parses() {
    let files = super::yaml_files();
    assert!(files.len() > 50, "{files:#?}");
    for file in files {
        let parsed = yamltree::document::parse(&file, &repository::read(&file));
        assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    }
}

#[test]
fn every_component_s_contract_is_right() {
    let (catalogue, found) = catalogue::read(&repository::tree());
    assert!(found.is_empty(), "{found:#?}");
    let expected: usize = super::components().values().map(Vec::len).sum();
    assert_eq!(catalogue.components.len(), expected);
}

#[test]
fn every_pin_can_be_read_and_is_exact() {
    let (pins, found) = flux::pins::read(&repository::tree());
    assert!(found.is_empty(), "{found:#?}");
    assert!(!pins.is_empty());
    for pin in pins {
        // Our own charts have the version of the commit.
        let exact = match &pin.version {
            Some(version) => flux::pins::is_exact(version),
            None => pin.source == flux::pins::SourceKind::Local,
        };
        assert!(exact, "{}: {} has version {:?}", pin.place, pin.release, pin.version);
    }
}

#[test]
fn every_component_folder_has_its_three_files() {
    for (tier, names) in super::components() {
        for name in names {
            for file in ["component.yaml", "ks.yaml", "kustomization.yaml"] {
                repository::read(&format!("flux2/{tier}/{name}/{file}"));
            }
        }
    }
}

#[test]
fn every_component_of_infrastructure_and_core_is_listed() {
    for (tier, mut names) in super::components().into_iter().filter(|(tier, _)| tier != "apps") {
        let file = format!("flux2/{tier}/kustomization.yaml");
        let (listed, _) = yamltree::document::values(&file, &repository::read(&file));
        let listed = listed[0].1["resources"].as_array().unwrap().clone();
        let mut listed: Vec<String> = listed.iter().map(|it| it.as_str().unwrap().to_owned()).collect();
        listed.sort();
        names.sort();
        assert_eq!(listed, names, "{file}");
    }
    assert!(
        !repository::root().join("flux2/apps/kustomization.yaml").exists(),
        "each cluster lists its apps itself"
    );
}

#[test]
fn every_flux_kustomization_names_its_component_and_a_folder_of_it() {
    for (file, object) in
        super::objects("Kustomization").into_iter().filter(|(file, _)| file.ends_with("/ks.yaml"))
    {
        let folder = file.strip_suffix("/ks.yaml").unwrap();
        let component = folder.rsplit('/').next().unwrap();
        let name = object["metadata"]["name"].as_str().unwrap();
        assert_eq!(object["metadata"]["labels"]["component"], component, "{file}: {name}");
        let path = object["spec"]["path"].as_str().unwrap();
        let part = path
            .strip_prefix(&format!("./{folder}/"))
            .unwrap_or_else(|| panic!("{file}: {path} is elsewhere"));
        let expected = if part == "app" { component.to_owned() } else { format!("{component}-{part}") };
        assert_eq!(name, expected, "{file}: the name of what applies {path}");
        repository::read(&format!("{}/kustomization.yaml", path.trim_start_matches("./")));
        assert_eq!(object["spec"]["prune"], true, "{file}: {name}");
        assert_eq!(object["spec"]["sourceRef"]["name"], "openappstack", "{file}: {name}");
    }
}

#[test]
fn what_a_flux_kustomization_waits_for_exists() {
    let all: Vec<_> =
        super::objects("Kustomization").into_iter().filter(|(file, _)| file.ends_with("/ks.yaml")).collect();
    let names: Vec<&str> =
        all.iter().map(|(_, object)| object["metadata"]["name"].as_str().unwrap()).collect();
    for (file, object) in &all {
        for needed in object["spec"]["dependsOn"].as_array().into_iter().flatten() {
            let needed = needed["name"].as_str().unwrap();
            assert!(names.contains(&needed), "{file}: there is no Kustomization {needed}");
        }
    }
}

#[test]
fn every_file_of_a_folder_is_listed_in_its_kustomization() {
    for (file, kustomization) in super::objects("Kustomization") {
        let Some(folder) = file.strip_suffix("/kustomization.yaml") else { continue };
        let mut named: Vec<String> = Vec::new();
        collect_texts(&kustomization, &mut named);
        for entry in std::fs::read_dir(repository::root().join(folder)).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            let is_component = folder.split('/').count() == 3;
            let is_read_by_others = is_component && (entry.path().is_dir() || name == "component.yaml")
                || entry.path().join("Chart.yaml").exists();
            let is_named = named.iter().any(|it| *it == name || it.ends_with(&format!("={name}")));
            assert!(
                is_named || is_read_by_others || name == "kustomization.yaml" || name.ends_with(".md"),
                "{file} does not list {name}"
            );
        }
    }
}

fn collect_texts(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => found.push(text.trim_start_matches("./").to_owned()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect_texts(item, found)),
        serde_json::Value::Object(fields) => fields.values().for_each(|field| collect_texts(field, found)),
        _ => {}
    }
}

#[test]
fn namespaces_and_claims_are_never_pruned() {
    for (file, object) in
        super::objects("Namespace").into_iter().chain(super::objects("PersistentVolumeClaim"))
    {
        let annotations = &object["metadata"]["annotations"];
        let labels = &object["metadata"]["labels"];
        let key = "kustomize.toolkit.fluxcd.io/prune";
        assert!(annotations[key] == "disabled" || labels[key] == "disabled", "{file}");
    }
}
