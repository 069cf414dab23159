//! `explain`: each field of the result with the place that set it.

use crate::cli::disk::Shown;
use crate::yaml::node::{Node, Value};
use crate::{Built, Object};

/// The lines for the objects named `KIND/NAME` (all if nothing is asked for), below a field path if there is one.
pub(super) fn lines(
    built: &Built,
    shown: &Shown,
    object: Option<&str>,
    path: Option<&str>,
) -> Result<String, String> {
    let is_wanted = |o: &&Object| {
        let (kind, name) =
            object.unwrap_or_default().split_once('/').unwrap_or((object.unwrap_or_default(), ""));
        (kind.is_empty() || o.kind().eq_ignore_ascii_case(kind)) && (name.is_empty() || o.name() == name)
    };
    let wanted: Vec<&Object> = built.objects.iter().filter(is_wanted).collect();
    if wanted.is_empty() && object.is_some() {
        let known: Vec<String> = built.objects.iter().map(|o| format!("{}/{}", o.kind(), o.name())).collect();
        return Err(format!("no object `{}`; there are {}", object.unwrap_or_default(), known.join(", ")));
    }
    let mut out = String::new();
    for object in wanted {
        let mut rows = Vec::new();
        match path {
            None => fields(&object.node, "", &mut rows),
            Some(path) => match object.field(path) {
                Some(node) => fields(node, path, &mut rows),
                None => return Err(format!("{}/{} has no field `{path}`", object.kind(), object.name())),
            },
        }
        let width = rows.iter().map(|(left, _)| left.chars().count()).max().unwrap_or(0).min(MOST_WIDE);
        out.push_str(&format!("{}/{}", object.kind(), object.name()));
        let entries = built.included_by(object);
        let entries = entries.iter().map(|o| crate::Origin { file: &shown.file(o.file), ..*o }.to_string());
        let entries: Vec<String> = entries.collect();
        let by = if entries.is_empty() { String::new() } else { format!("  (by {})", entries.join(", ")) };
        out.push_str(&by);
        out.push('\n');
        for (left, node) in rows {
            let origin = built.origin(node.at).map_or_else(
                || "-".to_owned(),
                |origin| crate::Origin { file: &shown.file(origin.file), ..origin }.to_string(),
            );
            out.push_str(&format!("  {left:width$}  {origin}\n"));
        }
    }
    Ok(out)
}

/// Columns of origins stay together up to this width of what is before them.
const MOST_WIDE: usize = 72;
/// Longer texts are cut.
const LONGEST: usize = 48;

/// `path: value` for every scalar, in the order in which they are written.
fn fields<'n>(node: &'n Node, path: &str, rows: &mut Vec<(String, &'n Node)>) {
    match &node.value {
        Value::Map(map) if !map.is_empty() => {
            let mut map: Vec<_> = map.iter().collect();
            map.sort_by(|a, b| crate::yaml::order::compare(&a.key, &b.key));
            for field in map {
                fields(&field.value, &below(path, &field.key), rows);
            }
        }
        Value::Seq(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                fields(item, &below(path, &index.to_string()), rows);
            }
        }
        Value::Scalar(scalar) => rows.push((format!("{path}: {}", short(&scalar.text)), node)),
        Value::Map(_) => rows.push((format!("{path}: {{}}"), node)),
        Value::Seq(_) => rows.push((format!("{path}: []"), node)),
    }
}

/// A step further, as paths are given: a key with dots in brackets.
fn below(path: &str, step: &str) -> String {
    let step = if step.contains('.') { format!("[{step}]") } else { step.to_owned() };
    if path.is_empty() { step } else { format!("{path}.{step}") }
}

fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() > LONGEST || line.len() < text.trim_end().len() {
        format!("{}…", line.chars().take(LONGEST).collect::<String>())
    } else {
        line.to_owned()
    }
}
