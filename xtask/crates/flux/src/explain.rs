//! Which file, patch, variable or layer of values set a field of a rendered object.

use kustomize_rs::yaml::node::{Mark, Node, Value};
use kustomize_rs::{Source, field};

use crate::releases::{self, ReleaseValues};
use crate::render::build::below;
use crate::render::spec::{Name, text};
use crate::render::{Part, Rendered, Rendering};
use crate::{envsubst, values};

/// One field, its value, and what set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The path from the object, or from the values of a release.
    pub path: String,
    /// The value as a text; nothing is shown of a Secret.
    pub value: String,
    /// File, line, column and transformer, or the layer of values.
    pub origin: String,
    /// How it was written before substitution, if that changed it.
    pub written: Option<String>,
    /// The variables in it, each with where its value comes from.
    pub variables: Vec<(String, String)>,
}

/// What stands for the values of Secrets.
const HIDDEN: &str = "***";

/// Explains what `wanted` means: `KIND/NAME` or `KIND/NAMESPACE/NAME`, and a field behind it after a dot; of a HelmRelease, fields
/// below `values` are those that its chart gets. Every object that is meant gives its title and its rows.
///
/// # Errors
///
/// No object or field is meant, or a release's values cannot be made; the message says which are known.
pub fn explain(rendering: &Rendering, wanted: &str) -> Result<Vec<(String, Vec<Row>)>, String> {
    let all =
        || rendering.parts.iter().flat_map(|part| part.objects.iter().map(move |object| (part, object)));
    let meant: Vec<_> =
        all().filter_map(|(part, object)| Some((part, object, rest(object, wanted)?))).collect();
    // `web` is meant by `Deployment/web.example` only if nothing is called `web.example`.
    let shortest = meant.iter().map(|(.., path)| path.len()).min();
    let meant = meant.into_iter().filter(|(.., path)| Some(path.len()) == shortest);
    let mut explained = Vec::new();
    for (part, object, path) in meant {
        let rows = rows(rendering, part, object, path)?;
        explained.push((title(object), rows));
    }
    if explained.is_empty() {
        let kind = wanted.split('/').next().unwrap_or_default();
        let of_kind = |object: &Rendered| text(Some(&object.node), "kind").eq_ignore_ascii_case(kind);
        let known: Vec<String> = all().map(|(_, o)| o).filter(|o| of_kind(o)).map(title).collect();
        let known = if known.is_empty() { format!("none of kind `{kind}`") } else { known.join(", ") };
        return Err(format!("no object `{wanted}`; there are: {known}"));
    }
    Ok(explained)
}

fn title(object: &Rendered) -> String {
    let Name { namespace, name } = Name::of(&object.node);
    let kind = text(Some(&object.node), "kind");
    if namespace.is_empty() { format!("{kind}/{name}") } else { format!("{kind}/{namespace}/{name}") }
}

/// What of the text is behind the object's name; none if it is not this object.
fn rest<'w>(object: &Rendered, wanted: &'w str) -> Option<&'w str> {
    let Name { namespace, name } = Name::of(&object.node);
    let (kind, behind) = wanted.split_once('/')?;
    if !kind.eq_ignore_ascii_case(text(Some(&object.node), "kind")) {
        return None;
    }
    let behind = behind.strip_prefix(&format!("{namespace}/")).unwrap_or(behind);
    let behind = behind.strip_prefix(name.as_str())?;
    if behind.is_empty() { Some("") } else { behind.strip_prefix('.') }
}

fn rows(rendering: &Rendering, part: &Part, object: &Rendered, path: &str) -> Result<Vec<Row>, String> {
    if releases::is_release(object)
        && let Some(path) = path.strip_prefix("values").filter(|p| p.is_empty() || p.starts_with('.'))
    {
        let found = releases::values(rendering, object).map_err(|error| error.to_string())?;
        return of_values(&found, path.trim_start_matches('.'));
    }
    let node = if path.is_empty() { Some(&object.node) } else { field(&object.node, path) };
    let Some(node) = node else { return Err(format!("{} has no field `{path}`", title(object))) };
    let mut rows = Vec::new();
    fields(part, object, node, path, &mut rows);
    Ok(rows)
}

