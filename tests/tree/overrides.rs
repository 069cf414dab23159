//! What may be overridden: a schema for each release, which its example and what the tree itself says fit.

use serde_json::{Value, json};
use tests::repository;

/// The schema of a release's values.
fn schema(release: &str) -> Value {
    let text = repository::read(&format!("overrides/schemas/oas-{release}-override.schema.json"));
    serde_json::from_str(&text).unwrap()
}

/// The values in an example.
fn example(release: &str) -> Value {
    let file = format!("overrides/oas-{release}-override.yaml");
    let (documents, _) = yamltree::document::values(&file, &repository::read(&file));
    let object = &documents[0].1;
    let text = object["stringData"]["values.yaml"].as_str().or(object["data"]["values.yaml"].as_str());
    yamltree::document::values(&file, text.unwrap()).0[0].1.clone()
}

fn releases() -> Vec<String> {
    let all = super::objects("HelmRelease");
    all.iter().map(|(_, release)| release["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_release_has_a_schema_which_its_example_fits() {
    let releases = releases();
    assert!(releases.len() > 15, "{releases:?}");
    for release in releases {
        let validator = jsonschema::validator_for(&schema(&release)).unwrap();
        let wrong: Vec<String> =
            validator.iter_errors(&example(&release)).map(|error| error.to_string()).collect();
        assert_eq!(wrong, [""; 0], "{release}");
    }
}

#[test]
fn a_value_of_another_type_is_refused() {
    for release in releases() {
        let schema = schema(&release);
        let validator = jsonschema::validator_for(&schema).unwrap();
        let known = schema["properties"].as_object().unwrap();
        let refused =
            known.keys().filter(|key| !validator.is_valid(&json!({ key.as_str(): [["no such value"]] })));
        assert_eq!(refused.count(), known.len(), "{release}");
    }
}

#[test]
fn each_schema_is_of_a_release() {
    let releases = releases();
    for file in repository::files_below("overrides/schemas") {
        let name = file.strip_prefix("overrides/schemas/oas-").unwrap();
        let release = name.strip_suffix("-override.schema.json").unwrap().to_owned();
        assert!(releases.contains(&release), "{file}: there is no release {release}");
    }
}
