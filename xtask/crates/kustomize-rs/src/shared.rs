//! Scalars that are one and the same to kustomize.
//!
//! A label or annotation that one transformer adds in several places of an object is a single node there
//! (`filtersutil.SetEntry` makes it once): whatever sets it in one place later sets it in all. So a patch, a replacement or the
//! labels of an overlay that change `metadata.labels.app` change the selectors too, if the base's transformer put the label
//! into both.

use smol_str::SmolStr;

use crate::object::Object;
use crate::yaml::node::{Mark, Node, Scalar, Shared, Value};

/// Passes on what was set in one place to the others; of several, the last in the order of keys counts.
pub(crate) fn settle(object: &mut Object) {
    if object.shared.number() == 0 || !is_any_set(&object.node) {
        return;
    }
    let mut set = Vec::new();
    find(&object.node, &mut Vec::new(), &mut set);
    set.sort_by(|a, b| a.path.cmp(&b.path));
    for one in &set {
        pass_on(&mut object.node, one);
    }
}

struct Set {
    path: Vec<SmolStr>,
    scalar: Scalar,
    at: Mark,
}

/// Was any of them set? Mostly none was, and then nothing else need be looked at.
fn is_any_set(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(scalar) => scalar.shared.is_set(),
        Value::Seq(items) => items.iter().any(is_any_set),
        Value::Map(fields) => fields.iter().any(|field| match &field.value.value {
            // Most fields hold scalars: without a call each.
            Value::Scalar(scalar) => scalar.shared.is_set(),
            _ => is_any_set(&field.value),
        }),
    }
}

fn find(node: &Node, path: &mut Vec<SmolStr>, set: &mut Vec<Set>) {
    match &node.value {
        Value::Scalar(scalar) if scalar.shared.is_set() => {
            set.push(Set { path: path.clone(), scalar: scalar.clone(), at: node.at });
        }
        Value::Scalar(_) => {}
        Value::Seq(items) => items.iter().for_each(|item| find(item, path, set)),
        Value::Map(fields) => {
            for field in fields {
                path.push(field.key.clone());
                find(&field.value, path, set);
                path.pop();
            }
        }
    }
}

fn pass_on(node: &mut Node, set: &Set) {
    match &mut node.value {
        Value::Scalar(scalar) if scalar.shared.number() == set.scalar.shared.number() => {
            *scalar = set.scalar.clone();
            scalar.shared = scalar.shared.passed_on();
            node.at = set.at;
        }
        Value::Scalar(_) => {}
        Value::Seq(items) => items.iter_mut().for_each(|item| pass_on(item, set)),
        Value::Map(fields) => fields.iter_mut().for_each(|f| pass_on(&mut f.value, set)),
    }
}

/// Those below a node are by themselves from now on: kustomize wrote them anew.
pub(crate) fn part(node: &mut Node) {
    match &mut node.value {
        Value::Scalar(scalar) => scalar.shared = Shared::default(),
        Value::Seq(items) => items.iter_mut().for_each(part),
        Value::Map(fields) => fields.iter_mut().for_each(|f| part(&mut f.value)),
    }
}
