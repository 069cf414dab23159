//! Strategic merge: the schema says which lists merge, `$patch` overrides it.

use crate::fault::{Result, fault};
use crate::schema::{TypeId, Types};
use crate::yaml::node::{Field, Node, Value};
use places::Places;

mod items;
mod list;
mod places;
mod values;

const DIRECTIVE: &str = "$patch";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

/// Merges a patch into an object; `None` says that nothing is left.
pub(crate) fn merge(types: &Types, target: Node, patch: Node) -> Result<Option<Node>> {
    walk(types, Some(target), Some(patch), None)
}

fn directive(text: &str, node: &Node) -> Result<Directive> {
    match text {
        "merge" => Ok(Directive::Merge),
        "replace" => Ok(Directive::Replace),
        "delete" => Ok(Directive::Delete),
        _ => Err(fault("kustomize/patch-directive", node.at, format!("unknown patch strategy `{text}`"))
            .with_help("use `merge`, `replace` or `delete`")),
    }
}

/// Takes the directive out of a mapping.
fn map_directive(patch: &mut Node) -> Result<Directive> {
    let Some(node) = patch.get(DIRECTIVE).cloned() else { return Ok(Directive::Merge) };
    let found = directive(node.as_text(), &node)?;
    patch.remove(DIRECTIVE);
    Ok(found)
}

/// The type of a value: what is known from above, or by its own kind.
fn type_of(
    types: &Types,
    known: Option<TypeId>,
    target: Option<&Node>,
    patch: Option<&Node>,
) -> Option<TypeId> {
    known.or_else(|| {
        [target, patch].into_iter().flatten().find_map(|node| {
            let text = |field| node.get(field).map_or("", Node::value_text);
            types.of_kind(text("apiVersion"), text("kind"))
        })
    })
}

fn walk(
    types: &Types,
    target: Option<Node>,
    patch: Option<Node>,
    known: Option<TypeId>,
) -> Result<Option<Node>> {
    let of = type_of(types, known, target.as_ref(), patch.as_ref());
    let shown = [&target, &patch].into_iter().flatten().find(|n| !n.is_null());
    let Some(shown) = shown else {
        // A null of the object stays if the patch says nothing; a null of the patch removes.
        return Ok(match (target, patch) {
            (Some(target), None) if !target.as_text().is_empty() => Some(target),
            _ => None,
        });
    };
    for other in [&target, &patch].into_iter().flatten().filter(|n| !n.is_null()) {
        if std::mem::discriminant(&other.value) != std::mem::discriminant(&shown.value) {
            let (at, found) = (other.at, other.sort());
            let message = format!("cannot merge {found} into {}", shown.sort());
            return Err(fault("kustomize/patch-sort", at, message));
        }
    }
    match &shown.value {
        Value::Map(_) => map(types, target, patch, of),
        Value::Seq(_) => match of.and_then(|of| types.merge(of)) {
            Some(keys) => list::merge(types, target, patch, keys, of),
            None => Ok(patch.or(target)),
        },
        Value::Scalar(_) => Ok(patch.or(target)),
    }
}

