//! Fields that somebody set with kubectl: kustomize-controller takes them for its own before it applies, so that those which it does
//! not set are gone afterwards. A dry run does not show that.
//!
//! Upstream: `cleanupMetadata` of `github.com/fluxcd/pkg/ssa` 0.76, with the managers that `apply` of kustomize-controller 1.9 names.

use serde_json::{Map, Value};

use super::notes;

/// The object that a dry run promised, without the fields of kubectl that it would lose; none if it loses none. `live` is the object
/// as it is, `desired` what is applied.
pub(super) fn undone(promised: &Value, live: &Value, desired: &Value) -> Option<Value> {
    if [live, desired].into_iter().any(notes::merges) {
        return None;
    }
    let entries = live.pointer("/metadata/managedFields").and_then(Value::as_array)?;
    let (by_hand, others): (Vec<&Value>, Vec<&Value>) = entries.iter().partition(|entry| is_by_hand(entry));
    let fields = |entry: &&Value| entry["fieldsV1"].clone();
    let others: Vec<Value> =
        others.iter().filter(|entry| entry["manager"] != "kustomize-controller").map(fields).collect();
    let others: Vec<&Value> = others.iter().collect();
    let mut left = promised.clone();
    for entry in by_hand.iter().map(fields) {
        take(&mut left, &entry, &others, Some(desired));
    }
    (left != *promised).then_some(left)
}

fn is_by_hand(entry: &Value) -> bool {
    let manager = entry["manager"].as_str().unwrap_or_default();
    let is_update = entry["operation"] == "Update";
    entry.get("subresource").is_none()
        && (manager.starts_with("kubectl")
            || (is_update
                && (manager.starts_with("before-first-apply")
                    || manager.starts_with("kustomize-controller"))))
}

/// Takes the fields out of the value that nobody else has and that are not applied.
fn take(value: &mut Value, fields: &Value, others: &[&Value], desired: Option<&Value>) {
    let Some(fields) = fields.as_object() else { return };
    for (step, below) in fields {
        let others: Vec<&Value> = others.iter().filter_map(|other| other.get(step)).collect();
        if let Some(key) = step.strip_prefix("f:") {
            let desired = desired.and_then(|desired| desired.get(key));
            let Some(all) = value.as_object_mut() else { continue };
            let Some(found) = all.get_mut(key) else { continue };
            if is_leaf(below) {
                if others.is_empty() && desired.is_none() {
                    all.shift_remove(key);
                }
                continue;
            }
            take(found, below, &others, desired);
            if is_empty(found) && others.is_empty() && desired.is_none() {
                all.shift_remove(key);
            }
        } else if let Some(keys) =
            step.strip_prefix("k:").and_then(|keys| serde_json::from_str::<Value>(keys).ok())
        {
            let is_it = |item: &Value| {
                keys.as_object()
                    .is_some_and(|keys| keys.iter().all(|(key, value)| item.get(key) == Some(value)))
            };
            let desired = desired.and_then(|desired| desired.as_array()?.iter().find(|item| is_it(item)));
            let Some(items) = value.as_array_mut() else { continue };
            let Some(index) = items.iter().position(is_it) else { continue };
            if others.is_empty() && desired.is_none() && below.get(".").is_some() {
                items.remove(index);
            } else if let Some(item) = items.get_mut(index) {
                take(item, below, &others, desired);
            }
        } else if let Some(item) =
            step.strip_prefix("v:").and_then(|item| serde_json::from_str::<Value>(item).ok())
        {
            let is_desired = desired.and_then(Value::as_array).is_some_and(|all| all.contains(&item));
            if let Some(items) = value.as_array_mut().filter(|_| others.is_empty() && !is_desired) {
                items.retain(|other| *other != item);
            }
        }
    }
}

/// Does a field set end here?
fn is_leaf(fields: &Value) -> bool {
    fields.as_object().is_none_or(Map::is_empty)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn live(manager: &str, fields: Value) -> Value {
        json!({
            "metadata": {
                "labels": {"own": "1", "by-hand": "1"},
                "managedFields": [
                    {"manager": manager, "operation": "Update", "fieldsV1": fields},
                    {"manager": "other", "operation": "Update", "fieldsV1": {"f:spec": {"f:shared": {}}}},
                ],
            },
            "spec": {"shared": 1, "suspend": true, "ports": [{"port": 1, "note": "x"}, {"port": 2}], "hosts": ["a", "b"]},
        })
    }

    fn left(manager: &str, fields: Value) -> Option<Value> {
        let live = live(manager, fields);
        let desired =
            json!({"metadata": {"labels": {"own": "1"}}, "spec": {"ports": [{"port": 1}], "hosts": ["a"]}});
        undone(&live, &live, &desired)
    }

    #[test]
    fn a_field_of_kubectl_goes_and_one_of_somebody_else_stays() {
        let fields = json!({"f:metadata": {"f:labels": {".": {}, "f:by-hand": {}, "f:own": {}}}, "f:spec": {"f:shared": {}, "f:suspend": {}}});
        let left = left("kubectl-patch", fields).unwrap();
        assert_eq!(left["metadata"]["labels"], json!({"own": "1"}));
        assert_eq!(left["spec"]["shared"], 1);
        assert_eq!(left["spec"].get("suspend"), None);
    }

    #[test]
    fn items_and_their_fields_go() {
        let ports = json!({"k:{\"port\":1}": {"f:note": {}}, "k:{\"port\":2}": {".": {}, "f:port": {}}});
        let left = left(
            "kubectl-edit",
            json!({"f:spec": {"f:ports": ports, "f:hosts": {"v:\"a\"": {}, "v:\"b\"": {}}}}),
        )
        .unwrap();
        assert_eq!(left["spec"]["ports"], json!([{"port": 1}]));
        assert_eq!(left["spec"]["hosts"], json!(["a"]));
    }

    #[test]
    fn what_flux_itself_or_another_program_set_stays() {
        let fields = json!({"f:spec": {"f:suspend": {}}});
        assert_eq!(left("flux", fields.clone()), None);
        assert_eq!(left("openappstack-xtask", fields), None);
    }
}
