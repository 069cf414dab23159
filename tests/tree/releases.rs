//! Helm releases: what is written beside the tree for them.

use tests::repository;

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
