//! ConfigMaps and Secrets made from files, literals and env files, and the hash of their content.

use std::collections::BTreeMap;

use base64::Engine;
use sha2::{Digest, Sha256};

use crate::fault::{Result, fault};
use crate::kustomization::args::Generator;
use crate::kustomization::record::{Entry, Pairs};
use crate::load::{Folder, Loader};
use crate::object::{Behavior, Object};
use crate::source::Transformer;
use crate::yaml::float;
use crate::yaml::json::text as json_text;
use crate::yaml::node::{Mark, Node, Scalar, Style, Tag, Value};
use crate::yaml::value::{Plain, decide};

/// Makes the object of one generator.
pub(crate) fn object(loader: &Loader<'_>, folder: &Folder, generator: &Generator) -> Result<Object> {
    let by = if generator.is_secret { Transformer::SecretGenerator } else { Transformer::ConfigMapGenerator };
    let source = loader.sources.by(generator.at.file, by);
    let text = |entry: &Entry| Node::text(entry.text.as_str()).at(entry.at.of(source));
    let at = generator.at.of(source);
    if generator.name.text.is_empty() {
        return Err(fault("kustomize/generator", at, "a generator must have a name"));
    }
    let values = values(loader, folder, generator, by)?;
    let mut node = Node::map().at(at);
    node.set("apiVersion", Node::text("v1").at(at));
    node.set("kind", Node::text(if generator.is_secret { "Secret" } else { "ConfigMap" }).at(at));
    let meta = node.map_at("metadata");
    // One that needs quotes keeps them (`SetMapField`): what is set over it later stays a text.
    let mut name = Scalar::unset(generator.name.text.as_str());
    name.set_as_field();
    name.tag = Tag::Str;
    meta.set("name", Node::from(name).at(generator.name.at.of(source)));
    if !generator.namespace.text.is_empty() {
        meta.set("namespace", text(&generator.namespace));
    }
    if generator.is_secret {
        let kind = &generator.secret_type;
        node.set("type", if kind.text.is_empty() { Node::text("Opaque").at(at) } else { text(kind) });
        node.map_at("data");
    }
    let (mut texts, mut binaries) = (Vec::new(), Vec::new());
    for (key, (bytes, at)) in values {
        let (field, text) = match String::from_utf8(bytes) {
            Ok(text) if generator.is_secret => (&mut texts, base64_lines(text.as_bytes())),
            Ok(text) => (&mut texts, text),
            Err(error) if generator.is_secret => (&mut texts, base64_lines(error.as_bytes())),
            Err(error) => (&mut binaries, base64_lines(error.as_bytes())),
        };
        // A literal stays one, whatever is put over it.
        let style = if text.contains('\n') { Style::Literal } else { Style::Plain };
        field.push((key, Node::from(Scalar { style, ..Scalar::text(text) }).at(at)));
    }
    for (name, fields) in [("data", texts), ("binaryData", binaries)] {
        if !fields.is_empty() {
            node.map_at(name).set_all(fields.into_iter());
        }
    }
    let mut object = Object { entered: folder.entered, ..Object::new(node, &loader.schema) };
    for (field, map) in
        [("labels", &generator.options.labels), ("annotations", &generator.options.annotations)]
    {
        let map: Pairs = map
            .iter()
            .map(|(key, e)| (key.clone(), Entry { text: e.text.clone(), at: e.at.of(source) }))
            .collect();
        if !map.is_empty() {
            object.set_meta_map(field, &map);
        }
    }
    if generator.options.is_immutable {
        let scalar = Scalar { tag: Tag::Bool, ..Scalar::unset("true") };
        object.node.set("immutable", Node::from(scalar).at(at));
    }
    object.is_generated = true;
    object.needs_hash = !generator.options.has_no_hash;
    object.behavior = match generator.behavior.as_str() {
        "merge" => Behavior::Merge,
        "replace" => Behavior::Replace,
        _ => Behavior::Create,
    };
    Ok(object)
}

/// A value and where it came from: the line of the literal or of the env file, or the beginning of a file.
type Sourced = (Vec<u8>, Mark);

fn values(
    loader: &Loader<'_>,
    folder: &Folder,
    generator: &Generator,
    by: Transformer,
) -> Result<BTreeMap<String, Sourced>> {
    let mut all: Vec<(String, Sourced)> = Vec::new();
    for Entry { text: path, at } in &generator.envs {
        let (file, bytes) = loader.bytes(folder, path, *at)?;
        all.extend(env_lines(path, &bytes, loader.sources.by(file, by), *at)?);
    }
    for Entry { text: literal, at } in &generator.literals {
        let (key, value) = literal.split_once('=').filter(|(k, _)| !k.is_empty()).ok_or_else(|| {
            fault(
                "kustomize/generator",
                *at,
                format!("invalid literal source `{literal}`, expected key=value"),
            )
        })?;
        let at = loader.sources.mark(*at, by);
        all.push((key.to_owned(), (unquoted(value).as_bytes().to_vec(), at)));
    }
    for Entry { text: source, at } in &generator.files {
        let (key, path) = file_source(source, *at)?;
        let (file, bytes) = loader.bytes(folder, path, *at)?;
        let place = Mark { file: loader.sources.by(file, by), line: 1, column: 1 };
        all.push((key.to_owned(), (bytes, place)));
    }
    let at = generator.at;
    let mut known = BTreeMap::new();
    for (key, bytes) in all {
        if known.contains_key(&key) {
            let message = format!("`{}` repeats the key `{key}`", generator.name.text);
            return Err(fault("kustomize/generator", at, message));
        }
        known.insert(key, bytes);
    }
    Ok(known)
}

