//! Whether two objects are the same as they are written.

use kustomize_rs::yaml::node::{Node, Value};
use serde_json::Value as Json;

use crate::render::spec::GROUP;

/// Are two values the same, wherever they were written, and whatever the order of keys?
pub(super) fn is_same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Scalar(a), Value::Scalar(b)) => a == b,
        (Value::Seq(a), Value::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().enumerate().all(|(index, field)| {
                    let other = b.get(index).filter(|other| other.key == field.key);
                    let other = other.or_else(|| b.iter().find(|other| other.key == field.key));
                    other.is_some_and(|other| is_same(&field.value, &other.value))
                })
        }
        _ => false,
    }
}

/// Takes off the labels by which kustomize-controller knows its objects.
pub(super) fn of_owner(object: &mut Json) {
    if let Some(Json::Object(labels)) = object.pointer_mut("/metadata/labels") {
        labels.retain(|label, _| ![format!("{GROUP}/name"), format!("{GROUP}/namespace")].contains(label));
    }
}
