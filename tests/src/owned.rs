//! What a field manager owns of a live object.
//!
//! The format is that of `metadata.managedFields[].fieldsV1` (structured-merge-diff, `fieldpath/serialize.go`): `f:NAME` is a field,
//! `k:{…}` the item of a list with these keys, `v:…` an item of a set, `.` the value itself.

use serde_json::{Map, Value};

/// The part of a live object that the manager applied; none if it applied nothing.
pub fn applied_by(object: &Value, manager: &str) -> Option<Value> {
    let entries = object.pointer("/metadata/managedFields")?.as_array()?;
    let is_meant = |entry: &&Value| {
        entry["manager"] == manager && entry["operation"] == "Apply" && entry.get("subresource").is_none()
    };
    let fields = entries.iter().find(is_meant)?.get("fieldsV1")?;
    let mut owned = part(object, fields);
    // What names an object is owned by nobody.
    for name in ["apiVersion", "kind"] {
        owned[name] = object[name].clone();
    }
    for name in ["name", "namespace"] {
        if let Some(value) = object.pointer(&format!("/metadata/{name}")) {
            owned["metadata"][name] = value.clone();
        }
    }
    Some(owned)
}

fn part(live: &Value, fields: &Value) -> Value {
    let Some(fields) = fields.as_object().filter(|fields| fields.keys().any(|key| key != ".")) else {
        return live.clone();
    };
    if let Some(items) = live.as_array() {
        let owned = items.iter().filter_map(|item| {
            let below = fields.iter().find(|(key, _)| is_item(key, item))?.1;
            Some(part(item, below))
        });
        return Value::Array(owned.collect());
    }
    let mut owned = Map::new();
    for (key, below) in fields {
        if let Some(name) = key.strip_prefix("f:")
            && let Some(value) = live.get(name)
        {
            owned.insert(name.to_owned(), part(value, below));
        }
    }
    Value::Object(owned)
}

fn is_item(key: &str, item: &Value) -> bool {
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok();
    if let Some(value) = key.strip_prefix("v:").and_then(parse) {
        return value == *item;
    }
    let keys = key.strip_prefix("k:").and_then(parse);
    keys.as_ref()
        .and_then(Value::as_object)
        .is_some_and(|keys| keys.iter().all(|(k, v)| item.get(k) == Some(v)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_was_applied_is_owned() {
        let object = json!({
            "apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "a", "namespace": "n", "labels": {"x": "1", "y": "2"}, "managedFields": [
                {"manager": "other", "operation": "Apply", "fieldsV1": {"f:spec": {"f:type": {}}}},
                {"manager": "m", "operation": "Apply", "fieldsV1": {
                    "f:metadata": {"f:labels": {"f:x": {}}, "f:finalizers": {"v:\"q\"": {}}},
                    "f:spec": {"f:ports": {"k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}}}, "f:selector": {}}}},
            ]},
            "spec": {"type": "ClusterIP", "selector": {"app": "a"}, "ports": [
                {"port": 80, "protocol": "TCP", "targetPort": 80}, {"port": 81, "protocol": "TCP"}]},
        });
        let wanted = json!({
            "apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "a", "namespace": "n", "labels": {"x": "1"}},
            "spec": {"ports": [{"port": 80}], "selector": {"app": "a"}},
        });
        assert_eq!(applied_by(&object, "m"), Some(wanted));
        assert_eq!(applied_by(&object, "nobody"), None);
    }
}
