//! Patches that hit what is there, most of the time.

use serde_json::{Map, Value, json};

use super::draw::Draw;
use super::tree::Folder;
use super::{objects, scalars, write};

/// An entry of `patches`.
pub fn entry(draw: &mut Draw, folder: &mut Folder) -> Value {
    let mut entry = Map::new();
    let Some(object) = folder.any_object(draw) else { return json!({"patch": "[]"}) };
    let text = if draw.chance(35) {
        entry.insert("target".to_owned(), selector(draw, &object));
        json_patch(draw, &object)
    } else {
        if draw.takes(35, "strategic patch with target") {
            entry.insert("target".to_owned(), selector(draw, &object));
        }
        strategic_text(draw, folder, &object)
    };
    if draw.takes(12, "patch options") {
        let option = draw.name(&["allowNameChange", "allowKindChange"]);
        entry.insert("options".to_owned(), json!({option: true}));
    }
    place(draw, folder, &mut entry, text);
    Value::Object(entry)
}

/// Puts the text of a patch into a file or into the entry.
fn place(draw: &mut Draw, folder: &mut Folder, entry: &mut Map<String, Value>, text: String) {
    if draw.takes(40, "patch by path") {
        let name = folder.file(draw, "patch", text);
        entry.insert("path".to_owned(), Value::from(name));
    } else {
        entry.insert("patch".to_owned(), Value::from(text));
    }
}

/// An entry of `patchesJson6902`.
pub fn json_entry(draw: &mut Draw, folder: &mut Folder) -> Value {
    let Some(object) = folder.any_object(draw) else { return json!({}) };
    let (group, version) = group_version(&object);
    let mut target = json!({"version": version, "kind": object["kind"], "name": object["metadata"]["name"]});
    if !group.is_empty() {
        target["group"] = Value::from(group);
    }
    if draw.chance(20) {
        target["namespace"] = Value::from(draw.pick(objects::NAMESPACES));
    }
    let mut entry = Map::new();
    entry.insert("target".to_owned(), target);
    let text = json_patch(draw, &object);
    place(draw, folder, &mut entry, text);
    Value::Object(entry)
}

/// An entry of `patchesStrategicMerge`.
pub fn strategic_entry(draw: &mut Draw, folder: &mut Folder) -> Value {
    let Some(object) = folder.any_object(draw) else { return json!("missing.yaml") };
    let text = strategic_text(draw, folder, &object);
    if draw.chance(50) { Value::from(text) } else { Value::from(folder.file(draw, "patch", text)) }
}

fn strategic_text(draw: &mut Draw, folder: &mut Folder, object: &Value) -> String {
    draw.hit("strategic patch");
    let mut patches = vec![strategic(draw, object)];
    if draw.takes(8, "several patches in one text")
        && let Some(other) = folder.any_object(draw)
    {
        patches.push(strategic(draw, &other));
    }
    let text = write::documents(draw, &patches);
    if draw.takes(4, "key twice in a patch") { twice(draw, &text) } else { text }
}

/// A field of one line comes again with another value.
fn twice(draw: &mut Draw, text: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = draw.below(lines.len());
    let mut out = lines[..at].concat();
    for (index, line) in lines[at..].iter().enumerate() {
        out.push_str(line);
        if let (0, Some((key, value))) = (index, line.split_once(": "))
            && line.ends_with('\n')
            && !value.starts_with(['|', '>'])
        {
            let other = draw.pick(&["twice", "null", "{a: null}"]);
            out.push_str(&format!("{}: {other}\n", key.replacen("- ", "  ", 1)));
        }
    }
    out
}

