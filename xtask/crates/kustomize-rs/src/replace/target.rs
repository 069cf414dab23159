//! Dotted paths with conditions, indices and wildcards.

use regex::Regex;

use super::inside;
use crate::Limits;
use crate::fault::{Fault, Result, fault};
use crate::kustomization::args::FieldOptions;
use crate::path::split_brackets;
use crate::yaml::document;
use crate::yaml::node::{Field, Mark, Node, Scalar, Style, Value};

fn wrong(message: impl Into<String>) -> Box<Fault> {
    fault("kustomize/replacement", Mark::default(), message)
}

/// The value at a path without wildcards.
pub(crate) fn lookup<'n>(node: &'n Node, steps: &[String]) -> Result<Option<&'n Node>> {
    let mut node = node;
    for step in steps.iter().map(|s| s.trim()).filter(|s| !s.is_empty()) {
        let place = find(node, step)?;
        let next = place.and_then(|place| match &node.value {
            Value::Map(fields) => fields.get(place).map(|f| &f.value),
            _ => node.items().get(place),
        });
        let Some(next) = next else { return Ok(None) };
        node = next;
    }
    Ok(Some(node))
}

/// Which field or item of a node a step means.
pub(super) fn find(node: &Node, step: &str) -> Result<Option<usize>> {
    match condition(step) {
        Some(Ok((key, value))) => Ok(list(node, step)?.iter().position(|item| match key {
            "" => item.as_text() == value,
            key => item.get(key).is_some_and(|n| n.as_text() == value),
        })),
        Some(Err(fault)) => Err(fault),
        None if step == "-" => Ok(list(node, step)?.len().checked_sub(1)),
        None if step == "*" => Err(wrong("a wildcard is not possible in the path of a source")),
        None => match step.parse::<usize>() {
            Ok(index) => list(node, step).map(|items| Some(index).filter(|i| *i < items.len())),
            Err(_) if node.is_null() => Ok(None),
            Err(_) if !matches!(node.value, Value::Map(_)) => {
                Err(wrong(format!("`{step}`: expected a mapping, found {}", node.sort())))
            }
            Err(_) => Ok(node.fields().iter().position(|f| f.key == step)),
        },
    }
}

fn list<'n>(node: &'n Node, step: &str) -> Result<&'n [Node]> {
    match &node.value {
        Value::Seq(items) => Ok(items),
        _ if node.is_null() => Ok(&[]),
        _ => Err(wrong(format!("`{step}`: expected a list, found {}", node.sort()))),
    }
}

/// Key and value of `[key=value]`.
pub(super) fn condition(step: &str) -> Option<Result<(&str, &str)>> {
    let inner = step.strip_prefix('[')?.strip_suffix(']')?;
    Some(inner.split_once('=').ok_or_else(|| wrong(format!("`{step}`: write `[field=value]`"))))
}

/// A path, taken apart once and not in each object.
pub(super) struct Path {
    text: String,
    steps: Vec<String>,
    /// The expressions of conditions; none where there is no condition, or a wrong one.
    patterns: Vec<Option<Regex>>,
}

impl Path {
    pub(super) fn new(text: &str) -> Self {
        let steps = split_brackets(text);
        let pattern = |step: &String| crate::pattern::compile(condition(step)?.ok()?.1);
        Path { text: text.to_owned(), patterns: steps.iter().map(pattern).collect(), steps }
    }
}

/// Sets a value at every place that the path leads to; none is an error.
/// `written` is the value as it is written where it comes from.
pub(super) fn set(
    limits: Limits,
    node: &mut Node,
    path: &Path,
    value: &Node,
    written: &dyn Fn() -> document::Node,
    options: &FieldOptions,
) -> Result<()> {
    limits.path(path.steps.len(), value.at)?;
    if inside::set(limits, node, &path.steps, value, written, options.create)? {
        return Ok(());
    }
    let mut count = 0;
    walk(node, (&path.steps, &path.patterns), options.create.then_some(value), &mut |found| {
        count += 1;
        put(found, value, options)
    })?;
    if count == 0 {
        let or = if options.create { "find or create" } else { "find" };
        return Err(wrong(format!("unable to {or} field \"{}\" in replacement target", path.text)));
    }
    Ok(())
}

