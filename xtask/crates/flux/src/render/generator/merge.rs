//! Strategy `Merge`: YAML files as Helm merges values.
//!
//! Upstream: `internal/builder/merge.go`, `YAMLReader` of `k8s.io/apimachinery`, `Marshal` of `sigs.k8s.io/yaml`.

use std::collections::BTreeMap;

use kustomize_rs::yaml::emit;
use kustomize_rs::yaml::node::{Field, Mark, Node, Scalar, Style, Value};

use crate::values::Content;
use crate::values::documents;

type Result<T> = std::result::Result<T, String>;

/// The text of both, the second over the first; all documents of a file count as one.
pub(super) fn merged(base: &[u8], over: &[u8]) -> Result<Vec<u8>> {
    let mut all = split(base)?;
    all.extend(split(over)?);
    let merged =
        documents(all.iter().map(Vec::as_slice)).map_err(|fault| format!("no YAML of a map: {fault}"))?;
    let mut out = String::new();
    emit::document(&written(&merged.content), &mut out).map_err(|error| error.message)?;
    Ok(out.into_bytes())
}

/// Cuts at `---` lines, which stay in front of what follows only if nothing was before them.
fn split(bytes: &[u8]) -> Result<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    let mut current: Vec<u8> = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
        if let Some(behind) = line.strip_prefix(b"---") {
            if !matches!(behind.trim_ascii().first(), None | Some(b'#')) {
                return Err("a document begins in the line of its `---`".to_owned());
            }
            if !current.is_empty() {
                all.push(std::mem::take(&mut current));
                continue;
            }
        }
        current.extend_from_slice(line);
        current.push(b'\n');
    }
    if !current.is_empty() {
        all.push(current);
    }
    Ok(all)
}

fn written(content: &Content) -> Node {
    match content {
        Content::Null => Node::null(),
        Content::Bool(truth) => Scalar::unset(truth.to_string()).into(),
        Content::Int(number) => Scalar::unset(number.to_string()).into(),
        Content::Float(number) => Scalar::unset(float(*number)).into(),
        Content::Text(text) => {
            let mut scalar = Scalar::text(text.as_str());
            // It is a text whatever is in it; the writer chooses how it is written.
            scalar.style = Style::Quoted;
            scalar.into()
        }
        Content::List(items) => {
            let items = items.iter().map(|item| written(&item.content)).collect();
            Node { at: Mark::default(), value: Value::Seq(items) }
        }
        Content::Map(entries) => map(entries),
    }
}

fn map(entries: &BTreeMap<String, crate::values::Node>) -> Node {
    let fields = entries
        .iter()
        .map(|(key, value)| Field { is_text: true, ..Field::new(key.as_str(), written(&value.content)) });
    Node { at: Mark::default(), value: Value::Map(fields.collect()) }
}

/// As `encoding/json` writes it, which is what YAML reads again: whole numbers are whole there.
fn float(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    if (1e-6..1e21).contains(&number.abs()) { number.to_string() } else { format!("{number:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(base: &str, over: &str) -> Result<String> {
        merged(base.as_bytes(), over.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn maps_are_merged_and_all_else_is_replaced() {
        let base = "---\na: {b: 1, c: [1, 2]}\nz: on\n---\na: {d: x}\n";
        let merged = text(base, "a: {c: [3], e: '1'}\nbig: 12345678\nhuge: 1e30\nnone: null\n").unwrap();
        assert_eq!(
            merged,
            "a:\n  b: 1\n  c:\n  - 3\n  d: x\n  e: \"1\"\nbig: 12345678\nhuge: 1e+30\nnone: null\nz: true\n"
        );
        assert_eq!(text("", "").unwrap(), "{}\n");
    }

    #[test]
    fn what_is_no_map_is_refused() {
        assert!(text("- a\n", "a: b\n").is_err());
        assert!(text("a: b\n", "--- a: b\n").is_err());
        assert!(text("a: [\n", "").is_err());
    }
}
