//! What of a chart decides how it renders, as one digest.
//!
//! Packaging the same chart again gives other bytes: times, order, comments that a tool drops. So the digest is of what the files
//! say: name and dependencies, values, schema, templates and definitions, and the same of the charts inside.

use std::collections::BTreeMap;

use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_as_json;
use serde_json::{Map, Value, json};

use crate::digest;
use crate::render::value;

/// The files of a chart, by path below its folder.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The fields of a dependency that decide what is rendered. Where it was published does not: it is inside already.
const OF_DEPENDENCY: [&str; 6] = ["name", "version", "condition", "tags", "alias", "import-values"];
/// Folders that are no part of what is rendered.
const BESIDE: [&str; 5] = [".github", "ci", "docs", "tests", "unittests"];

/// The digest of a chart; `unpack` gives the files of a chart that is packed inside of it.
pub fn digest(files: &Files, unpack: &dyn Fn(&[u8]) -> Option<Files>) -> String {
    digest::of(&content(files, unpack, 0))
}

fn content(files: &Files, unpack: &dyn Fn(&[u8]) -> Option<Files>, depth: u8) -> Value {
    let description = files.get("Chart.yaml").map(|bytes| read(bytes)).unwrap_or_default();
    let mut inside: BTreeMap<String, Files> = BTreeMap::new();
    let mut charts = Vec::new();
    for (path, bytes) in files {
        let Some(below) = path.strip_prefix("charts/") else { continue };
        match below.split_once('/') {
            Some((name, rest)) => {
                drop(inside.entry(name.to_owned()).or_default().insert(rest.to_owned(), bytes.clone()))
            }
            None if below.ends_with(".tgz") && depth < 8 => {
                // One that cannot be read is Helm's to refuse; its bytes tell it from others.
                charts.push(match unpack(bytes) {
                    Some(files) => content(&files, unpack, depth + 1),
                    None => Value::String(plain(bytes)),
                });
            }
            None => {}
        }
    }
    charts.extend(
        inside
            .values()
            .filter(|files| files.contains_key("Chart.yaml"))
            .map(|files| content(files, unpack, depth + 1)),
    );
    charts.sort_by_key(ToString::to_string);
    let templates = texts(files, "templates/");
    // What templates read beside, if they do.
    let reads_files =
        templates.values().any(|text| text.as_str().is_some_and(|text| text.contains(".Files")));
    let others = files.iter().filter(|(path, _)| reads_files && is_other(path));
    let others: Map<String, Value> =
        others.map(|(path, bytes)| (path.clone(), Value::String(plain(bytes)))).collect();
    json!({
        "name": description["name"].as_str().unwrap_or_default().trim().to_lowercase(),
        "version": description["version"],
        "type": description.get("type").and_then(Value::as_str).unwrap_or("application"),
        "dependencies": dependencies(&description),
        "values": files.get("values.yaml").map(|bytes| read(bytes)),
        "schema": files.get("values.schema.json").map(|bytes| read(bytes)),
        "templates": templates,
        "definitions": texts(files, "crds/"),
        "files": others,
        "charts": charts,
    })
}

fn dependencies(description: &Value) -> Vec<Value> {
    let all = description["dependencies"].as_array().map_or(&[][..], Vec::as_slice);
    let kept = |dependency: &Value| -> Value {
        OF_DEPENDENCY
            .iter()
            .filter_map(|field| Some(((*field).to_owned(), dependency.get(*field)?.clone())))
            .collect::<Map<_, _>>()
            .into()
    };
    let mut all: Vec<Value> = all.iter().map(kept).collect();
    all.sort_by_key(ToString::to_string);
    all
}

fn texts(files: &Files, folder: &str) -> Map<String, Value> {
    let below = files.iter().filter(|(path, _)| path.starts_with(folder));
    below.map(|(path, bytes)| (path.clone(), Value::String(plain(bytes)))).collect()
}