fn strategic(draw: &mut Draw, object: &Value) -> Value {
    let other = objects::another(draw, object);
    let mut patch = change(draw, object, &other, 0);
    if !patch.is_object() {
        patch = json!({});
    }
    patch["apiVersion"] = object["apiVersion"].clone();
    patch["kind"] = object["kind"].clone();
    if !patch["metadata"].is_object() {
        patch["metadata"] = json!({});
    }
    patch["metadata"]["name"] = if draw.chance(4) {
        Value::from(draw.pick(objects::NAMES))
    } else {
        object["metadata"]["name"].clone()
    };
    match object["metadata"].get("namespace") {
        Some(namespace) if !draw.chance(4) => patch["metadata"]["namespace"] = namespace.clone(),
        _ => {
            if let Some(meta) = patch["metadata"].as_object_mut() {
                meta.remove("namespace");
            }
        }
    }
    if draw.takes(2, "$patch of the object") {
        patch["$patch"] = Value::from(draw.name(&["delete", "replace", "merge"]));
    }
    patch
}

/// A patch for a value: some of what it has, some of what another of its kind has, and directives.
fn change(draw: &mut Draw, mine: &Value, other: &Value, depth: usize) -> Value {
    if depth > 0 && draw.takes(3, "null in a patch") {
        return Value::Null;
    }
    match (mine, other) {
        (Value::Object(a), Value::Object(b)) => {
            let mut patch = Map::new();
            for (key, value) in a {
                if draw.chance(if depth < 2 { 55 } else { 40 }) {
                    let theirs = b.get(key).unwrap_or(value);
                    patch.insert(key.clone(), change(draw, value, theirs, depth + 1));
                }
            }
            for (key, value) in b {
                if !patch.contains_key(key) && draw.chance(30) {
                    patch.insert(key.clone(), value.clone());
                }
            }
            if depth > 0 && draw.takes(3, "$patch in a mapping") {
                let directive = draw.pick(&["delete", "replace", "merge", "replace", "delete", "odd"]);
                patch.insert("$patch".to_owned(), Value::from(directive));
            }
            if draw.takes(1, "$retainKeys or $setElementOrder") {
                patch.insert("$retainKeys".to_owned(), json!(["a"]));
            }
            Value::Object(patch)
        }
        (Value::Array(a), Value::Array(b)) => {
            let mut items = Vec::new();
            for item in a {
                if draw.chance(50) {
                    items.push(element(draw, item, b.first().unwrap_or(item), depth));
                }
            }
            for item in b {
                if draw.chance(40) {
                    items.push(item.clone());
                }
            }
            if draw.takes(3, "$patch in a list") {
                let directive = draw.pick(&["delete", "replace", "merge"]);
                let at = draw.below(items.len() + 1);
                items.insert(at, json!({"$patch": directive}));
            }
            if draw.takes(2, "null in a list") {
                items.push(Value::Null);
            }
            Value::Array(items)
        }
        (_, other) if draw.chance(60) => other.clone(),
        (mine, _) if draw.chance(50) => mine.clone(),
        _ => scalars::any(draw),
    }
}

/// A patch for an element of a list: it keeps what tells elements apart, mostly.
fn element(draw: &mut Draw, mine: &Value, other: &Value, depth: usize) -> Value {
    let mut patch = change(draw, mine, other, depth + 1);
    let Some(map) = patch.as_object_mut() else { return patch };
    for key in [
        "name",
        "containerPort",
        "port",
        "mountPath",
        "protocol",
        "ip",
        "topologyKey",
        "whenUnsatisfiable",
        "key",
        "host",
        "path",
    ] {
        if let Some(value) = mine.get(key)
            && draw.chance(90)
        {
            map.insert(key.to_owned(), value.clone());
        }
    }
    if draw.takes(4, "$patch in an element") {
        let directive = draw.pick(&["delete", "replace", "merge"]);
        map.insert("$patch".to_owned(), Value::from(directive));
    }
    patch
}

