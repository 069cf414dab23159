//! JSON6902 as evanphx/json-patch does it.

use crate::Limits;
use crate::fault::{Fault, Result, fault};
use crate::kustomization::record::Record;
use crate::limits::Extent;
use crate::yaml::json::{by_v2, normalise};
use crate::yaml::last_break;
use crate::yaml::node::{Field, Mark, Node, Value};
use crate::yaml::read::{self, Twice};
use crate::yaml::value::decide;

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operation {
    pub(super) at: Mark,
    op: String,
    path: Option<String>,
    from: Option<String>,
    pub(super) value: Option<Node>,
}

/// Reads a list of operations.
pub(crate) fn read(limits: Limits, file: u32, text: &str) -> Result<Vec<Operation>> {
    // What begins like JSON must be JSON; anything else is YAML.
    if text.starts_with('[')
        && let Err(error) = serde_json::from_str::<serde_json::Value>(text)
    {
        let number = |n: usize| u32::try_from(n).unwrap_or(1);
        let at = Mark { file, line: number(error.line()), column: number(error.column()) };
        return Err(fault("kustomize/json-patch", at, format!("not JSON: {error}"))
            .with_help("put texts and names in double quotes, or write it as YAML"));
    }
    let node = read::single(limits, file, text, Twice::Last)?.unwrap_or_else(Node::null);
    let Value::Seq(items) = &node.value else {
        if node.is_null() {
            return Ok(Vec::new());
        }
        return Err(fault(
            "kustomize/json-patch",
            node.at,
            format!("expected a list, found {}", node.sort()),
        ));
    };
    items.iter().map(operation).collect()
}

fn operation(node: &Node) -> Result<Operation> {
    if !matches!(node.value, Value::Map(_)) {
        return Err(fault(
            "kustomize/json-patch",
            node.at,
            format!("expected an operation, found {}", node.sort()),
        ));
    }
    let names: Vec<&str> = node.fields().iter().map(|f| f.key.as_str()).collect();
    let record = Record::new("an operation", node, &names)?;
    Ok(Operation {
        at: node.at,
        op: record.text("op")?,
        path: record.get("path").map(|_| record.text("path")).transpose()?,
        from: record.get("from").map(|_| record.text("from")).transpose()?,
        value: node.get("value").cloned().map(|mut value| {
            by_v2(&mut value);
            value
        }),
    })
}

/// Applies all operations; numbers become what JSON makes of them.
pub(crate) fn apply(limits: Limits, node: &mut Node, operations: &[Operation]) -> Result<()> {
    last_break::settle(node);
    normalise(node)?;
    for operation in operations {
        one(limits, node, operation).map_err(|mut f| {
            if f.code == "kustomize/json-patch" {
                let path = operation.path.as_deref().unwrap_or_default();
                f.message = format!("{} operation at `{path}`: {}", operation.op, f.message);
            }
            f.or_at(operation.at)
        })?;
    }
    Ok(())
}

fn wrong(message: impl Into<String>) -> Box<Fault> {
    fault("kustomize/json-patch", Mark::default(), message)
}

fn one(limits: Limits, node: &mut Node, operation: &Operation) -> Result<()> {
    let value = || {
        let mut value = operation.value.clone().unwrap_or_else(|| Node::null().at(operation.at));
        normalise(&mut value).map(|()| value)
    };
    let from = || operation.from.as_deref().ok_or_else(|| wrong("missing `from`"));
    let path = operation.path.as_deref().ok_or_else(|| wrong("missing `path`"));
    match operation.op.as_str() {
        "add" => add(limits, node, path?, value()?),
        "remove" => remove(node, path?).map(drop),
        "replace" => replace(limits, node, path?, value()?),
        "move" => {
            let moved = remove(node, from()?)?;
            add(limits, node, path?, moved.all_at(operation.at))
        }
        "copy" => {
            let (parent, key) = parent(node, from()?)?;
            // What is not there is copied as null.
            let copied = slot(parent, &key)?.cloned().unwrap_or_else(Node::null);
            add(limits, node, path?, copied.all_at(operation.at))?;
            limits.check(node)
        }
        "test" => {
            let wanted = value()?;
            let path = path?;
            let is_equal = if path.is_empty() {
                equal(node, &wanted)
            } else {
                let (parent, key) = parent(node, path)?;
                match slot(parent, &key)? {
                    Some(found) => equal(found, &wanted),
                    None => wanted.is_null(),
                }
            };
            if is_equal { Ok(()) } else { Err(wrong("testing value failed")) }
        }
        other => Err(wrong(format!("unknown operation `{other}`"))),
    }
}

