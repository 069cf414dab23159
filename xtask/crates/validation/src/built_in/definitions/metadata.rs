//! `metadata`, `kind` and `apiVersion` in the schema of an object.
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apiserver/schema/validation.go` (`validateStructuralMetadataInvariants`).

use kustomize_rs::yaml::node::Value;

use super::keywords::Schema;
use crate::check::{Faults, Sort, Step};

/// The fields that every object has, in the schema of one.
pub(super) fn check<'a>(schema: &Schema<'a>, is_root: bool, is_embedded: bool, faults: &mut Faults<'a>) {
    for (name, wanted) in [("apiVersion", "string"), ("kind", "string"), ("metadata", "object")] {
        let Some(node) = schema.property(name).filter(|_| is_root || is_embedded) else { continue };
        let field = Schema::of(node);
        faults.path.0.extend([Step::Field("properties"), Step::Key(name)]);
        if field.type_name() != wanted {
            let message = format!("must be of the type `{wanted}`");
            faults.add(Sort::Value, node, message, format!("write `type: {wanted}`"));
        }
        if name == "metadata" && is_root {
            metadata_of_root(&field, faults);
        }
        faults.path.0.truncate(faults.path.0.len() - 2);
    }
}

/// The metadata of objects is the server's; only their names may be bounded.
fn metadata_of_root<'a>(field: &Schema<'a>, faults: &mut Faults<'a>) {
    let is_of_names = field.properties.is_none_or(|properties| {
        properties.fields().iter().all(|field| matches!(field.key.as_str(), "name" | "generateName"))
    });
    for (name, node) in field.each() {
        let is_empty = match &node.value {
            Value::Scalar(scalar) => matches!(scalar.text.as_str(), "" | "false"),
            Value::Seq(items) => items.is_empty() && name != "required",
            Value::Map(_) => false,
        };
        let is_allowed = matches!(name, "type" | "default") || (name == "properties" && is_of_names);
        if !is_allowed && !is_empty {
            faults.path.0.push(Step::Field(name));
            faults.add(
                Sort::Value,
                node,
                "cannot be said of metadata: only its name may be bounded",
                "remove it",
            );
            faults.path.0.pop();
        }
    }
}