/// Who is patched.
pub fn selector(draw: &mut Draw, object: &Value) -> Value {
    let (group, version) = group_version(object);
    let mut selector = Map::new();
    let mut put = |key: &str, value: Value| selector.insert(key.to_owned(), value);
    if draw.chance(70) {
        put("kind", object["kind"].clone());
    }
    if draw.takes(20, "selector with version") {
        put("version", Value::from(version));
        if !group.is_empty() {
            put("group", Value::from(group));
        }
    }
    if draw.chance(50) {
        let name = if draw.takes(25, "regular expression in a selector") {
            Value::from(draw.pick(&[".*", "w.*", "web|db", "[a-c]", "web-\\d", "^web$", "we", "my-.*"]))
        } else {
            object["metadata"]["name"].clone()
        };
        put("name", name);
    }
    if draw.takes(15, "selector with namespace") {
        put("namespace", Value::from(draw.pick(&["prod", "default", "other", ".*", "p.*"])));
    }
    if draw.takes(12, "label selector") {
        put(
            "labelSelector",
            Value::from(draw.pick(&[
                "app=web",
                "app!=web",
                "app in (web, db)",
                "tier",
                "!tier",
                "app=web,tier=db",
                "app notin (a)",
                "app==web",
                "env",
            ])),
        );
    }
    if draw.takes(6, "annotation selector") {
        put("annotationSelector", Value::from(draw.pick(&["a=x", "a", "!a", "key=value", "app in (x,web)"])));
    }
    Value::Object(selector)
}

pub fn group_version(object: &Value) -> (String, String) {
    let text = object["apiVersion"].as_str().unwrap_or_default();
    match text.split_once('/') {
        Some((group, version)) => (group.to_owned(), version.to_owned()),
        None => (String::new(), text.to_owned()),
    }
}

/// A way through an object; at each level on, or here.
pub fn way(draw: &mut Draw, object: &Value) -> Vec<String> {
    let mut way = Vec::new();
    let mut here = object;
    loop {
        let (step, next) = match here {
            Value::Object(map) if !map.is_empty() => {
                let keys: Vec<&String> = map
                    .keys()
                    .filter(|k| {
                        !way.is_empty() || !["apiVersion", "kind"].contains(&k.as_str()) || map.len() < 4
                    })
                    .collect();
                let key = draw.pick(&keys);
                (key.trim_start_matches(scalars::RAW).trim_matches(['"', '\'']).to_owned(), &map[key])
            }
            Value::Array(items) if !items.is_empty() => {
                let index = draw.below(items.len());
                (index.to_string(), &items[index])
            }
            _ => return way,
        };
        way.push(step);
        here = next;
        if way.len() > 1 && draw.chance(15) {
            return way;
        }
    }
}

fn pointer(way: &[String]) -> String {
    way.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect()
}

fn json_patch(draw: &mut Draw, object: &Value) -> String {
    draw.hit("JSON6902");
    let count = draw.between(1, 3);
    let operations: Vec<Value> = (0..count).map(|_| operation(draw, object)).collect();
    if draw.takes(25, "JSON6902 as JSON") {
        let text = serde_json::to_string(&operations).unwrap();
        return text.replace("\\u0001", "");
    }
    write::document(draw, &Value::Array(operations))
}

fn operation(draw: &mut Draw, object: &Value) -> Value {
    let op = draw
        .pick(&["add", "add", "replace", "replace", "replace", "remove", "remove", "copy", "move", "test"]);
    let mut way_there = way(draw, object);
    if op == "add" && draw.chance(50) {
        way_there.push(draw.pick(&["new", "-", "0", "a/b", "1", "x~y"]).to_owned());
    }
    if draw.takes(4, "JSON6902 with a wrong path") {
        way_there.push(draw.pick(&["missing", "-1", "99", "-", "", "01"]).to_owned());
    }
    let mut operation = json!({"op": op, "path": pointer(&way_there)});
    match op {
        "add" | "replace" | "test" => {
            operation["value"] = if op == "test" && draw.chance(80) {
                object.pointer(&pointer(&way_there)).cloned().unwrap_or(Value::Null)
            } else if draw.chance(15) {
                objects::data(draw)
            } else {
                scalars::any(draw)
            };
            if draw.takes(2, "JSON6902 without value") {
                operation.as_object_mut().unwrap().remove("value");
            }
        }
        "copy" | "move" => {
            let from = way(draw, object);
            operation["from"] = Value::from(pointer(&from));
        }
        _ => {}
    }
    if draw.chance(1) {
        operation["op"] = Value::from("odd");
    }
    operation
}
