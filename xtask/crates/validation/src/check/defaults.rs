//! Default values of custom kinds.
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apiserver/schema/defaulting`.

use std::collections::HashMap;

use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_as_json;
use kustomize_rs::yaml::node::{Node, Value};
use smol_str::SmolStr;

use crate::schemas::Kind;
use crate::types::{Table, TypeId};

/// Default values that were read already.
#[derive(Default)]
pub(crate) struct Defaults {
    read: HashMap<SmolStr, Node>,
}

impl Defaults {
    /// The object with its default values; none if it is that already.
    pub(crate) fn apply(&mut self, object: &Node, kind: &Kind<'_>) -> Option<Node> {
        if !kind.table.types.iter().any(|of| of.default.is_some()) {
            return None;
        }
        let mut whole = object.clone();
        self.fill(&mut whole, kind.known.root, kind.table);
        Some(whole)
    }

    fn fill(&mut self, node: &mut Node, id: TypeId, table: &Table) {
        let Some(of) = table.at(id) else { return };
        let at = node.at;
        match &mut node.value {
            Value::Map(_) => {
                for (name, id) in &of.fields {
                    let Some(below) = table.at(*id) else { continue };
                    if let Some(default) = &below.default {
                        // Null stands for nothing where null is no value.
                        let is_missing =
                            node.get(name).is_none_or(|value| value.is_null() && !below.nullable);
                        if is_missing {
                            let value = self.value(default).all_at(at);
                            node.set(name, value);
                        }
                    }
                    if let Some(value) = node.get_mut(name) {
                        self.fill(value, *id, table);
                    }
                }
                let Some(others) = of.others else { return };
                if let Value::Map(fields) = &mut node.value {
                    let is_other = |name: &str| !of.fields.iter().any(|(known, _)| known == name);
                    for field in fields.iter_mut().filter(|field| is_other(&field.key)) {
                        self.fill(&mut field.value, others, table);
                    }
                }
            }
            Value::Seq(items) => {
                if let Some(id) = of.items {
                    items.iter_mut().for_each(|item| self.fill(item, id, table));
                }
            }
            Value::Scalar(_) => {}
        }
    }

    fn value(&mut self, default: &SmolStr) -> Node {
        let read = || read_as_json(default, "default", Limits::default()).unwrap_or_else(|_| Node::null());
        self.read.entry(default.clone()).or_insert_with(read).clone()
    }
}
