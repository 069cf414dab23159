//! What the cases show, against the lists of what there is to show.
//!
//! `checklist.txt` is written by `generate/checklist`: fields, flags, plugins. `errors.txt` is reviewed by hand, one refusal a
//! line: `ID | SOURCE FILE | PART OF THE MESSAGE`, where `…` stands for anything; or `never: REASON` instead of the part, for what
//! `kustomize build` cannot say about local files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use yamltree::document;
use yamltree::path::RepoPath;
use yamltree::tree::{Tree, files_below};

use crate::case::{Case, Expected};
use crate::suite::{lines, text};

const FILES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What is listed, and which case shows it first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Every entry of the lists that needs a case, with the name of the first case that shows it.
    pub entries: BTreeMap<String, Option<String>>,
    /// What cases show that is not on the lists, and what is wrong with the lists.
    pub unknown: Vec<String>,
}

impl Coverage {
    /// Entries without a case, and what is not on the lists.
    pub fn problems(&self) -> Vec<String> {
        let without = self.entries.iter().filter(|(_, case)| case.is_none());
        without.map(|(entry, _)| format!("no case shows `{entry}`")).chain(self.unknown.clone()).collect()
    }

    /// How many entries of each sort there are, and how many have a case.
    pub fn counts(&self) -> Vec<(&str, usize, usize)> {
        let mut counts: Vec<(&str, usize, usize)> = Vec::new();
        for (entry, case) in &self.entries {
            let sort = entry.split(' ').next().unwrap_or_default();
            let shown = usize::from(case.is_some());
            match counts.last_mut() {
                Some((last, all, covered)) if *last == sort => {
                    *all += 1;
                    *covered += shown;
                }
                _ => counts.push((sort, 1, shown)),
            }
        }
        counts
    }
}

struct Refusal<'a> {
    id: &'a str,
    parts: Vec<&'a str>,
}

impl Refusal<'_> {
    fn is_in(&self, mut message: &str) -> bool {
        self.parts.iter().all(|part| match message.find(part) {
            Some(at) => {
                message = message.get(at + part.len()..).unwrap_or_default();
                true
            }
            None => false,
        })
    }
}

/// Holds all cases against the lists.
pub fn coverage(tree: &dyn Tree, cases: &[Case]) -> Coverage {
    let (checklist, errors) = (text(tree, "checklist.txt"), text(tree, "errors.txt"));
    let mut coverage = Coverage::default();
    coverage.entries.extend(lines(&checklist).map(|entry| (entry.to_owned(), None)));
    let mut refusals = Vec::new();
    for line in lines(&errors) {
        match line.split(" | ").collect::<Vec<_>>()[..] {
            [_, _, never] if never.starts_with("never: ") => {}
            [id, _, part] => {
                if coverage.entries.insert(format!("error {id}"), None).is_some() {
                    coverage.unknown.push(format!("errors.txt has `{id}` twice"));
                }
                refusals.push(Refusal { id, parts: part.split('…').collect() });
            }
            _ => coverage.unknown.push(format!("errors.txt: `{line}` is not `ID | FILE | PART`")),
        }
    }
    for case in cases {
        if let Expected::Refused(message) = &case.expected {
            let mut is_known = false;
            for refusal in refusals.iter().filter(|refusal| refusal.is_in(message)) {
                is_known = true;
                coverage.show(case, &format!("error {}", refusal.id));
            }
            if !is_known {
                coverage.unknown.push(format!("{}: its refusal is not in errors.txt", case.name));
            }
        }
        let flags = flags(case);
        flags.iter().for_each(|flag| coverage.show(case, flag));
        // A field counts where it did something, or is refused on purpose.
        if matches!(case.expected, Expected::Built(_) | Expected::RefusedByDesign(_)) {
            let mut found = BTreeSet::new();
            inputs(tree, case, &mut found);
            found.iter().for_each(|entry| coverage.show(case, entry));
        }
    }
    coverage
}

impl Coverage {
    /// Marks an entry as shown; a spelling in another case is the same field.
    fn show(&mut self, case: &Case, entry: &str) {
        let found = match self.entries.get_mut(entry) {
            Some(found) => Some(found),
            None => {
                self.entries.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(entry)).map(|(_, v)| v)
            }
        };
        if let Some(found) = found {
            found.get_or_insert_with(|| case.name.clone());
        }
    }
}

fn flags(case: &Case) -> Vec<String> {
    let mut flags = Vec::new();
    for (index, arg) in case.args.iter().enumerate().filter(|(_, arg)| arg.starts_with('-')) {
        let name = arg.split('=').next().unwrap_or_default();
        flags.push(format!("flag {name}"));
        match (arg.contains('='), case.args.get(index + 1)) {
            (true, _) => flags.push(format!("flag {arg}")),
            (false, Some(value)) => flags.push(format!("flag {arg}={value}")),
            (false, None) => {}
        }
    }
    flags
}

/// Every entry that the files of a case show.
fn inputs(tree: &dyn Tree, case: &Case, found: &mut BTreeSet<String>) {
    let Some(input) = case.input() else { return };
    for path in files_below(tree, &input) {
        let Ok(text) = tree.read(&path) else { continue };
        let documents = document::values(path.as_str(), &text).0;
        let name = path.name().unwrap_or_default();
        for (_, document) in &documents {
            plugin(document, found);
        }
        if !FILES.contains(&name) {
            continue;
        }
        found.insert(format!("file {name}"));
        let Some((_, file)) = documents.first() else { continue };
        let kind = file.get("kind").and_then(Value::as_str).unwrap_or("Kustomization");
        found.insert(format!("kind {kind}"));
        leaves(file, "", &mut |path, value| {
            found.insert(format!("field {path}"));
            if let Value::String(text) = value {
                found.insert(format!("value {path}={text}"));
            }
        });
        let listed = |field: &str| {
            let items = file.get(field).and_then(Value::as_array).into_iter().flatten();
            items.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
        };
        let folder = path.parent().unwrap_or_else(RepoPath::root);
        for name in listed("configurations") {
            let text = folder.join(&name).ok().and_then(|path| tree.read(&path).ok()).unwrap_or_default();
            for (_, document) in document::values(&name, &text).0 {
                leaves(&document, "", &mut |path, _| {
                    found.insert(format!("config {path}"));
                });
            }
        }
        for field in ["generators", "transformers", "validators"] {
            for text in listed(field) {
                for (_, document) in document::values(field, &text).0 {
                    plugin(&document, found);
                }
            }
        }
    }
}

fn plugin(document: &Value, found: &mut BTreeSet<String>) {
    if document.get("apiVersion").and_then(Value::as_str) == Some("builtin")
        && let Some(kind) = document.get("kind").and_then(Value::as_str)
    {
        leaves(document, "", &mut |path, _| {
            found.insert(format!("plugin {kind} {path}"));
        });
    }
}

/// Calls `see` with every path in a value, inner nodes too; `[]` stands for the items of a list.
fn leaves(value: &Value, path: &str, see: &mut dyn FnMut(&str, &Value)) {
    if !path.is_empty() {
        see(path, value);
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                leaves(value, &below, see);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, &format!("{path}[]"), see)),
        _ => {}
    }
}
