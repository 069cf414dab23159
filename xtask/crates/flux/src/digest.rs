//! Digests of values and texts: the same for what means the same.

use serde::{Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Of a value, whatever the order of its keys.
pub fn of(value: &Value) -> String {
    // A value can always be written.
    of_text(&serde_json::to_string(&Sorted(value)).unwrap_or_default())
}

/// Of a text.
pub fn of_text(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

/// A value that is written with the keys of every mapping in order.
struct Sorted<'v>(&'v Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let mut fields: Vec<(&String, Sorted<'_>)> =
                    fields.iter().map(|(key, value)| (key, Sorted(value))).collect();
                fields.sort_unstable_by_key(|(key, _)| *key);
                serializer.collect_map(fields)
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Sorted)),
            other => other.serialize(serializer),
        }
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
