//! The fields of a kustomization file beside its resources.

use serde_json::{Map, Value, json};

use super::draw::Draw;
use super::tree::Folder;
use super::{objects, patches, replacements, scalars, write};

type Fields = Map<String, Value>;

fn list(draw: &mut Draw, most: usize, mut one: impl FnMut(&mut Draw) -> Value) -> Value {
    let count = draw.between(1, most);
    (0..count).map(|_| one(draw)).collect()
}

pub fn generators(draw: &mut Draw, folder: &mut Folder, file: &mut Fields) {
    for (field, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        if draw.takes(25, field) {
            let entries = list(draw, 2, |draw| generator(draw, folder, kind));
            file.insert(field.to_owned(), entries);
        }
    }
    if draw.takes(15, "generatorOptions") {
        file.insert("generatorOptions".to_owned(), options(draw));
    }
}

fn options(draw: &mut Draw) -> Value {
    let mut options = Fields::new();
    if draw.takes(40, "disableNameSuffixHash") {
        options.insert("disableNameSuffixHash".to_owned(), json!(draw.chance(85)));
    }
    if draw.takes(20, "immutable") {
        options.insert("immutable".to_owned(), json!(draw.chance(85)));
    }
    if draw.chance(40) {
        options.insert("labels".to_owned(), texts(draw));
    }
    if draw.chance(30) {
        options.insert("annotations".to_owned(), texts(draw));
    }
    Value::Object(options)
}

fn texts(draw: &mut Draw) -> Value {
    let mut map = Fields::new();
    for _ in 0..draw.between(1, 2) {
        let key = draw.pick(&["app", "tier", "team", "example.com/x"]);
        let value = draw.pick(&["web", "x", "1", "true", "", "a b", "é", "yes"]);
        map.insert(key.to_owned(), Value::from(value));
    }
    Value::Object(map)
}

fn generator(draw: &mut Draw, folder: &mut Folder, kind: &str) -> Value {
    let same: Vec<Value> = folder.known.iter().filter(|o| o["kind"] == kind).cloned().collect();
    let mut entry = Fields::new();
    let mut known = json!({"apiVersion": "v1", "kind": kind, "metadata": {}, "data": {"a": "x"}});
    if !same.is_empty() && draw.takes(60, "generator behavior merge or replace") {
        let like = draw.pick(&same);
        entry.insert("name".to_owned(), like["metadata"]["name"].clone());
        if let Some(namespace) = like["metadata"].get("namespace") {
            entry.insert("namespace".to_owned(), namespace.clone());
        }
        entry.insert("behavior".to_owned(), Value::from(draw.name(&["merge", "replace"])));
    } else {
        let free: Vec<&str> = objects::NAMES
            .iter()
            .copied()
            .filter(|n| same.iter().all(|o| o["metadata"]["name"] != *n))
            .collect();
        let name = if free.is_empty() { "more" } else { draw.pick(&free) };
        entry.insert("name".to_owned(), Value::from(name));
        known["metadata"]["name"] = Value::from(name);
        if draw.chance(15) {
            let namespace = draw.pick(objects::NAMESPACES);
            entry.insert("namespace".to_owned(), Value::from(namespace));
            known["metadata"]["namespace"] = Value::from(namespace);
        }
        if draw.chance(5) {
            entry.insert("behavior".to_owned(), Value::from(draw.pick(&["create", "odd", "merge"])));
        }
        folder.known.push(known);
    }
    if draw.takes(70, "literals") {
        let mut literals = Vec::new();
        for key in ["a", "b", "c", "app.properties", "KEY"] {
            if draw.chance(40) {
                literals.push(literal(draw, key));
            }
        }
        entry.insert("literals".to_owned(), Value::Array(literals));
    }
    if draw.takes(30, "files") {
        let files = list(draw, 2, |draw| {
            let text = file_text(draw);
            let name = folder.file(draw, "config", text);
            let key = if draw.takes(4, "odd source of a file") {
                draw.pick(&["a b=", "-x.y=", "=", "a=b=", "é=", "..=", "a/b="]).to_owned()
            } else if draw.chance(40) {
                format!("key{}=", draw.below(1000))
            } else {
                String::new()
            };
            Value::from(format!("{key}{name}"))
        });
        entry.insert("files".to_owned(), files);
    }
    if draw.takes(20, "envs") {
        let text = env_text(draw);
        let name = folder.file(draw, "env", text);
        if draw.takes(15, "env") {
            entry.insert("env".to_owned(), Value::from(name));
        } else {
            entry.insert("envs".to_owned(), json!([name]));
        }
    }
    if kind == "Secret" && draw.takes(25, "secret type") {
        entry.insert("type".to_owned(), Value::from(draw.pick(&["Opaque", "kubernetes.io/tls", "x"])));
    }
    if draw.takes(25, "generator options") {
        entry.insert("options".to_owned(), options(draw));
    }
    Value::Object(entry)
}

