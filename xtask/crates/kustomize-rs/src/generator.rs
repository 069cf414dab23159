//! ConfigMaps and Secrets made from files, literals and env files, and the hash of their content.

use std::collections::BTreeMap;

use base64::Engine;
use sha2::{Digest, Sha256};

use crate::fault::{Result, fault};
use crate::kustomization::args::Generator;
use crate::load::{Folder, Loader};
use crate::object::{Behavior, Object, texts};
use crate::yaml::node::{Mark, Node, Scalar, Tag};

/// Makes the object of one generator.
pub(crate) fn object(loader: &Loader<'_>, folder: &Folder, generator: &Generator) -> Result<Object> {
    let at = generator.at;
    if generator.name.is_empty() {
        return Err(fault("kustomize/generator", at, "a generator must have a name"));
    }
    let pairs = pairs(loader, folder, generator)?;
    let mut node = Node::map().at(at);
    node.set("apiVersion", Node::text("v1"));
    node.set("kind", Node::text(if generator.is_secret { "Secret" } else { "ConfigMap" }));
    let meta = node.map_at("metadata");
    meta.set("name", Node::text(generator.name.as_str()));
    if !generator.namespace.is_empty() {
        meta.set("namespace", Node::text(generator.namespace.as_str()));
    }
    if generator.is_secret {
        let kind = if generator.secret_type.is_empty() { "Opaque" } else { &generator.secret_type };
        node.set("type", Node::text(kind));
        node.map_at("data");
    }
    for (key, bytes) in pairs {
        let (field, text) = match String::from_utf8(bytes) {
            Ok(text) if generator.is_secret => ("data", base64_lines(text.as_bytes())),
            Ok(text) => ("data", text),
            Err(error) if generator.is_secret => ("data", base64_lines(error.as_bytes())),
            Err(error) => ("binaryData", base64_lines(error.as_bytes())),
        };
        node.map_at(field).set(&key, Node::text(text).at(at));
    }
    let mut object = Object::new(node);
    for (field, map) in
        [("labels", &generator.options.labels), ("annotations", &generator.options.annotations)]
    {
        if !map.is_empty() {
            object.set_meta_map(field, map);
        }
    }
    if generator.options.is_immutable {
        let scalar = Scalar { tag: Tag::Bool, ..Scalar::unset("true") };
        object.node.set("immutable", scalar.into());
    }
    object.needs_hash = !generator.options.has_no_hash;
    object.behavior = match generator.behavior.as_str() {
        "merge" => Behavior::Merge,
        "replace" => Behavior::Replace,
        _ => Behavior::Create,
    };
    Ok(object)
}

fn pairs(loader: &Loader<'_>, folder: &Folder, generator: &Generator) -> Result<BTreeMap<String, Vec<u8>>> {
    let at = generator.at;
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    for path in &generator.envs {
        let bytes = loader.bytes(folder, path, at)?;
        all.extend(env_lines(path, &bytes, at)?);
    }
    for literal in &generator.literals {
        let (key, value) = literal.split_once('=').filter(|(k, _)| !k.is_empty()).ok_or_else(|| {
            fault(
                "kustomize/generator",
                at,
                format!("invalid literal source `{literal}`, expected key=value"),
            )
        })?;
        all.push((key.to_owned(), unquoted(value).as_bytes().to_vec()));
    }
    for source in &generator.files {
        let (key, path) = file_source(source, at)?;
        all.push((key.to_owned(), loader.bytes(folder, path, at)?));
    }
    let mut known = BTreeMap::new();
    for (key, bytes) in all {
        if !is_key(&key) {
            let message = format!("`{key}` is not a valid key name for a ConfigMap or Secret");
            return Err(fault("kustomize/generator", at, message));
        }
        if known.contains_key(&key) {
            let message = format!("`{}` repeats the key `{key}`", generator.name);
            return Err(fault("kustomize/generator", at, message));
        }
        known.insert(key, bytes);
    }
    Ok(known)
}

fn is_key(key: &str) -> bool {
    let is_good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !key.is_empty() && key.len() <= 253 && key.bytes().all(is_good) && key != "." && !key.starts_with("..")
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

fn env_lines(path: &str, bytes: &[u8], at: Mark) -> Result<Vec<(String, Vec<u8>)>> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| fault("kustomize/generator", at, format!("`{path}` has invalid UTF-8")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut pairs = Vec::new();
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line).trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let is_good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let starts_with_digit = key.starts_with(|c: char| c.is_ascii_digit());
        if key.is_empty()
            || starts_with_digit
            || !key.chars().all(is_good)
            || key == "."
            || key.starts_with("..")
        {
            let message = format!("`{path}`: `{key}` is not a valid name of a variable");
            return Err(fault("kustomize/generator", at, message));
        }
        pairs.push((key.to_owned(), value.as_bytes().to_vec()));
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
        Some(node) if !node.fields().is_empty() || node.scalar().is_none() => json_map(&texts(node)),
        Some(node) => json_text(node.as_text()),
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

fn json_map(map: &BTreeMap<String, String>) -> String {
    let fields: Vec<String> = map.iter().map(|(k, v)| format!("{}:{}", json_text(k), json_text(v))).collect();
    format!("{{{}}}", fields.join(","))
}

/// A text as Go's JSON writes it.
pub(crate) fn json_text(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}
