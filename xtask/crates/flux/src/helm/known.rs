//! The names of values that a chart knows: what its own values and schema have, and what its templates speak of.
//!
//! Helm takes unknown values without a word. What is said here errs towards known: a word that any template uses is a name.

use std::collections::{BTreeMap, BTreeSet};

use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_as_json;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use yamltree::nearest::nearest;

use super::content::Files;
use crate::render::value;
use crate::values::{Content, Node};

/// The deepest that charts lie in each other.
const DEEPEST: u8 = 8;

/// The names of values that a chart knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownValues {
    /// Those at the top; none if anything may be there. Each with those below it, where the chart takes no others.
    names: BTreeMap<String, Option<BTreeSet<String>>>,
    /// What templates speak of.
    words: BTreeSet<String>,
}

/// A value whose name a chart does not know.
#[derive(Debug, Clone, PartialEq)]
pub struct Unknown<'v> {
    /// Its keys from the top.
    pub path: Vec<String>,
    /// The value.
    pub node: &'v Node,
    /// The name that was probably meant.
    pub near: Option<&'v str>,
}

/// What is gathered of a chart, and of the libraries in it.
#[derive(Default)]
struct Gathered {
    values: Vec<Value>,
    schemas: Vec<Value>,
    /// Names of charts in it, whose values are below these names.
    charts: BTreeSet<String>,
    words: BTreeSet<String>,
    /// What is used as a whole, so that anything may be in it.
    whole: BTreeSet<String>,
    is_open: bool,
}

impl KnownValues {
    /// The names of a chart; `unpack` gives the files of a chart that is packed inside of it.
    pub fn of(files: &Files, unpack: &dyn Fn(&[u8]) -> Option<Files>) -> Self {
        let mut gathered = Gathered::default();
        gathered.look(files, unpack, 0);
        if gathered.is_open {
            return KnownValues::default();
        }
        let mut names: BTreeMap<String, Option<BTreeSet<String>>> = BTreeMap::new();
        for (key, default) in gathered.values.iter().filter_map(Value::as_object).flatten() {
            let below = default.as_object().filter(|below| !below.is_empty());
            let is_closed = below.is_some() && !gathered.whole.contains(key);
            let below = below.filter(|_| is_closed).map(|below| below.keys().cloned().collect());
            names.entry(key.clone()).or_insert(below);
        }
        for (key, of) in gathered.schemas.iter().filter_map(|s| s.get("properties")?.as_object()).flatten() {
            match (names.entry(key.clone()).or_default(), of.get("properties").and_then(Value::as_object)) {
                (Some(names), Some(below)) => names.extend(below.keys().cloned()),
                // What is said elsewhere is not followed.
                (names, None) if of.get("$ref").is_some() => *names = None,
                _ => {}
            }
        }
        // A chart that says nothing of its values may take any.
        if !names.is_empty() {
            gathered.charts.insert("global".to_owned());
            names.extend(gathered.charts.into_iter().map(|name| (name, None)));
        }
        KnownValues { names, words: gathered.words }
    }

    /// Is nothing known, so that any value may be one of the chart?
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The values at the top, and in mappings there of which the chart knows what is in them, whose names it does not know.
    pub fn unknown<'v>(&'v self, values: &'v Node) -> Vec<Unknown<'v>> {
        let mut found = Vec::new();
        if self.is_empty() {
            return found;
        }
        for (key, node) in entries(values) {
            match self.names.get(key) {
                None if !self.words.contains(key) => {
                    let near = nearest(key, self.names.keys().map(String::as_str));
                    found.push(Unknown { path: vec![key.to_owned()], node, near });
                }
                Some(Some(below)) => {
                    let is_unknown =
                        |(key, _): &(&str, &Node)| !below.contains(*key) && !self.words.contains(*key);
                    for (name, node) in entries(node).filter(is_unknown) {
                        let near = nearest(name, below.iter().map(String::as_str));
                        found.push(Unknown { path: vec![key.to_owned(), name.to_owned()], node, near });
                    }
                }
                _ => {}
            }
        }
        found
    }
}

fn entries(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let map = match &node.content {
        Content::Map(entries) => Some(entries),
        _ => None,
    };
    map.into_iter().flatten().map(|(key, node)| (key.as_str(), node))
}

impl Gathered {
    fn look(&mut self, files: &Files, unpack: &dyn Fn(&[u8]) -> Option<Files>, depth: u8) {
        let read = |name: &str| files.get(name).map(|bytes| read(bytes)).unwrap_or_default();
        self.values.push(read("values.yaml"));
        self.schemas.push(read("values.schema.json"));
        for description in [read("Chart.yaml"), read("requirements.yaml")] {
            for dependency in description["dependencies"].as_array().into_iter().flatten() {
                let names = ["name", "alias"].into_iter().filter_map(|field| dependency[field].as_str());
                self.charts.extend(names.map(str::to_owned));
            }
        }
        for (_, bytes) in files.iter().filter(|(path, _)| path.starts_with("templates/")) {
            self.read_template(&String::from_utf8_lossy(bytes));
        }
        for inside in charts_in(files, unpack) {
            let of = inside.get("Chart.yaml").map(|bytes| self::read(bytes)).unwrap_or_default();
            self.charts.extend(of["name"].as_str().map(str::to_owned));
            // A library works on the values of the chart that uses it.
            if of["type"] == "library" && depth < DEEPEST {
                self.look(&inside, unpack, depth + 1);
            }
        }
    }