fn unquoted(text: &str) -> &str {
    let pairs = ['"', '\''];
    pairs.iter().find_map(|q| text.strip_prefix(*q)?.strip_suffix(*q)).unwrap_or(text)
}

fn file_source(source: &str, at: Mark) -> Result<(&str, &str)> {
    let wrong = |message: String| Err(fault("kustomize/generator", at, message));
    match source.matches('=').count() {
        0 => {
            let path = source.trim_end_matches('/');
            Ok((path.rsplit('/').next().unwrap_or(path), source))
        }
        1 if source.starts_with('=') => wrong(format!("missing key name in source `{source}`")),
        1 if source.ends_with('=') => wrong(format!("missing file path in source `{source}`")),
        1 => Ok(source.split_once('=').unwrap_or((source, source))),
        _ => wrong(format!("source `{source}`: key name or file path contains `=`")),
    }
}

/// The size of the buffer of Go's `bufio.Scanner`.
const LONGEST_LINE: usize = 64 * 1024;

fn env_lines(path: &str, bytes: &[u8], source: u32, at: Mark) -> Result<Vec<(String, Sourced)>> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| fault("kustomize/generator", at, format!("`{path}` has invalid UTF-8")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut pairs = Vec::new();
    for (number, line) in (1..).zip(text.split('\n')) {
        // Go's scanner gives up here without a word, and kustomize does not ask it.
        if line.len() >= LONGEST_LINE {
            break;
        }
        let line = line.strip_suffix('\r').unwrap_or(line).trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // Any name will do: kustomize's validator of names is empty. A line without one is passed over.
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        if key.is_empty() {
            continue;
        }
        let place = Mark { file: source, line: number, column: 1 };
        pairs.push((key.to_owned(), (value.as_bytes().to_vec(), place)));
    }
    Ok(pairs)
}

/// Base64 in lines of 70 characters, if it is longer than one.
fn base64_lines(bytes: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    if text.len() / 70 == 0 {
        return text;
    }
    let mut lines = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(70));
        lines.push_str(line);
        lines.push('\n');
        rest = after;
    }
    lines
}

/// The suffix that the content of a ConfigMap or Secret gives it.
pub(crate) fn hash(object: &Object) -> String {
    let data = |field: &str| match object.node.get(field) {
        Some(node) if node.scalar().is_some() => json_text(node.as_text()),
        // What is no mapping is null: kustomize reads the JSON of the field into one.
        Some(node) => {
            if matches!(node.value, Value::Map(_)) {
                json_value(node)
            } else {
                "null".to_owned()
            }
        }
        None => "\"\"".to_owned(),
    };
    let is_map = |field: &str| object.node.get(field).is_some_and(|n| n.scalar().is_none());
    let extra =
        |field: &str| if is_map(field) { format!(",\"{field}\":{}", data(field)) } else { String::new() };
    let text = if object.kind() == "Secret" {
        let kind = json_text(object.node.get("type").map_or("", Node::as_text));
        let strings = extra("stringData");
        format!("{{\"data\":{},\"kind\":\"Secret\",\"name\":\"\"{strings},\"type\":{kind}}}", data("data"))
    } else {
        let binary = extra("binaryData");
        let binary = binary.strip_prefix(',').map(|b| format!("{b},")).unwrap_or_default();
        format!("{{{binary}\"data\":{},\"kind\":\"ConfigMap\",\"name\":\"\"}}", data("data"))
    };
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().flat_map(|b| [b >> 4, b & 15]).take(10).map(letter).collect()
}

fn letter(digit: u8) -> char {
    match digit {
        0 => 'g',
        1 => 'h',
        3 => 'k',
        10 => 'm',
        14 => 't',
        digit => char::from_digit(u32::from(digit), 16).unwrap_or('?'),
    }
}

/// A value as Go's JSON writes what it read from JSON: keys sorted, numbers as floats.
fn json_value(node: &Node) -> String {
    match &node.value {
        Value::Map(fields) => {
            let fields: BTreeMap<&str, &Node> = fields.iter().map(|f| (f.key.as_str(), &f.value)).collect();
            let fields: Vec<String> =
                fields.iter().map(|(k, v)| format!("{}:{}", json_text(k), json_value(v))).collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Seq(items) => format!("[{}]", items.iter().map(json_value).collect::<Vec<_>>().join(",")),
        #[expect(clippy::cast_precision_loss, reason = "JSON in Go has floats only")]
        Value::Scalar(scalar) => match decide(scalar) {
            Ok(Plain::Null) => "null".to_owned(),
            Ok(Plain::Bool(b)) => b.to_string(),
            Ok(Plain::Int(n)) => float::json(n as f64),
            Ok(Plain::UInt(n)) => float::json(n as f64),
            Ok(Plain::Float(n)) => float::json(n),
            Ok(Plain::Text(text)) => json_text(&text),
            // It cannot be written either, which is what is told.
            Err(_) => json_text(&scalar.text),
        },
    }
}