/// Is it none of those that are looked at by themselves, and no document for people?
fn is_other(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    let own = [
        "Chart.yaml",
        "Chart.lock",
        "requirements.lock",
        "values.yaml",
        "values.schema.json",
        ".helmignore",
        "LICENSE",
        "OWNERS",
    ];
    !["templates", "crds", "charts"].contains(&first)
        && !BESIDE.contains(&first)
        && !own.contains(&path)
        && !path.ends_with(".md")
}

/// As JSON, however it is written; what cannot be read is its own text.
fn read(bytes: &[u8]) -> Value {
    let text = String::from_utf8_lossy(bytes);
    read_as_json(&text, "chart", Limits::default())
        .map_or_else(|_| Value::String(plain(bytes)), |node| value(&node))
}

/// With the line ends of Unix, and one at the end.
fn plain(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => format!("{}\n", text.replace("\r\n", "\n").trim_end_matches('\n')),
        Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHART: &[(&str, &str)] = &[
        (
            "Chart.yaml",
            "apiVersion: v2\nname: blog\nversion: 1.2.3\ndescription: News\ndependencies:\n- {name: db, version: 1.x, repository: 'https://a'}\n",
        ),
        ("values.yaml", "# How many.\nreplicas: 1\ncolour: red\n"),
        ("templates/a.yaml", "kind: A\n"),
        ("crds/b.yaml", "kind: B\n"),
        ("charts/db/Chart.yaml", "name: db\nversion: 1.0.0\n"),
    ];

    /// The digest of the chart with these files in place of its own; an empty text takes one away.
    fn with(changes: &[(&str, &str)]) -> String {
        let mut files: Files = CHART.iter().map(|(p, t)| ((*p).to_owned(), t.as_bytes().to_vec())).collect();
        for (path, text) in changes {
            if text.is_empty() {
                files.remove(*path);
            } else {
                files.insert((*path).to_owned(), text.as_bytes().to_vec());
            }
        }
        // A packed chart is its Chart.yaml here.
        digest(&files, &|bytes| Some(BTreeMap::from([("Chart.yaml".to_owned(), bytes.to_vec())])))
    }

    #[test]
    fn what_a_packager_changes_does_not_count() {
        let same = with(&[]);
        assert_eq!(with(&[("values.yaml", "colour: \"red\"\nreplicas: 1\n")]), same);
        assert_eq!(with(&[("templates/a.yaml", "kind: A\r\n\n")]), same);
        assert_eq!(
            with(&[("README.md", "Read me.\n"), ("ci/a.yaml", "a: 1\n"), ("files/a.txt", "unread\n")]),
            same
        );
        assert_eq!(
            with(&[("charts/db/Chart.yaml", ""), ("charts/db-1.0.0.tgz", "name: db\nversion: 1.0.0\n")]),
            same
        );
        let moved = CHART[0].1.replace("https://a", "file://../db").replace("News", "Other news");
        assert_eq!(with(&[("Chart.yaml", &moved)]), same);
    }

    #[test]
    fn what_decides_counts() {
        let same = with(&[]);
        for (path, text) in [
            ("Chart.yaml", "name: blog\nversion: 1.2.4\n"),
            ("Chart.yaml", "name: other\nversion: 1.2.3\ndependencies: [{name: db, version: 1.x}]\n"),
            ("values.yaml", "replicas: 2\ncolour: red\n"),
            ("values.schema.json", "{\"type\": \"object\"}"),
            ("templates/a.yaml", "kind: C\n"),
            ("templates/b.yaml", "kind: B\n"),
            ("crds/b.yaml", ""),
            ("charts/db/Chart.yaml", "name: db\nversion: 1.0.1\n"),
        ] {
            assert_ne!(with(&[(path, text)]), same, "{path} {text}");
        }
    }

    #[test]
    fn files_count_where_a_template_reads_some() {
        let reads = ("templates/c.yaml", "{{ .Files.Get \"files/a.txt\" }}\n");
        assert_ne!(with(&[reads, ("files/a.txt", "1\n")]), with(&[reads, ("files/a.txt", "2\n")]));
        assert_eq!(with(&[reads, ("README.md", "1\n")]), with(&[reads]));
    }
}
