//! Every text of an object.

use kustomize_rs::yaml::node::{Node, Value};

use crate::subject::Object;

/// All texts: values of Secrets as they are after decoding, of other objects every scalar.
pub(super) fn of(object: &Object<'_>) -> Vec<String> {
    if let Some((_, data)) = flux::render::data_of(object.node) {
        return data.into_values().flatten().collect();
    }
    let mut all = Vec::new();
    gather(object.node, &mut all);
    all
}

fn gather(node: &Node, all: &mut Vec<String>) {
    match &node.value {
        Value::Scalar(scalar) => all.push(scalar.text.to_string()),
        Value::Map(fields) => fields.iter().for_each(|field| gather(&field.value, all)),
        Value::Seq(items) => items.iter().for_each(|item| gather(item, all)),
    }
}