    fn read_template(&mut self, text: &str) {
        for action in
            text.split("{{").skip(1).filter_map(|behind| behind.split_once("}}")).map(|(action, _)| action)
        {
            for (before, word, after) in words(action) {
                // A step of a path, or a name in quotes.
                if !matches!(before, Some('.' | '"' | '`')) {
                    continue;
                }
                self.words.insert(word.to_owned());
                if after != Some('.') {
                    let makes_text =
                        ["toYaml", "toJson", "range", "merge"].iter().any(|name| action.contains(name));
                    self.is_open |= word == "Values" && makes_text;
                    self.whole.insert(word.to_owned());
                }
            }
        }
    }
}

/// The charts in a chart, packed or not.
fn charts_in(files: &Files, unpack: &dyn Fn(&[u8]) -> Option<Files>) -> Vec<Files> {
    let mut folders: BTreeMap<&str, Files> = BTreeMap::new();
    let mut all = Vec::new();
    for (path, bytes) in files {
        let Some(below) = path.strip_prefix("charts/") else { continue };
        match below.split_once('/') {
            Some((name, rest)) => {
                folders.entry(name).or_default().insert(rest.to_owned(), bytes.clone());
            }
            None if below.ends_with(".tgz") => all.extend(unpack(bytes)),
            None => {}
        }
    }
    all.extend(folders.into_values());
    all
}

/// The words of an action, each with the characters around it.
fn words(action: &str) -> impl Iterator<Item = (Option<char>, &str, Option<char>)> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + action.get(from..)?.find(is_word)?;
        let rest = action.get(start..)?;
        let end = start + rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        from = end;
        let before = action.get(..start)?.chars().next_back();
        Some((before, action.get(start..end)?, action.get(end..)?.chars().next()))
    })
}

/// As JSON; nothing if it cannot be read.
fn read(bytes: &[u8]) -> Value {
    let text = String::from_utf8_lossy(bytes);
    read_as_json(&text, "chart", Limits::default()).map_or(Value::Null, |node| value(&node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Found, Reference, effective};

    fn chart(files: &[(&str, &str)]) -> KnownValues {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        KnownValues::of(&files, &|_| None)
    }

    /// What is unknown, each with the name that was meant.
    fn unknown(known: &KnownValues, values: &str) -> Vec<String> {
        let reference = Reference { kind: "ConfigMap".into(), ..Reference::default() };
        let values =
            effective(&[reference], None, |_, _| Found::Text(values.as_bytes().into())).unwrap().values;
        let shown = |it: &Unknown<'_>| format!("{} {}", it.path.join("."), it.near.unwrap_or("-"));
        known.unknown(&values).iter().map(shown).collect()
    }

    const VALUES: (&str, &str) = ("values.yaml", "replicas: 1\nweb: {port: 80}\nlabels: {a: b}\nempty: {}\n");
    const TEMPLATE: (&str, &str) = (
        "templates/a.yaml",
        "port: {{ .Values.web.port }} extra\n{{ toYaml .Values.labels }}{{ .Values.hidden }}\n",
    );

    #[test]
    fn what_is_in_neither_values_nor_templates_is_unknown() {
        let known = chart(&[VALUES, TEMPLATE]);
        assert_eq!(
            unknown(&known, "replicsa: 1\nextra: 1\nhidden: 2\nglobal: {a: b}"),
            ["extra -", "replicsa replicas"]
        );
    }

    #[test]
    fn below_a_mapping_only_names_are_taken_unless_it_is_used_as_a_whole() {
        let known = chart(&[VALUES, TEMPLATE]);
        assert_eq!(
            unknown(&known, "web: {prot: 1}\nlabels: {c: d}\nempty: {e: f}\nreplicas: {g: h}"),
            ["web.prot port"]
        );
    }

    #[test]
    fn a_schema_has_names_too() {
        let schema = r##"{"properties": {"seen": {}, "web": {"properties": {"host": {}}}, "labels": {"$ref": "#/a"}}}"##;
        let known = chart(&[VALUES, ("values.schema.json", schema)]);
        assert_eq!(unknown(&known, "seen: 1\nweb: {host: a, hots: b}\nlabels: {c: d}"), ["web.hots host"]);
    }

    #[test]
    fn charts_inside_have_values_below_their_names_and_libraries_at_the_top() {
        let description = ("Chart.yaml", "name: blog\ndependencies: [{name: db, alias: store}]\n");
        let inside = [("charts/db/Chart.yaml", "name: db\n"), ("charts/db/values.yaml", "size: 1\n")];
        let library = [
            ("charts/lib/Chart.yaml", "name: lib\ntype: library\n"),
            ("charts/lib/values.yaml", "kind: a\n"),
        ];
        let known = chart(&[&[description, VALUES], &inside[..], &library[..]].concat());
        assert_eq!(unknown(&known, "db: {a: 1}\nstore: {b: 1}\nlib: {c: 1}\nkind: b\nsize: 2"), ["size -"]);
    }

    #[test]
    fn a_chart_that_says_nothing_or_takes_all_its_values_knows_any() {
        assert_eq!(unknown(&chart(&[TEMPLATE]), "a: 1"), [""; 0]);
        let whole = ("templates/a.yaml", "{{ toYaml .Values }}");
        assert_eq!(unknown(&chart(&[VALUES, whole]), "a: 1"), [""; 0]);
    }
}