fn literal(draw: &mut Draw, key: &str) -> Value {
    if draw.takes(3, "odd literal") {
        return Value::from(draw.pick(&[
            "novalue", "=x", "a=b=c", "a='q'", "a=\"q\"", "a='q", "a=", " a = b ", "a b=c", "é=x", "a\nb=c",
            "",
        ]));
    }
    let value = match scalars::text(draw) {
        Value::String(text) => text.trim_start_matches(scalars::RAW).to_owned(),
        other => other.to_string(),
    };
    Value::from(format!("{key}={value}"))
}

fn file_text(draw: &mut Draw) -> String {
    draw.pick(&[
        "", "x", "a=1\n", "line one\nline two\n", "a\r\nb\r\n", "  indented\n", "tab\there\n", "trail \n", "\n\n", "\u{feff}bom\n", "é\n", "{\"a\": 1}", "a: b\n", "no end", "a\u{0}b",
        "a very long line that goes on and on and on and on and on and on and on and on and on and on and on and on\n", "\u{2028}", "x\u{85}y\n", "# c\n", "\na",
    ])
    .to_owned()
}

fn env_text(draw: &mut Draw) -> String {
    let count = draw.between(0, 4);
    let mut text = String::new();
    for index in 0..count {
        let line = if draw.chance(70) {
            format!("K{index}={}", draw.pick(&["1", "x", "\"q\"", "a=b", "", " x ", "é"]))
        } else {
            draw.pick(&[
                "# note",
                "",
                "  ",
                "  LEAD=1",
                "NOVALUE",
                "A = b",
                "A='x'",
                "export A=1",
                "1A=x",
                "A.B-c=1",
                "=x",
                "\tT=1",
                "A B=1",
                "é=1",
                "#A=1",
            ])
            .to_owned()
        };
        text.push_str(&line);
        text.push_str(draw.pick(&["\n", "\n", "\n", "\r\n"]));
    }
    text
}

