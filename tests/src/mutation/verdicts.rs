//! What the tool says to an object.

use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_as_json;
use serde_json::Value;
use validation::{Checker, Lookup, Schemas, check};

/// The faults of an object; none where nothing is known of its kind.
pub fn of(object: &Value, schemas: &Schemas, checker: &mut Checker) -> Option<Vec<String>> {
    let node = read_as_json(&object.to_string(), "mutant", Limits::default()).unwrap();
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    let (version, kind) = (text("apiVersion"), text("kind"));
    let fault = |fault: validation::Fault| format!("`{}` {}", fault.path, fault.message);
    match schemas.get(version, kind) {
        Lookup::Known(known) => Some(check(&node, &known, checker).into_iter().map(fault).collect()),
        Lookup::Missing => Some(vec![fault(schemas.missing(version, kind, node.at))]),
        Lookup::Unknown => None,
    }
}
