//! Digests of values and texts: the same for what means the same.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Of a value, whatever the order of its keys.
pub fn of(value: &Value) -> String {
    of_text(&sorted(value).to_string())
}

/// Of a text.
pub fn of_text(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

/// With the keys of every mapping in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| *key);
            Value::Object(
                fields.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect::<Map<_, _>>(),
            )
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_keys_does_not_count_and_that_of_lists_does() {
        assert_eq!(
            of(&json!({"a": [{"b": 1, "c": 2}], "d": 3})),
            of(&json!({"d": 3, "a": [{"c": 2, "b": 1}]}))
        );
        assert_ne!(of(&json!([1, 2])), of(&json!([2, 1])));
        assert_ne!(of(&json!({"a": 1})), of(&json!({"a": "1"})));
    }
}