fn fields(part: &Part, object: &Rendered, node: &Node, path: &str, rows: &mut Vec<Row>) {
    match &node.value {
        Value::Map(all) if !all.is_empty() => {
            all.iter().for_each(|f| fields(part, object, &f.value, &below(path, &f.key), rows));
        }
        Value::Seq(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                fields(part, object, item, &below(path, &index.to_string()), rows);
            }
        }
        _ => rows.push(row(part, object, node, path)),
    }
}

fn row(part: &Part, object: &Rendered, node: &Node, path: &str) -> Row {
    let is_secret = text(Some(&object.node), "kind") == "Secret"
        && (path.starts_with("data.") || path.starts_with("stringData."));
    let written = object.before.iter().find(|(at, _)| at == path).map(|(_, text)| text.clone());
    let uses = written.as_deref().and_then(|text| envsubst::variables(text).ok()).unwrap_or_default();
    let mut variables: Vec<(String, String)> = Vec::new();
    for used in uses {
        let from = match part.variables.get(&used.variable).map(|variable| &variable.from) {
            Some(Some(reference)) => reference.to_string(),
            Some(None) => "postBuild.substitute".to_owned(),
            None if used.default.is_some() => "its default".to_owned(),
            None => "the cluster".to_owned(),
        };
        if !variables.iter().any(|(name, _)| *name == used.variable) {
            variables.push((used.variable, from));
        }
    }
    let shown = match &node.value {
        _ if is_secret => HIDDEN.to_owned(),
        Value::Map(_) => "{}".to_owned(),
        Value::Seq(_) => "[]".to_owned(),
        Value::Scalar(scalar) => scalar.text.to_string(),
    };
    Row { path: path.to_owned(), value: shown, origin: origin(&part.sources, node.at), written, variables }
}

fn origin(sources: &[Source], at: Mark) -> String {
    let source = (at.file as usize).checked_sub(1).and_then(|index| sources.get(index));
    let Some(source) = source else { return "Flux".to_owned() };
    let by = source.by.map_or(String::new(), |by| format!(" ({by})"));
    format!("{}:{}:{}{by}", source.file, at.line, at.column)
}

fn of_values(found: &ReleaseValues<'_>, path: &str) -> Result<Vec<Row>, String> {
    let mut steps: Vec<String> = path.split('.').filter(|step| !step.is_empty()).map(str::to_owned).collect();
    let start = Some(&found.effective.values);
    let node = steps.iter().fold(start, |node, step| match &node?.content {
        values::Content::List(items) => items.get(step.parse::<usize>().ok()?),
        _ => node?.get(step),
    });
    let Some(node) = node else { return Err(format!("the values have no `{path}`")) };
    let mut rows = Vec::new();
    leaves(found, node, &mut steps, &mut rows);
    Ok(rows)
}

fn leaves(found: &ReleaseValues<'_>, node: &values::Node, steps: &mut Vec<String>, rows: &mut Vec<Row>) {
    let mut inside = |step: String, value: &values::Node| {
        steps.push(step);
        leaves(found, value, steps, rows);
        steps.pop();
    };
    match &node.content {
        values::Content::Map(all) if !all.is_empty() => {
            all.iter().for_each(|(key, value)| inside(key.clone(), value));
        }
        values::Content::List(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(index, item)| inside(index.to_string(), item));
        }
        _ => {
            let is_secret = match node.origin.layer {
                values::Layer::Reference(index) => found.references[index].kind == "Secret",
                values::Layer::Inline => false,
            };
            let value = match node.to_value() {
                _ if is_secret => HIDDEN.to_owned(),
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            };
            let origin = found.origin(&node.origin, steps);
            let path = steps.iter().fold(String::new(), |path, step| below(&path, step));
            rows.push(Row { path, value, origin, written: None, variables: Vec::new() });
        }
    }
}
