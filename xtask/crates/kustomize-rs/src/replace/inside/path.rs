//! Paths through a document inside a text (kyaml's `PathMatcher`).

use crate::pattern::compile;
use crate::yaml::document::{Content, Document, Form, Node};
use crate::yaml::node::{self, Value};

use super::super::target::condition;

/// The path leads to what has no such place.
#[derive(Debug)]
pub(super) struct NoSuchPlace;

type Result = std::result::Result<(), NoSuchPlace>;

/// What is made where the path leads to nothing.
#[derive(Debug, Clone, Copy)]
pub(super) enum Made {
    Scalar,
    Seq,
    Map,
}

impl Made {
    pub(super) fn like(value: &node::Node) -> Self {
        match value.value {
            Value::Scalar(_) => Made::Scalar,
            Value::Seq(_) => Made::Seq,
            Value::Map(_) => Made::Map,
        }
    }

    /// An empty value of the sort that the next step needs (`getPathPartKind`).
    fn before(self, next: Option<&String>) -> Node {
        let made = match next.map(String::as_str) {
            None | Some("") => self,
            Some(step) if condition(step).is_some() || index(step).is_some() => Made::Seq,
            Some(_) => Made::Map,
        };
        match made {
            Made::Scalar => Node::unset(""),
            Made::Seq => Node::new(Content::Seq(Vec::new(), Form::Block)),
            Made::Map => Node::new(Content::Map(Vec::new(), Form::Block)),
        }
    }
}

fn index(step: &str) -> Option<usize> {
    step.parse().ok()
}

/// Calls for every place in the document that the path leads to.
pub(super) fn walk_document(
    document: &mut Document,
    steps: &[String],
    made: Option<Made>,
    found: &mut dyn FnMut(&mut Node),
) -> Result {
    walk(document.root.as_mut().ok_or(NoSuchPlace)?, steps, made, found)
}

fn walk(node: &mut Node, steps: &[String], made: Option<Made>, found: &mut dyn FnMut(&mut Node)) -> Result {
    let Some((step, rest)) = steps.split_first() else {
        found(node);
        return Ok(());
    };
    if let Some(index) = index(step) {
        return item(node, index, rest, made, found);
    }
    if let Some(condition) = condition(step) {
        let (key, pattern) = condition.map_err(|_| NoSuchPlace)?;
        return matching(node, (key, pattern), rest, made, found);
    }
    if step == "*" {
        return items(node)?.into_iter().try_for_each(|item| walk(item, rest, made, found));
    }
    field(node, step, rest, made, found)
}

/// The items of a list; none of a null. What is tagged `!!null` passes for a list, even a mapping.
fn items(node: &mut Node) -> std::result::Result<Vec<&mut Node>, NoSuchPlace> {
    let is_null = node.is_null();
    match &mut node.content {
        Content::Seq(items, _) => Ok(items.iter_mut().collect()),
        Content::Map(fields, _) if is_null => Ok(fields.iter_mut().flat_map(|(k, v)| [k, v]).collect()),
        _ if is_null => Ok(Vec::new()),
        _ => Err(NoSuchPlace),
    }
}

/// Adds to a list. What is added to a null is lost, but found.
fn append(node: &mut Node, mut item: Node, then: &mut dyn FnMut(&mut Node) -> Result) -> Result {
    match &mut node.content {
        Content::Seq(items, _) => {
            items.push(item);
            items.last_mut().map_or(Ok(()), then)
        }
        _ => then(&mut item),
    }
}

/// `doIndexSeq`
fn item(
    node: &mut Node,
    index: usize,
    rest: &[String],
    made: Option<Made>,
    found: &mut dyn FnMut(&mut Node),
) -> Result {
    let mut items = items(node)?;
    let size = items.len();
    match (items.get_mut(index), made) {
        (Some(item), _) => walk(item, rest, made, found),
        (None, Some(kind)) if size == index => {
            append(node, kind.before(rest.first()), &mut |item| walk(item, rest, made, found))
        }
        _ => Err(NoSuchPlace),
    }
}

/// `doSeq`
fn matching(
    node: &mut Node,
    (key, pattern): (&str, &str),
    rest: &[String],
    made: Option<Made>,
    found: &mut dyn FnMut(&mut Node),
) -> Result {
    let regex = compile(pattern);
    let is_meant = |item: &Node| {
        let value = if key.is_empty() { Some(item) } else { item.get(key) };
        value.map_or(Ok(false), |value| {
            regex.as_ref().map(|regex| regex.is_match(&value.written())).ok_or(NoSuchPlace)
        })
    };
    let mut count = 0;
    let mut counted = |node: &mut Node| {
        count += 1;
        found(node);
    };
    let mut go_on = |item: &mut Node| {
        if key.is_empty() {
            counted(item);
            return Ok(());
        }
        walk(item, rest, made, &mut counted)
    };
    for item in items(node)? {
        if is_meant(item)? {
            go_on(item)?;
        }
    }
    if count > 0 || made.is_none() {
        return Ok(());
    }
    let value = Node::unset(pattern);
    let item = if key.is_empty() {
        value
    } else {
        Node::new(Content::Map(vec![(Node::unset(key), value)], Form::Block))
    };
    // The original would look for ever.
    if !is_meant(&item)? {
        return Err(NoSuchPlace);
    }
    append(node, item, &mut |item| walk(item, if key.is_empty() { &[] } else { rest }, made, found))
}

/// `doField`
fn field(
    node: &mut Node,
    step: &str,
    rest: &[String],
    made: Option<Made>,
    found: &mut dyn FnMut(&mut Node),
) -> Result {
    let is_null = node.is_null();
    let place = match &node.content {
        _ if is_null => None,
        Content::Map(fields, _) if !step.is_empty() => fields.iter().position(|(k, _)| k.text() == step),
        _ => return Err(NoSuchPlace),
    };
    let mut lost = None;
    if let (true, true, Some(made)) = (is_null, step.is_empty(), made) {
        // `FieldSetter` without a name takes the place of the null.
        let new = made.before(rest.first());
        node.be(new.clone());
        return walk(lost.insert(new), rest, Some(made), found);
    }
    let value = match (&mut node.content, place, made) {
        (Content::Map(fields, _), Some(place), _) => fields.get_mut(place).map(|(_, value)| value),
        (_, _, None) => None,
        (Content::Map(fields, _), None, Some(made)) => {
            fields.push((Node::unset(step), made.before(rest.first())));
            fields.last_mut().map(|(_, value)| value)
        }
        (Content::Seq(items, _), None, Some(made)) => {
            items.extend([Node::unset(step), made.before(rest.first())]);
            items.last_mut()
        }
        (_, _, Some(made)) => Some(lost.insert(made.before(rest.first()))),
    };
    match value {
        Some(Node { content: Content::Scalar(text, _), .. }) if !rest.is_empty() => {
            forgotten(text, rest, made, found)
        }
        Some(value) => walk(value, rest, made, found),
        None => Ok(()),
    }
}

/// The original looks into a text on the way, changes what it finds there, and forgets it
/// (`handleStructuredDataInScalar`).
pub(super) fn forgotten(
    text: &str,
    steps: &[String],
    made: Option<Made>,
    found: &mut dyn FnMut(&mut Node),
) -> Result {
    walk_document(&mut Document::read(text).map_err(|_| NoSuchPlace)?, steps, made, found)
}
