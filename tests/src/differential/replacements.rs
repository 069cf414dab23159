//! Replacements from something there to something there.

use serde_json::{Map, Value, json};

use super::draw::Draw;
use super::tree::Folder;
use super::{objects, patches, scalars, write};

/// An entry of `replacements`.
pub fn entry(draw: &mut Draw, folder: &mut Folder) -> Value {
    let replacement = replacement(draw, folder);
    if draw.takes(15, "replacement by path") {
        let content = if draw.chance(50) { Value::Array(vec![replacement]) } else { replacement };
        let text = write::document(draw, &content);
        return json!({"path": folder.file(draw, "replacement", text)});
    }
    replacement
}

fn replacement(draw: &mut Draw, folder: &Folder) -> Value {
    let (Some(from), Some(to)) = (folder.any_object(draw), folder.any_object(draw)) else { return json!({}) };
    let mut entry = Map::new();
    if draw.takes(10, "sourceValue") {
        entry.insert("sourceValue".to_owned(), Value::from(draw.pick(&["x", "5", "true", "a b", ""])));
    } else {
        let mut source = select(draw, &from, 95);
        if draw.chance(85) {
            let way = patches::way(draw, &from);
            source["fieldPath"] = Value::from(path(draw, &from, &way));
        }
        if draw.takes(10, "source options") {
            source["options"] =
                json!({"delimiter": draw.pick(&["-", ":", "=", "/"]), "index": draw.pick(&[0, 1, 2, -1])});
        }
        entry.insert("source".to_owned(), source);
    }
    let mut target = json!({"select": select(draw, &to, 60)});
    if draw.takes(12, "reject") {
        let other = folder.any_object(draw).unwrap_or_default();
        let rejected =
            if draw.chance(70) { select(draw, &other, 80) } else { patches::selector(draw, &other) };
        target["reject"] = json!([rejected]);
    }
    if draw.chance(90) {
        let count = draw.between(1, 2);
        let paths: Vec<Value> = (0..count)
            .map(|_| {
                let mut way = patches::way(draw, &to);
                if draw.chance(15) {
                    way.push(draw.pick(&["new", "a.b", "0", "-", "a"]).to_owned());
                }
                Value::from(path(draw, &to, &way))
            })
            .collect();
        target["fieldPaths"] = Value::Array(paths);
    }
    if draw.takes(30, "target options") {
        let mut options = Map::new();
        if draw.takes(70, "create") {
            options.insert("create".to_owned(), json!(true));
        }
        if draw.takes(35, "delimiter") {
            options.insert("delimiter".to_owned(), json!(draw.pick(&["-", ":", "/", "."])));
            options.insert("index".to_owned(), json!(draw.pick(&[0, 1, -1, 5])));
        }
        target["options"] = Value::Object(options);
    }
    entry.insert("targets".to_owned(), json!([target]));
    Value::Object(entry)
}

fn select(draw: &mut Draw, object: &Value, with_name: usize) -> Value {
    let mut select = Map::new();
    if draw.chance(92) {
        select.insert("kind".to_owned(), object["kind"].clone());
    }
    if draw.chance(with_name) {
        select.insert("name".to_owned(), object["metadata"]["name"].clone());
    }
    if draw.chance(10) {
        select.insert("namespace".to_owned(), Value::from(draw.pick(objects::NAMESPACES)));
    }
    if draw.chance(10) {
        let (group, version) = patches::group_version(object);
        select.insert("version".to_owned(), Value::from(version));
        select.insert("group".to_owned(), Value::from(group));
    }
    Value::Object(select)
}

/// The dotted path of a way through an object; indices become conditions, wildcards, or stay.
fn path(draw: &mut Draw, object: &Value, way: &[String]) -> String {
    let mut steps = Vec::new();
    let mut here = Some(object);
    for step in way {
        let found = match here {
            Some(Value::Array(items)) => step.parse::<usize>().ok().and_then(|i| items.get(i)),
            Some(Value::Object(map)) => map.get(step),
            _ => None,
        };
        let is_item = matches!(here, Some(Value::Array(_)));
        let written = if is_item { item(draw, step, found) } else { key(draw, step) };
        steps.push(written);
        here = found;
    }
    steps.join(".")
}

fn item(draw: &mut Draw, step: &str, found: Option<&Value>) -> String {
    if draw.takes(10, "wildcard in a path") {
        return "*".to_owned();
    }
    if draw.takes(3, "- in a path") {
        return "-".to_owned();
    }
    let Some(found) = found else { return step.to_owned() };
    if draw.takes(60, "condition in a path") {
        if let Some(map) = found.as_object() {
            let texts: Vec<(&String, &Value)> =
                map.iter().filter(|(_, v)| v.is_string() || v.is_number()).collect();
            if !texts.is_empty() {
                let (key, value) = draw.pick(&texts);
                return format!("[{key}={}]", text(value));
            }
        } else if found.is_string() {
            return format!("[={}]", text(found));
        }
    }
    step.to_owned()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim_start_matches(scalars::RAW).to_owned(),
        other => other.to_string(),
    }
}

fn key(draw: &mut Draw, step: &str) -> String {
    if step.contains('.') {
        return if draw.chance(50) { step.replace('.', "\\.") } else { format!("[{step}]") };
    }
    step.to_owned()
}