fn steps(path: &str) -> Vec<String> {
    path.split('/').skip(1).map(|s| s.replace("~1", "/").replace("~0", "~")).collect()
}

fn parent<'n>(node: &'n mut Node, path: &str) -> Result<(&'n mut Node, String)> {
    let mut steps = steps(path);
    // An empty path has no parent.
    let last = steps.pop().ok_or_else(|| wrong("an empty path"))?;
    let mut node = node;
    for step in steps {
        node = slot(node, &step)?.filter(|n| n.scalar().is_none()).ok_or_else(|| {
            wrong(format!("`{step}` does not exist")).with_help("add the mapping or list above it first")
        })?;
    }
    Ok((node, last))
}

fn index(items: usize, step: &str, is_add: bool) -> Result<usize> {
    if is_add && step == "-" {
        return Ok(items);
    }
    let number: i64 = step.parse().map_err(|_| wrong(format!("`{step}` is no index of a list")))?;
    let size = i64::try_from(items).unwrap_or(i64::MAX);
    let last = if is_add { size } else { size - 1 };
    let place = if number < 0 { number + size + i64::from(is_add) } else { number };
    if place < 0 || place > last {
        return Err(wrong(format!("index {step} is out of bounds of a list of {items}")));
    }
    usize::try_from(place).map_err(|_| wrong("index out of bounds"))
}

fn slot<'n>(node: &'n mut Node, step: &str) -> Result<Option<&'n mut Node>> {
    match &mut node.value {
        Value::Map(fields) => Ok(fields.iter_mut().find(|f| f.key == step).map(|f| &mut f.value)),
        Value::Seq(items) => {
            let place = index(items.len(), step, false)?;
            Ok(items.get_mut(place))
        }
        Value::Scalar(_) => Ok(None),
    }
}

/// A key of a mapping need not be there; an empty path is the whole object, which stays the object of its own file.
fn replace(limits: Limits, node: &mut Node, path: &str, value: Node) -> Result<()> {
    let Extent { depth, .. } = Extent::of(&value);
    limits.path(path.matches('/').count() + depth, value.at)?;
    if path.is_empty() {
        if value.scalar().is_some() {
            return Err(wrong("the value must be a mapping or a list"));
        }
        node.value = value.value;
        return Ok(());
    }
    let (parent, key) = parent(node, path)?;
    if let Some(slot) = slot(parent, &key)? {
        *slot = value;
        return Ok(());
    }
    put(parent, &key, value)
}

fn put(parent: &mut Node, key: &str, value: Node) -> Result<()> {
    match &mut parent.value {
        Value::Map(fields) => match fields.iter_mut().find(|f| f.key == key) {
            Some(field) => field.value = value,
            None => {
                let mut field = Field::new(key, value);
                field.is_text = true;
                fields.push(field);
            }
        },
        Value::Seq(items) => {
            let place = index(items.len(), key, true)?;
            items.insert(place, value);
        }
        Value::Scalar(_) => return Err(wrong("the path does not exist")),
    }
    Ok(())
}

fn add(limits: Limits, node: &mut Node, path: &str, value: Node) -> Result<()> {
    let Extent { depth, .. } = Extent::of(&value);
    limits.path(path.matches('/').count() + depth, value.at)?;
    let (parent, key) = parent(node, path)?;
    put(parent, &key, value)
}

fn remove(node: &mut Node, path: &str) -> Result<Node> {
    let (parent, key) = parent(node, path)?;
    let missing = || wrong(format!("unable to remove nonexistent key `{key}`"));
    if let Value::Seq(items) = &mut parent.value {
        let place = index(items.len(), &key, false)?;
        return Ok(items.remove(place));
    }
    parent.remove(&key).ok_or_else(missing)
}

fn equal(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Scalar(a), Value::Scalar(b)) => decide(a) == decide(b),
        (Value::Seq(a), Value::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Map(fields), Value::Map(others)) => {
            fields.len() == others.len()
                && fields.iter().all(|f| b.get(&f.key).is_some_and(|other| equal(&f.value, other)))
        }
        _ => false,
    }
}
