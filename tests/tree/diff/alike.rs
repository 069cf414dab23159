//! Edits by chance: such that mean the same, and such that do not.

use fastrand::Rng;
use serde_json::{Map, Value};

use super::Files;

/// Rewrites something so that it means the same; false if there was nothing to do.
pub fn rewrite(files: &mut Files, rng: &mut Rng) -> bool {
    match rng.usize(..4) {
        0 => move_file(files, rng),
        1 => reorder_resources(files, rng),
        _ => rewrite_file(files, rng),
    }
}

/// Changes something so that it means something else, or nothing at all.
pub fn change(files: &mut Files, rng: &mut Rng) {
    match rng.usize(..6) {
        0 => drop(reorder_resources(files, rng)),
        1 => drop_resource(files, rng),
        2 => drop(move_file(files, rng)),
        3 => remove_file(files, rng),
        _ => change_value(files, rng),
    }
}

fn pick<'a>(rng: &mut Rng, all: &'a [String]) -> Option<&'a String> {
    if all.is_empty() { None } else { Some(&all[rng.usize(..all.len())]) }
}

fn documents(path: &str, text: &str) -> Vec<Value> {
    let (documents, found) = yamltree::document::values(path, text);
    if found.is_empty() { documents.into_iter().map(|(_, value)| value).collect() } else { Vec::new() }
}

fn is_kustomization(path: &str) -> bool {
    path.ends_with("/kustomization.yaml")
}

/// Manifests, kustomization files and values: what has meaning, not text.
fn is_yaml_of_meaning(path: &str, files: &Files) -> bool {
    if !path.ends_with(".yaml") || path.contains("/chart/") || path.ends_with("/component.yaml") {
        return false;
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_resource = listed(path, files);
    is_kustomization(path) || is_resource || name.starts_with("values")
}

/// Is the file among the resources of the kustomization beside it?
fn listed(path: &str, files: &Files) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else { return false };
    let file = format!("{folder}/kustomization.yaml");
    let documents = files.get(&file).map(|text| documents(&file, text)).unwrap_or_default();
    documents.iter().any(|d| d["resources"].as_array().is_some_and(|all| all.iter().any(|r| r == name)))
}

fn rewrite_file(files: &mut Files, rng: &mut Rng) -> bool {
    let all: Vec<String> = files.keys().filter(|path| is_yaml_of_meaning(path, files)).cloned().collect();
    let Some(path) = pick(rng, &all) else { return false };
    let documents = documents(path, &files[path]);
    // In a text that variables are put into, quotes decide what comes of them.
    let is_text = path.rsplit('/').next().is_some_and(|name| name.starts_with("values"));
    if documents.is_empty() || (is_text && files[path].contains("${")) {
        return false;
    }
    let text: Vec<String> = documents.iter().map(|value| written(value, rng)).collect();
    files.insert(path.clone(), text.join("---\n"));
    true
}

/// The kustomization files with at least two resources.
fn with_resources(files: &Files) -> Vec<(String, Value)> {
    let all = files.iter().filter(|(path, _)| is_kustomization(path));
    let read = all.filter_map(|(path, text)| Some((path.clone(), documents(path, text).into_iter().next()?)));
    read.filter(|(_, value)| value["resources"].as_array().is_some_and(|all| all.len() > 1)).collect()
}

fn reorder_resources(files: &mut Files, rng: &mut Rng) -> bool {
    edit_resources(files, rng, |resources, rng| rng.shuffle(resources))
}

fn drop_resource(files: &mut Files, rng: &mut Rng) {
    edit_resources(files, rng, |resources, rng| {
        resources.remove(rng.usize(..resources.len()));
    });
}

fn edit_resources(files: &mut Files, rng: &mut Rng, edit: impl Fn(&mut Vec<Value>, &mut Rng)) -> bool {
    let mut all = with_resources(files);
    if all.is_empty() {
        return false;
    }
    let (path, mut value) = all.swap_remove(rng.usize(..all.len()));
    if let Some(Value::Array(resources)) = value.get_mut("resources") {
        edit(resources, rng);
    }
    files.insert(path, written(&value, rng));
    true
}

