//! What of a chart decides how a release of it is rendered.

use std::collections::BTreeMap;

use flux::helm::range::Version;
use flux::helm::{KnownValues, content};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::archive::{self, ChartFile, ChartFiles};
use super::chart::Chart;
use super::error::ChartError;

/// The kind of object that brings API versions.
pub const DEFINITION: &str = "CustomResourceDefinition";

/// What is known of a chart without rendering it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contents {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Does a template of it, or of a chart in it, ask which API versions there are?
    pub asks_api_versions: bool,
    /// May it bring API versions: does a file of it, or of a chart in it, say what makes one?
    pub may_bring_api_versions: bool,
    /// Does a schema of its values refer to the network?
    pub schema_needs_network: bool,
    /// The charts that it needs and does not have.
    pub missing: Vec<String>,
    /// The names of values that it knows.
    pub values: KnownValues,
}

impl Contents {
    /// Looks into a chart.
    pub fn of(chart: &Chart) -> Result<Self, ChartError> {
        let files = chart.files(|_| true)?;
        let mut found = Contents {
            name: chart.metadata.name.clone(),
            version: chart.metadata.version.clone(),
            asks_api_versions: false,
            may_bring_api_versions: false,
            schema_needs_network: false,
            missing: chart.missing_dependencies()?,
            values: KnownValues::of(&plain(files.clone()), &|packed| {
                archive::unpack(packed, |_| true).ok().map(plain)
            }),
        };
        found.look(&files, 0);
        Ok(found)
    }

    fn look(&mut self, files: &ChartFiles, depth: u8) {
        for (path, file) in files {
            let has = |text: &[u8]| memchr::memmem::find(&file.content, text).is_some();
            self.asks_api_versions |= is_asking(path) && has(b"APIVersions");
            self.may_bring_api_versions |= has(DEFINITION.as_bytes());
            self.schema_needs_network |= is_schema(path) && refers_to_network(&file.content);
            // Charts in a chart may be packed too. One that cannot be read is Helm's to refuse.
            if is_packed(path)
                && depth < 8
                && let Ok(inside) = archive::unpack(&file.content, |_| true)
            {
                self.look(&inside, depth + 1);
            }
        }
    }
}

/// Is there a `"$ref": "http…"`? The document itself may well be named by an address.
fn refers_to_network(schema: &[u8]) -> bool {
    let after = |at: usize| schema.get(at + b"\"$ref\"".len()..).unwrap_or_default().trim_ascii_start();
    memchr::memmem::find_iter(schema, b"\"$ref\"").any(|at| {
        let value = after(at).strip_prefix(b":").unwrap_or_default().trim_ascii_start();
        value.starts_with(b"\"http:") || value.starts_with(b"\"https:")
    })
}

fn is_asking(path: &str) -> bool {
    path.starts_with("templates/") || path.contains("/templates/") || path.ends_with("values.yaml")
}

fn is_schema(path: &str) -> bool {
    path.rsplit('/').next() == Some("values.schema.json")
}

fn is_packed(path: &str) -> bool {
    path.contains("charts/") && path.ends_with(".tgz")
}

fn plain(files: ChartFiles) -> content::Files {
    files.into_iter().map(|(path, file)| (path, file.content)).collect()
}

/// The digest of what decides how a chart renders, the same for whoever packaged it.
pub fn content_digest(chart: &Chart) -> Result<String, ChartError> {
    let files = plain(chart.files(|_| true)?);
    Ok(content::digest(&files, &|packed| archive::unpack(packed, |_| true).ok().map(plain)))
}