fn map(types: &Types, target: Option<Node>, patch: Option<Node>, of: Option<TypeId>) -> Result<Option<Node>> {
    let Some(mut target) = target.filter(|t| !t.is_null()) else {
        let Some(mut patch) = patch else { return Ok(None) };
        if let Ok(Directive::Delete) = map_directive(&mut patch) {
            return Ok(None);
        }
        return finish_added(types, patch, of).map(Some);
    };
    let Some(mut patch) = patch else { return finish_kept(types, target, of).map(Some) };
    if patch.is_null() {
        return Ok(None);
    }
    match map_directive(&mut patch)? {
        Directive::Delete => return Ok(None),
        Directive::Replace => return finish_added(types, patch, of).map(Some),
        Directive::Merge => {}
    }
    let Value::Map(theirs) = patch.value else { return Ok(Some(target)) };
    let Value::Map(mine) = &mut target.value else { return Ok(Some(target)) };
    let named = Places::of(&theirs);
    let mut kept = Places::with_room_for(mine.len());
    for Field { key, is_text, at, value } in std::mem::take(mine) {
        // Of equal keys only the first is looked at.
        let is_looked_at = named.first(&theirs, &key).is_none() && kept.first(mine, &key).is_none();
        let value = if is_looked_at {
            let field_type = of.and_then(|of| types.field(of, &key));
            walk(types, Some(value), None, field_type)?
        } else {
            Some(value)
        };
        if let Some(value) = value {
            kept.add(&key, mine.len());
            mine.push(Field { key, is_text, at, value: if is_looked_at { set(value) } else { value } });
        }
    }
    let is_first: Vec<bool> =
        theirs.iter().enumerate().map(|(place, f)| named.first(&theirs, &f.key) == Some(place)).collect();
    let count = mine.len();
    let mut removed = vec![false; count];
    for (Field { key, is_text, at, value }, _) in theirs.into_iter().zip(is_first).filter(|(_, first)| *first)
    {
        let field_type = of.and_then(|of| types.field(of, &key));
        match kept.first(&mine[..count], &key) {
            Some(index) => {
                let old = std::mem::replace(&mut mine[index].value, Node::null());
                let was = old.scalar().map(|s| (s.style, s.shared));
                match walk(types, Some(old), Some(value), field_type)?.filter(|n| !n.is_null()) {
                    Some(mut new) => {
                        // A scalar put over another takes its style; what it is stays what its tag says.
                        if let (Value::Scalar(scalar), Some((style, shared))) = (&mut new.value, was) {
                            scalar.style = style;
                            scalar.shared = shared.set();
                        }
                        mine[index].value = new;
                    }
                    None => removed[index] = true,
                }
            }
            None => {
                if let Some(value) = walk(types, None, Some(value), field_type)?.filter(|n| !n.is_null()) {
                    mine.push(Field { key, is_text, at, value: set(value) });
                }
            }
        }
    }
    if removed.contains(&true) {
        let mut is_removed = removed.into_iter().chain(std::iter::repeat(false));
        mine.retain(|_| is_removed.next() != Some(true));
    }
    Ok(Some(target))
}

/// A field that was walked is set anew.
fn set(mut value: Node) -> Node {
    if let Value::Scalar(scalar) = &mut value.value {
        scalar.set_as_field();
    }
    value
}

/// A mapping that comes from the patch alone is walked against itself: nulls and directives in it go.
fn finish_added(types: &Types, patch: Node, of: Option<TypeId>) -> Result<Node> {
    let Value::Map(fields) = patch.value else { return Ok(patch) };
    let named = Places::of(&fields);
    let is_first: Vec<bool> =
        fields.iter().enumerate().map(|(place, f)| named.first(&fields, &f.key) == Some(place)).collect();
    let mut kept = Vec::with_capacity(fields.len());
    for (Field { key, is_text, at, value }, is_first) in fields.into_iter().zip(is_first) {
        if !is_first {
            kept.push(Field { key, is_text, at, value });
            continue;
        }
        let field_type = of.and_then(|of| types.field(of, &key));
        if let Some(value) = walk(types, None, Some(value), field_type)?.filter(|n| !n.is_null()) {
            kept.push(Field { key, is_text, at, value: set(value) });
        }
    }
    Ok(Node { at: patch.at, value: Value::Map(kept) })
}

/// A mapping that the patch says nothing about is walked too: lists that merge are merged with nothing.
fn finish_kept(types: &Types, target: Node, of: Option<TypeId>) -> Result<Node> {
    let Value::Map(fields) = target.value else { return Ok(target) };
    let mut kept = Vec::with_capacity(fields.len());
    let mut places = Places::with_room_for(fields.len());
    for Field { key, is_text, at, value } in fields {
        if places.first(&kept, &key).is_some() {
            kept.push(Field { key, is_text, at, value });
            continue;
        }
        let field_type = of.and_then(|of| types.field(of, &key));
        if let Some(value) = walk(types, Some(value), None, field_type)? {
            places.add(&key, kept.len());
            kept.push(Field { key, is_text, at, value: set(value) });
        }
    }
    Ok(Node { at: target.at, value: Value::Map(kept) })
}