/// Puts a file into a folder of its own, and has the kustomization say so.
fn move_file(files: &mut Files, rng: &mut Rng) -> bool {
    let mut all = with_resources(files);
    if all.is_empty() {
        return false;
    }
    let (path, mut value) = all.swap_remove(rng.usize(..all.len()));
    let folder = path.trim_end_matches("kustomization.yaml").to_owned();
    let Some(Value::Array(resources)) = value.get_mut("resources") else { return false };
    let at = rng.usize(..resources.len());
    let Some(name) = resources[at].as_str().map(str::to_owned) else { return false };
    let Some(text) = files.remove(&format!("{folder}{name}")) else { return false };
    let place = format!("elsewhere/{name}");
    resources[at] = place.clone().into();
    files.insert(format!("{folder}{place}"), text);
    files.insert(path, written(&value, rng));
    true
}

fn remove_file(files: &mut Files, rng: &mut Rng) {
    let all: Vec<String> = files.keys().filter(|path| path.contains("/app/")).cloned().collect();
    if let Some(path) = pick(rng, &all) {
        files.remove(path);
    }
}

fn change_value(files: &mut Files, rng: &mut Rng) {
    let all: Vec<String> = files.keys().filter(|path| is_yaml_of_meaning(path, files)).cloned().collect();
    let Some(path) = pick(rng, &all) else { return };
    let mut documents = documents(path, &files[path]);
    if documents.is_empty() {
        return;
    }
    let index = rng.usize(..documents.len());
    leaf(&mut documents[index], rng);
    let text: Vec<String> = documents.iter().map(|value| written(value, rng)).collect();
    files.insert(path.clone(), text.join("---\n"));
}

/// Changes some leaf.
fn leaf(value: &mut Value, rng: &mut Rng) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let at = rng.usize(..fields.len());
            fields.values_mut().nth(at).into_iter().for_each(|value| leaf(value, rng));
        }
        Value::Array(items) if !items.is_empty() => {
            let at = rng.usize(..items.len());
            leaf(&mut items[at], rng);
        }
        Value::String(text) => text.push_str("-x"),
        Value::Bool(truth) => *truth = !*truth,
        other => *other = Value::from(rng.u8(..)),
    }
}

/// The value as YAML, in a style by chance: order of keys, quotes, indentation, braces, comments.
fn written(value: &Value, rng: &mut Rng) -> String {
    let mut out = String::new();
    if rng.bool() {
        out.push_str("# written anew\n");
    }
    let step = 1 + rng.usize(1..4);
    block(value, 0, step, rng, &mut out);
    out
}

fn block(value: &Value, depth: usize, step: usize, rng: &mut Rng, out: &mut String) {
    let pad = " ".repeat(depth);
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, value) in shuffled(fields, rng) {
                out.push_str(&format!("{pad}{}:", scalar(&Value::from(key.as_str()), rng)));
                below(value, depth, step, rng, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&format!("{pad}-"));
                below(item, depth, step, rng, out);
            }
        }
        other => out.push_str(&format!("{pad}{}\n", flow(other, rng))),
    }
}

fn below(value: &Value, depth: usize, step: usize, rng: &mut Rng, out: &mut String) {
    let is_full =
        value.as_object().is_some_and(|f| !f.is_empty()) || value.as_array().is_some_and(|a| !a.is_empty());
    if is_full && rng.usize(..6) > 0 {
        out.push('\n');
        block(value, depth + step, step, rng, out);
    } else {
        out.push_str(&format!(" {}\n", flow(value, rng)));
    }
}

fn flow(value: &Value, rng: &mut Rng) -> String {
    match value {
        Value::Object(fields) => {
            let all = shuffled(fields, rng);
            let all: Vec<String> = all
                .into_iter()
                .map(|(key, value)| {
                    format!("{}: {}", scalar(&Value::from(key.as_str()), rng), flow(value, rng))
                })
                .collect();
            format!("{{{}}}", all.join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| flow(item, rng)).collect::<Vec<_>>().join(", "))
        }
        other => scalar(other, rng),
    }
}

fn shuffled<'f>(fields: &'f Map<String, Value>, rng: &mut Rng) -> Vec<(&'f String, &'f Value)> {
    let mut all: Vec<(&String, &Value)> = fields.iter().collect();
    rng.shuffle(&mut all);
    all
}

fn scalar(value: &Value, rng: &mut Rng) -> String {
    let Value::String(text) = value else { return value.to_string() };
    let is_plain = |c: char| c.is_ascii_alphabetic() || c == '-';
    let is_word =
        text.len() > 3 && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_plain);
    let is_reserved = matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "null");
    let is_one_line = text.chars().all(|c| !c.is_control());
    match rng.usize(..3) {
        0 if is_word && !is_reserved => text.clone(),
        1 if is_one_line => format!("'{}'", text.replace('\'', "''")),
        // A text of JSON is one of YAML.
        _ => value.to_string(),
    }
}
