//! Lists whose items are told apart by keys, or that are sets of scalars.

use smol_str::SmolStr;

use super::items::{Items, Values, is_nothing, text};
use super::{DIRECTIVE, Directive, directive, values, walk};
use crate::fault::Result;
use crate::schema::{TypeId, Types};
use crate::yaml::node::{Node, Scalar, Value};

/// Merges two lists by the keys of their items (none: a set of scalars). What only the patch has comes first.
pub(super) fn merge(
    types: &Types,
    target: Option<Node>,
    patch: Option<Node>,
    keys: &[SmolStr],
    of: Option<TypeId>,
) -> Result<Option<Node>> {
    let keys: Vec<&str> = keys.iter().map(SmolStr::as_str).collect();
    let target = target.filter(|t| !t.is_null());
    let mut patch = patch;
    if let Some(patch) = patch.as_mut() {
        if target.is_some() {
            if patch.is_null() {
                return Ok(None);
            }
            match list_directive(patch)? {
                Directive::Delete => return Ok(None),
                Directive::Replace => {
                    return pair(types, None, Some(std::mem::replace(patch, Node::null())), &keys, of);
                }
                Directive::Merge => {}
            }
        }
    } else if target.is_none() {
        return Ok(None);
    }
    pair(types, target, patch, &keys, of)
}

/// Takes a directive for the whole list out of it.
fn list_directive(patch: &mut Node) -> Result<Directive> {
    let Value::Seq(items) = &mut patch.value else { return Ok(Directive::Merge) };
    let Some(index) = items.iter().position(|i| i.get(DIRECTIVE).is_some()) else {
        return Ok(Directive::Merge);
    };
    if items[index].fields().len() != 1 {
        return Ok(Directive::Merge);
    }
    let Some(node) = items[index].get(DIRECTIVE).cloned() else { return Ok(Directive::Merge) };
    let found = directive(node.as_text(), &node)?;
    items.retain(|i| i.get(DIRECTIVE).is_none_or(|d| d.as_text() != node.as_text()));
    Ok(found)
}

/// Which of the keys any of the values has; all of them if there are none (kyaml's `validateKeys`).
fn used(all: &[Values], count: usize) -> Vec<usize> {
    let mut is_used = vec![false; count];
    for values in all {
        is_used.iter_mut().zip(values).for_each(|(is_used, value)| *is_used |= !value.is_empty());
    }
    let any = is_used.contains(&true);
    (0..count).filter(|i| !any || is_used[*i]).collect()
}

fn pair(
    types: &Types,
    target: Option<Node>,
    patch: Option<Node>,
    keys: &[&str],
    of: Option<TypeId>,
) -> Result<Option<Node>> {
    let at = target.as_ref().or(patch.as_ref()).map(|n| n.at).unwrap_or_default();
    // A list that only the patch has is merged with itself, as kustomize does.
    let target = target.or_else(|| patch.clone());
    let items_of = |node: &Option<Node>| node.as_ref().map_or(0, |n| n.items().len());
    if items_of(&target) + items_of(&patch) == 0 {
        return Ok(target);
    }
    let all =
        values::all(target.as_ref().map_or(&[], Node::items), patch.as_ref().map_or(&[], Node::items), keys);
    let items = |node: Option<Node>| match node.map(|n| n.value) {
        Some(Value::Seq(items)) => Items::new(items),
        _ => Items::new(Vec::new()),
    };
    let (mut target, mut patch) = (items(target), items(patch));
    let item_type = of.and_then(|of| types.item(of));
    let mut result = Items::new(Vec::new());
    let used = used(&all, keys.len());
    let valid_keys: Vec<&str> =
        if keys.is_empty() { vec![""] } else { used.iter().map(|i| keys[*i]).collect() };
    for values in &all {
        let valid_values: Values =
            if keys.is_empty() { values.clone() } else { used.iter().map(|i| values[*i].clone()).collect() };
        let own = self::used(std::slice::from_ref(&valid_values), valid_keys.len());
        let own_keys: Vec<&str> = own.iter().map(|i| valid_keys[*i]).collect();
        let own_values: Values = own.iter().map(|i| valid_values[*i].clone()).collect();
        let index = target.first(&own_keys, &own_values);
        let mine = index.and_then(|i| target.get(i)).cloned();
        let place = patch.first(&own_keys, &own_values);
        let theirs = place.and_then(|i| patch.get(i)).cloned();
        let directive = theirs.as_ref().and_then(|t| t.get(DIRECTIVE));
        let is_replaced = directive.is_some_and(|d| d.as_text() == "replace");
        if let (Some(place), Some(_), Some(mut rest)) = (place, directive, theirs.clone()) {
            // A directive is taken out of the patch: values that lead to the same item find it gone.
            rest.remove(DIRECTIVE);
            patch.set(place, Some(rest));
        }
        let merged = walk(types, mine, theirs, item_type)?;
        let Some(mut merged) = merged.filter(|m| !is_nothing(m)) else {
            target.put(None, &valid_keys, &valid_values);
            continue;
        };
        for (key, value) in valid_keys.iter().zip(&valid_values) {
            if !key.is_empty() && merged.get(key).is_none() && !value.is_empty() {
                let at = merged.at;
                merged.set(key, Node::from(Scalar::unset(value.as_str())).at(at));
            }
        }
        // A mapping is merged in place; one that was replaced is not, so that its old self comes back below.
        if let (Some(index), false) = (index, is_replaced)
            && matches!(merged.value, Value::Map(_))
        {
            target.set(index, Some(merged.clone()));
        }
        result.put(Some(&merged), &valid_keys, &valid_values);
    }
    append(&mut result, target.into_nodes(), &valid_keys);
    Ok(Some(Node { at, value: Value::Seq(result.into_nodes()) }))
}

/// Adds the items of the object behind those of the patch, each in the place of the one that matches (kyaml's `appendListNode`).
fn append<'k>(result: &mut Items<'k>, items: Vec<Node>, keys: &[&'k str]) {
    for item in items {
        if keys[0].is_empty() {
            result.put(Some(&item), keys, &[text(&item)]);
            continue;
        }
        let mut values = Values::new();
        for key in keys {
            match item.get(key) {
                None => result.push(item.clone()),
                Some(value) => values.push(text(value)),
            }
        }
        if keys.len() > 1 {
            result.put(None, keys, &values);
        }
        result.put(Some(&item), keys, &values);
    }
}