fn put(node: &mut Node, value: &Node, options: &FieldOptions) -> Result<()> {
    let mut text = value.as_text().to_owned();
    if !options.delimiter.is_empty() {
        let Value::Scalar(old) = &node.value else {
            return Err(wrong("delimiter option can only be used with scalar nodes"));
        };
        let mut parts: Vec<&str> = old.text.split(&options.delimiter).collect();
        match usize::try_from(options.index) {
            Err(_) => parts.insert(0, &text),
            Ok(index) if index >= parts.len() => parts.push(&text),
            Ok(index) => parts[index] = &text,
        }
        text = parts.join(&options.delimiter);
    }
    node.at = value.at;
    match &mut node.value {
        // Only the text is copied: what it is stays what it was.
        Value::Scalar(scalar) => {
            scalar.text = text.into();
            scalar.shared = scalar.shared.set();
        }
        other => {
            *other = value.value.clone();
            if let Value::Scalar(scalar) = other {
                scalar.text = text.into();
            }
        }
    }
    Ok(())
}

/// An empty value of the sort that the next step needs.
fn made(next: Option<&String>, value: &Node) -> Node {
    let at = value.at;
    let value = match next {
        Some(step) if condition(step).is_some() || step.parse::<usize>().is_ok() => Value::Seq(Vec::new()),
        Some(_) => Value::Map(Vec::new()),
        None => match &value.value {
            Value::Scalar(_) => Value::Scalar(Scalar::unset("")),
            Value::Map(_) => Value::Map(Vec::new()),
            Value::Seq(_) => Value::Seq(Vec::new()),
        },
    };
    Node { at, value }
}

/// As it would be written, quotes included.
fn written(node: &Node) -> String {
    match node.scalar() {
        Some(scalar) if scalar.style != Style::Plain => format!("\"{}\"", scalar.text),
        _ => node.as_text().to_owned(),
    }
}

/// The rest of a path: steps, and for each the expression of its condition.
type Rest<'p> = (&'p [String], &'p [Option<Regex>]);

fn walk(
    node: &mut Node,
    (steps, patterns): Rest<'_>,
    create: Option<&Node>,
    found: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<()> {
    let (Some((step, steps)), Some((pattern, patterns))) = (steps.split_first(), patterns.split_first())
    else {
        return found(node);
    };
    let rest = (steps, patterns);
    let sort = node.sort();
    let expected = |wanted: &str| Err(wrong(format!("`{step}`: expected {wanted}, found {sort}")));
    if let Some(condition) = condition(step) {
        let (key, pattern_text) = condition?;
        let pattern =
            pattern.as_ref().ok_or_else(|| wrong(format!("`{pattern_text}` is not a regular expression")))?;
        let Value::Seq(items) = &mut node.value else {
            return if node.is_null() { Ok(()) } else { expected("a list") };
        };
        let is_meant = |item: &Node| match key {
            "" => pattern.is_match(&written(item)),
            key => item.get(key).is_some_and(|n| pattern.is_match(&written(n))),
        };
        if let (false, Some(value)) = (items.iter().any(&is_meant), create) {
            let at = value.at;
            let value = Node::from(Scalar::unset(pattern_text)).at(at);
            let item = if key.is_empty() {
                value
            } else {
                Node { at, value: Value::Map(vec![Field::new(key, value)]) }
            };
            items.push(item);
        }
        return items
            .iter_mut()
            .filter(|i| is_meant(i))
            .try_for_each(|item| if key.is_empty() { found(item) } else { walk(item, rest, create, found) });
    }
    if step == "*" {
        let Value::Seq(items) = &mut node.value else {
            return if node.is_null() { Ok(()) } else { expected("a list") };
        };
        return items.iter_mut().try_for_each(|item| walk(item, rest, create, found));
    }
    if let Ok(index) = step.parse::<usize>() {
        let Value::Seq(items) = &mut node.value else { return expected("a list") };
        if let (Some(value), true) = (create, items.len() == index) {
            items.push(made(steps.first(), value));
        }
        let size = items.len();
        let item = items
            .get_mut(index)
            .ok_or_else(|| wrong(format!("index {index} specified but only {size} elements found")))?;
        return walk(item, rest, create, found);
    }
    let Value::Map(fields) = &mut node.value else {
        return if node.is_null() { Ok(()) } else { expected("a mapping") };
    };
    let index = match (fields.iter().position(|f| f.key == *step), create) {
        (Some(index), _) => index,
        (None, Some(value)) => {
            fields.push(Field::new(step.as_str(), made(steps.first(), value)));
            fields.len() - 1
        }
        (None, None) => return Ok(()),
    };
    let value = &mut fields[index].value;
    if let (Value::Scalar(scalar), false) = (&value.value, steps.is_empty()) {
        // kustomize looks into the text, changes what it finds there, and forgets it.
        let all = inside::forgotten(&scalar.text, steps, create);
        let all = all.ok_or_else(|| wrong(format!("`{step}` is a text without `{}`", steps.join("."))))?;
        return all.into_iter().try_for_each(|mut lost| found(&mut lost));
    }
    walk(value, rest, create, found)
}