/// The chart with the values of these files in place of its own.
///
/// `file` gives a values file as JSON; the chart's own `values.yaml` may be among them. Upstream: `mergeChartValues` and
/// `OverwriteChartDefaultValues` in `internal/helm/chart/` of source-controller 1.9.
pub fn with_values(chart: &Chart, files: &[Value]) -> Result<Chart, ChartError> {
    let mut merged = Value::Object(serde_json::Map::new());
    files.iter().for_each(|values| merge(&mut merged, values));
    let mut contents = chart.files(|_| true)?;
    // JSON is YAML.
    contents.insert("values.yaml".to_owned(), ChartFile::text(merged.to_string()));
    let packed = archive::pack(&chart.metadata.name, &contents)
        .map_err(|error| ChartError::NotAChart { origin: chart.origin.clone(), reason: error.to_string() })?;
    Chart::from_archive(chart.origin.clone(), packed)
}

/// The chart with another version in its description: `digest` is that of the registry's manifest, of which the first twelve digits
/// become the version's build metadata.
///
/// None if the version is not written as one plain line. Upstream: `mutateChartWithSourceRevision` in
/// `internal/controller/helmrelease_controller.go` of helm-controller 1.6.
pub fn with_digest(chart: &Chart, digest: &str) -> Result<Option<Chart>, ChartError> {
    let Some(digits) = digest.rsplit(':').next().and_then(|digits| digits.get(..12)) else { return Ok(None) };
    let mut files = chart.files(|_| true)?;
    let Some(description) = files.get_mut("Chart.yaml") else { return Ok(None) };
    // As Go prints it: without a `v` in front and without what stood behind a `+`.
    let Ok(version) = chart.metadata.version.parse::<Version>() else { return Ok(None) };
    let wanted = format!("{version}+{digits}");
    let text = String::from_utf8_lossy(&description.content).into_owned();
    let set = |line: &str| {
        if line.starts_with("version:") { format!("version: {wanted}\n") } else { line.to_owned() }
    };
    description.content = text.split_inclusive('\n').map(set).collect::<String>().into_bytes();
    let packed = archive::pack(&chart.metadata.name, &files)
        .map_err(|error| ChartError::NotAChart { origin: chart.origin.clone(), reason: error.to_string() })?;
    let made = Chart::from_archive(chart.origin.clone(), packed)?;
    Ok(Some(made).filter(|made| made.metadata.version == wanted))
}

fn merge(into: &mut Value, other: &Value) {
    match (into, other) {
        (Value::Object(into), Value::Object(other)) => {
            for (key, value) in other {
                match into.get_mut(key) {
                    Some(there) if there.is_object() && value.is_object() => merge(there, value),
                    _ => drop(into.insert(key.clone(), value.clone())),
                }
            }
        }
        (into, other) => *into = other.clone(),
    }
}

