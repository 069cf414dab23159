//! The tree tier: what must hold of this repository's own files. Nothing is run but Git-free reading and `cargo
//! metadata`.

#![allow(clippy::unwrap_used)]

mod components;
mod controller_versions;
mod diff;
mod flux_version;
mod generated_files;
mod kustomize_version;
mod overrides;
mod pipeline;
mod releases;
mod workspace;

use serde_json::Value;
use tests::repository;

/// Every YAML document below `flux2/` that is no chart's template, with its file.
pub fn documents() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for file in yaml_files() {
        let (documents, found) = yamltree::document::values(&file, &repository::read(&file));
        assert!(found.is_empty(), "{found:#?}");
        all.extend(documents.into_iter().map(|(_, document)| (file.clone(), document)));
    }
    all
}

/// The YAML files of the tree, charts' templates left out: those are no YAML.
pub fn yaml_files() -> Vec<String> {
    let mut files = repository::files_below("flux2");
    files.retain(|file| file.ends_with(".yaml") && !file.contains("/templates/"));
    files
}

/// The objects of one kind (of Kubernetes, so charts' values are none).
pub fn objects(kind: &str) -> Vec<(String, Value)> {
    documents().into_iter().filter(|(_, it)| it["kind"] == kind && it["apiVersion"].is_string()).collect()
}