pub fn transformers(draw: &mut Draw, folder: &mut Folder, file: &mut Fields) {
    let mut put = |name: &'static str, value: Value| file.insert(name.to_owned(), value);
    if draw.takes(30, "patches") {
        let entries = list(draw, 2, |draw| patches::entry(draw, folder));
        put("patches", entries);
    }
    if draw.takes(6, "patchesStrategicMerge") {
        let entries = list(draw, 2, |draw| patches::strategic_entry(draw, folder));
        put("patchesStrategicMerge", entries);
    }
    if draw.takes(6, "patchesJson6902") {
        let entries = list(draw, 2, |draw| patches::json_entry(draw, folder));
        put("patchesJson6902", entries);
    }
    if draw.takes(20, "namespace") {
        put("namespace", Value::from(draw.pick(&["prod", "default", "other", "new"])));
    }
    if draw.takes(20, "namePrefix") {
        put("namePrefix", Value::from(draw.pick(&["my-", "dev-", "1"])));
    }
    if draw.takes(12, "nameSuffix") {
        put("nameSuffix", Value::from(draw.pick(&["-v2", "-x", "1"])));
    }
    if draw.takes(12, "labels") {
        let entries = list(draw, 2, labels);
        put("labels", entries);
    }
    if draw.takes(8, "commonLabels") {
        put("commonLabels", texts(draw));
    }
    if draw.takes(8, "commonAnnotations") {
        put("commonAnnotations", texts(draw));
    }
    if draw.takes(12, "images") {
        let name = draw.pick(&["images", "images", "images", "imageTags"]);
        let entries = list(draw, 2, image);
        put(name, entries);
    }
    if draw.takes(8, "replicas") {
        let workloads: Vec<Value> = folder
            .known
            .iter()
            .filter(|o| o["kind"] == "Deployment" || o["kind"] == "StatefulSet")
            .cloned()
            .collect();
        let name = if workloads.is_empty() || draw.chance(5) {
            json!("web")
        } else {
            draw.pick(&workloads)["metadata"]["name"].clone()
        };
        put("replicas", json!([{"name": name, "count": draw.pick(&[0, 1, 5])}]));
    }
    if draw.takes(15, "replacements") {
        let entries = list(draw, 2, |draw| replacements::entry(draw, folder));
        put("replacements", entries);
    }
    if folder.is_top && draw.takes(15, "sortOptions") {
        let order = match draw.below(3) {
            0 => json!({"order": "fifo"}),
            1 => json!({"order": "legacy"}),
            _ => {
                json!({"order": "legacy", "legacySortOptions": {"orderFirst": ["Service", "ConfigMap"], "orderLast": ["Namespace"]}})
            }
        };
        put("sortOptions", order);
    }
    if draw.takes(5, "configurations") {
        let text = write::document(draw, &configuration());
        put("configurations", json!([folder.file(draw, "configuration", text)]));
    }
    if draw.takes(2, "buildMetadata") {
        put("buildMetadata", json!(["managedByLabel"]));
    }
    if draw.takes(1, "unknown field") {
        put("namesPrefix", json!("x"));
    }
    if draw.takes(2, "field in another case") {
        put("NAMEPREFIX", json!("up-"));
    }
}

fn configuration() -> Value {
    json!({
        "nameReference": [{"kind": "ConfigMap", "version": "v1", "fieldSpecs": [{"path": "spec/configRef/name", "kind": "Widget"}, {"path": "spec/valuesFrom/name", "kind": "HelmRelease"}]}],
        "images": [{"path": "spec/image", "kind": "Widget"}],
        "replicas": [{"path": "spec/size", "kind": "Widget", "create": true}],
        "commonLabels": [{"path": "spec/selector", "kind": "Widget", "create": true}],
        "namePrefix": [{"path": "spec/text", "kind": "Widget"}],
    })
}

fn labels(draw: &mut Draw) -> Value {
    let mut entry = Fields::new();
    entry.insert("pairs".to_owned(), texts(draw));
    for name in ["includeSelectors", "includeTemplates"] {
        if draw.takes(30, name) {
            entry.insert(name.to_owned(), json!(true));
        }
    }
    if draw.takes(10, "label fields") {
        let field = draw.pick(&[
            json!({"path": "spec/more/labels", "create": true}),
            json!({"path": "spec/template/metadata/labels", "kind": "Deployment"}),
            json!({"path": "metadata/annotations", "kind": "Service", "create": true}),
        ]);
        entry.insert("fields".to_owned(), json!([field]));
    }
    Value::Object(entry)
}

fn image(draw: &mut Draw) -> Value {
    let mut entry = Fields::new();
    entry.insert(
        "name".to_owned(),
        Value::from(draw.pick(&[
            "nginx",
            "busybox",
            "repo.io:5000/a/nginx",
            "redis",
            "my-nginx",
            "ngin.",
            "nginx:1.19",
        ])),
    );
    for (field, texts) in [
        ("newName", ["other", "repo.io/x"]),
        ("newTag", ["v2", "1.20"]),
        ("digest", ["sha256:abc", "sha256:24a0c4b4"]),
        ("tagSuffix", ["-x", "-alpine"]),
    ] {
        if draw.takes(40, field) {
            entry.insert(field.to_owned(), Value::from(draw.pick(&texts)));
        }
    }
    Value::Object(entry)
}