/// Packs the files of a folder, by path below it, into a chart; those that its `.helmignore` names are left out.
pub fn packed_folder(origin: String, files: BTreeMap<String, Vec<u8>>) -> Result<Chart, ChartError> {
    let rules = files.get(".helmignore").map(|text| String::from_utf8_lossy(text).into_owned());
    let rules = super::ignore::HelmIgnore::parse(rules.as_deref().unwrap_or_default());
    let is_left_out = |path: &str| {
        let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
        rules.leave_out(path, false) || folders.into_iter().any(|folder| rules.leave_out(folder, true))
    };
    let files: ChartFiles = files
        .into_iter()
        .filter(|(path, _)| !is_left_out(path))
        .map(|(path, content)| (path, ChartFile { content, executable: false }))
        .collect();
    let name = super::folder::chart_name(&files).unwrap_or_else(|| "chart".to_owned());
    let archive = archive::pack(&name, &files)
        .map_err(|error| ChartError::NotAChart { origin: origin.clone(), reason: error.to_string() })?;
    Chart::from_archive(origin, archive)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn chart(files: &[(&str, &str)]) -> Chart {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        let mut files: BTreeMap<_, _> = files.collect();
        files.insert("Chart.yaml".to_owned(), b"apiVersion: v2\nname: a\nversion: 1.0.0\n".to_vec());
        packed_folder("test".to_owned(), files).unwrap()
    }

    #[test]
    fn a_chart_that_asks_for_api_versions_is_known_by_its_templates() {
        let asks = |files: &[_]| Contents::of(&chart(files)).unwrap().asks_api_versions;
        assert!(!asks(&[("README.md", "APIVersions"), ("templates/a.yaml", "a: 1\n")]));
        assert!(asks(&[("charts/b/templates/a.yaml", "{{ .Capabilities.APIVersions.Has \"x\" }}")]));
    }

    #[test]
    fn a_chart_that_may_bring_api_versions_is_known_by_any_of_its_files() {
        let may = |files: &[_]| Contents::of(&chart(files)).unwrap().may_bring_api_versions;
        assert!(!may(&[("templates/a.yaml", "resources: [customresourcedefinitions]\n")]));
        assert!(may(&[("charts/b/crds/a.yaml", "kind: CustomResourceDefinition\n")]));
        assert!(may(&[("files/a.yaml", "kind: CustomResourceDefinition\n")]));
    }

    #[test]
    fn a_schema_that_refers_to_the_network_is_told() {
        let needs =
            |text| Contents::of(&chart(&[("values.schema.json", text)])).unwrap().schema_needs_network;
        assert!(!needs(r##"{"$ref": "#/definitions/a"}"##));
        assert!(!needs(r##"{"$schema": "https://json-schema.org/a", "$ref": "#/a"}"##));
        assert!(needs(r#"{"$ref": "https://example.org/a.json"}"#));
    }

    #[test]
    fn values_files_take_the_place_of_the_chart_s_own() {
        let files = [json!({"a": {"b": 1, "c": 2}, "d": [1]}), json!({"a": {"b": 3}, "d": [2]})];
        let made = with_values(&chart(&[("values.yaml", "e: 1\n")]), &files).unwrap();
        let values = made.files(|path| path == "values.yaml").unwrap().remove("values.yaml").unwrap();
        let values: Value = serde_json::from_slice(&values.content).unwrap();
        assert_eq!(values, json!({"a": {"b": 3, "c": 2}, "d": [2]}));
    }

    #[test]
    fn a_chart_that_was_packaged_again_has_the_same_digest() {
        let one =
            chart(&[("values.yaml", "a: 1\nb: 2\n"), ("charts/c/Chart.yaml", "name: c\nversion: 1.0.0\n")]);
        let inside = packed_folder(
            "c".into(),
            BTreeMap::from([("Chart.yaml".to_owned(), b"version: 1.0.0\nname: c\n".to_vec())]),
        );
        let files = BTreeMap::from([
            ("Chart.yaml".to_owned(), b"name: a\nversion: 1.0.0\napiVersion: v2\n".to_vec()),
            ("values.yaml".to_owned(), b"b: 2 # two\na: 1\n".to_vec()),
            ("charts/c-1.0.0.tgz".to_owned(), inside.unwrap().archive.to_vec()),
        ]);
        let other = packed_folder("test".to_owned(), files).unwrap();
        assert_ne!(one.digest, other.digest);
        assert_eq!(content_digest(&one).unwrap(), content_digest(&other).unwrap());
        assert_ne!(content_digest(&one).unwrap(), content_digest(&chart(&[])).unwrap());
    }

    #[test]
    fn the_digest_of_the_registry_is_part_of_the_version() {
        let made = with_digest(&chart(&[]), "sha256:0123456789abcdef").unwrap().unwrap();
        assert_eq!(made.metadata.version, "1.0.0+0123456789ab");
    }

    #[test]
    fn a_folder_that_is_ignored_is_no_part_of_the_chart() {
        let made = chart(&[(".helmignore", "ci/\n"), ("ci/deep/x.yaml", "a"), ("templates/a.yaml", "a: 1")]);
        let paths: Vec<String> = made.files(|_| true).unwrap().into_keys().collect();
        assert_eq!(paths, [".helmignore", "Chart.yaml", "templates/a.yaml"]);
    }
}
