//! Lists whose items must differ.
//!
//! Behaviour: sigs.k8s.io/structured-merge-diff, `typed/validate.go`.

use std::collections::HashSet;

use kustomize_rs::yaml::node::{Node, Value};

use super::path::Step;
use super::{Faults, Sort};
use crate::schema::json;
use crate::schemas::Kind;
use crate::types::{Is, Keyed, Type};

pub(super) fn check(list: &Node, of: &Type, kind: &Kind<'_>, faults: &mut Faults<'_>) {
    let is_unique = of.limits.as_ref().is_some_and(|limits| limits.unique);
    if of.keyed == Keyed::Atomic && !is_unique {
        return;
    }
    let mut seen = HashSet::new();
    for (index, item) in list.items().iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        match key(item, of, kind) {
            Ok(key) => {
                if !seen.insert(key.clone()) {
                    let message = format!("is in the list twice: {key}");
                    faults.add(Sort::Twice, item, message, "remove one, or give it another name");
                }
            }
            Err(message) => faults.add(Sort::Type, item, message, "write a value"),
        }
        faults.path.0.pop();
    }
}

/// What an item is known by.
fn key(item: &Node, of: &Type, kind: &Kind<'_>) -> Result<String, &'static str> {
    let Keyed::Map(fields) = &of.keyed else {
        if item.is_null() {
            return Err("is null in a list whose items must differ");
        }
        return Ok(json(item));
    };
    if !matches!(item.value, Value::Map(_)) {
        return Err("is no mapping in a list whose items have keys");
    }
    let item_type = of.items.and_then(|id| kind.table.at(id));
    let default = |name: &str| {
        let (_, id) = item_type?.fields.iter().find(|(field, _)| field == name)?;
        let of = kind.table.at(*id)?;
        // A key that is a text or a number and has no default counts as empty.
        of.default
            .clone()
            .map(String::from)
            .or_else(|| matches!(of.is, Is::Text | Is::Whole(_) | Is::WholeOrText).then(|| "none".to_owned()))
    };
    let part = |name: &smol_str::SmolStr| {
        let found = item.get(name).filter(|value| !value.is_null()).map(json);
        let value = found.or_else(|| default(name)).unwrap_or_else(|| "none".to_owned());
        format!("{name}={}", value.trim_matches('"'))
    };
    Ok(fields.iter().map(part).collect::<Vec<_>>().join(", "))
}
