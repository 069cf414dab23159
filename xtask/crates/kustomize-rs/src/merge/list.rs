//! Lists whose items are told apart by keys, or that are sets of scalars.

use smol_str::SmolStr;

use super::{DIRECTIVE, Directive, directive, walk};
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

type Values = Vec<String>;

fn values(item: &Node, keys: &[&str]) -> Values {
    if keys.is_empty() {
        return vec![item.as_text().to_owned()];
    }
    keys.iter().map(|k| item.get(k).filter(|n| !n.is_empty()).map_or("", Node::as_text).to_owned()).collect()
}

/// All values of the keys, the patch's first, each once.
fn all_values(target: Option<&Node>, patch: Option<&Node>, keys: &[&str]) -> Vec<Values> {
    let mut all: Vec<Values> = Vec::new();
    for item in [patch, target].into_iter().flatten().flat_map(Node::items) {
        let found = values(item, keys);
        if !all.contains(&found) {
            all.push(found);
        }
    }
    if keys.len() > 1 {
        for i in 0..all.len() {
            for j in 0..all.len() {
                if let Some(merged) = agree(&all[i], &all[j]) {
                    all[i].clone_from(&merged);
                    all[j] = merged;
                }
            }
        }
    }
    all
}

/// The union of two sets of values of which none contradicts and one is the same.
fn agree(a: &Values, b: &Values) -> Option<Values> {
    let contradicts = a.iter().zip(b).any(|(x, y)| x != y && !x.is_empty() && !y.is_empty());
    let shares = a.iter().zip(b).any(|(x, y)| x == y);
    (!contradicts && shares)
        .then(|| a.iter().zip(b).map(|(x, y)| if x.is_empty() { y } else { x }.clone()).collect())
}

/// The keys that any item has, and these values under them.
fn valid<'k>(all: &[Values], values: &Values, keys: &[&'k str]) -> (Vec<&'k str>, Values) {
    let is_used = |i: usize| all.iter().any(|v| v.get(i).is_some_and(|t| !t.is_empty()));
    let used: Vec<usize> = (0..keys.len()).filter(|i| is_used(*i)).collect();
    if used.is_empty() {
        return (keys.to_vec(), values.clone());
    }
    (used.iter().map(|i| keys[*i]).collect(), used.iter().map(|i| values[*i].clone()).collect())
}

/// Does an item have these values under these keys? An empty value matches any; keys beyond the values repeat the last
/// answer, as in kustomize.
fn matches(item: &Node, keys: &[&str], values: &[String]) -> bool {
    if keys[0].is_empty() {
        return values.first().is_some_and(|v| item.as_text() == v);
    }
    !values.is_empty()
        && keys
            .iter()
            .zip(values)
            .all(|(key, value)| item.get(key).is_some_and(|n| value.is_empty() || n.as_text() == value))
}

/// The item that has exactly these values.
fn find(list: Option<&Node>, keys: &[&str], values: &[String]) -> Option<usize> {
    list?.items().iter().position(|item| {
        if keys[0].is_empty() {
            return values.first().is_some_and(|v| item.as_text() == v);
        }
        keys.iter().zip(values).all(|(key, value)| item.get(key).is_some_and(|n| n.as_text() == value))
    })
}

/// Puts an item in the place of those that match, or at the end; `None` only removes them.
fn put(list: &mut Vec<Node>, new: Option<&Node>, keys: &[&str], values: &[String]) {
    let mut is_found = false;
    let takes_maps = !keys[0].is_empty() && values.first().is_some_and(|v| !v.is_empty());
    let old = std::mem::take(list);
    for item in old {
        let is_nothing = item.is_null() || (matches!(item.value, Value::Map(_)) && item.is_empty());
        if is_nothing {
            continue;
        }
        if takes_maps && !matches!(item.value, Value::Map(_)) {
            list.push(item);
        } else if matches(&item, keys, values) {
            is_found = true;
            list.extend(new.cloned());
        } else if !values.is_empty() {
            list.push(item);
        }
    }
    if let (Some(new), false) = (new, is_found) {
        list.push(new.clone());
    }
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
    let mut target = target.or_else(|| patch.clone());
    let all = all_values(target.as_ref(), patch.as_ref(), keys);
    if all.is_empty() {
        return Ok(target);
    }
    let item_type = of.and_then(|of| types.item(of));
    let mut result: Vec<Node> = Vec::new();
    let mut last_keys = vec![""];
    for values in &all {
        let (valid_keys, valid_values) =
            if keys.is_empty() { (vec![""], values.clone()) } else { valid(&all, values, keys) };
        last_keys.clone_from(&valid_keys);
        let (own_keys, own_values) = valid(std::slice::from_ref(&valid_values), &valid_values, &valid_keys);
        let index = find(target.as_ref(), &own_keys, &own_values);
        let mine = index.and_then(|i| target.as_ref().map(|t| t.items()[i].clone()));
        let theirs = find(patch.as_ref(), &own_keys, &own_values)
            .and_then(|i| patch.as_ref().map(|p| p.items()[i].clone()));
        let is_replaced =
            theirs.as_ref().and_then(|t| t.get(DIRECTIVE)).is_some_and(|d| d.as_text() == "replace");
        let is_mine = mine.is_some();
        let merged = walk(types, mine, theirs, item_type)?;
        let is_nothing = |m: &Node| m.is_null() || (matches!(m.value, Value::Map(_)) && m.is_empty());
        let items = match target.as_mut().map(|t| &mut t.value) {
            Some(Value::Seq(items)) => items,
            _ => return Ok(target),
        };
        let Some(mut merged) = merged.filter(|m| !is_nothing(m)) else {
            put(items, None, &valid_keys, &valid_values);
            continue;
        };
        for (key, value) in valid_keys.iter().zip(&valid_values) {
            if !key.is_empty() && merged.get(key).is_none() && !value.is_empty() {
                let at = merged.at;
                merged.set(key, Node::from(Scalar::unset(value.as_str())).at(at));
            }
        }
        // A mapping is merged in place; one that was replaced is not, so that its old self comes back below.
        if let (Some(index), true, false) = (index, is_mine, is_replaced)
            && matches!(merged.value, Value::Map(_))
        {
            items[index] = merged.clone();
        }
        put(&mut result, Some(&merged), &valid_keys, &valid_values);
    }
    append(&mut result, target.as_ref().map_or(&[], Node::items), &last_keys);
    Ok(Some(Node { at, value: Value::Seq(result) }))
}

/// Adds the items of the object behind those of the patch, each in the place of the one that matches.
fn append(result: &mut Vec<Node>, items: &[Node], keys: &[&str]) {
    for item in items {
        if keys[0].is_empty() {
            put(result, Some(item), keys, &[item.as_text().to_owned()]);
            continue;
        }
        let mut values = Vec::new();
        for key in keys {
            match item.get(key) {
                None => result.push(item.clone()),
                Some(value) => values.push(value.as_text().to_owned()),
            }
        }
        if keys.len() > 1 {
            put(result, None, keys, &values);
        }
        put(result, Some(item), keys, &values);
    }
}
