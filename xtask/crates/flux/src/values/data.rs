//! The data of ConfigMaps and Secrets as they are written in manifests.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use super::Found;
use super::go;

/// A key whose value no API server accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataError {
    /// In `data` of a Secret there is something that is not base64.
    NotBase64(String),
    /// Something that is not a text.
    NotText(String),
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DataError::NotBase64(key) => write!(f, "key `{key}` of `data` is not base64"),
            DataError::NotText(key) => write!(f, "key `{key}` is not a text"),
        }
    }
}

impl std::error::Error for DataError {}

/// What a key of a ConfigMap or Secret holds; [`Found::NoKey`] if it has none.
///
/// `stringData` of a Secret goes over `data`, as the API server stores it. `binaryData` of a ConfigMap is not looked at:
/// helm-controller does not either.
pub fn find<'a>(object: &'a Value, key: &str) -> Result<Found<'a>, DataError> {
    let is_secret = object.get("kind").and_then(Value::as_str) == Some("Secret");
    let entry = |field: &str| object.get(field).and_then(|data| data.get(key));
    if is_secret && let Some(value) = entry("stringData") {
        return Ok(Found::Text(text(value, key)?.as_bytes().into()));
    }
    let Some(value) = entry("data") else { return Ok(Found::NoKey) };
    let text = text(value, key)?;
    if !is_secret {
        return Ok(Found::Text(text.as_bytes().into()));
    }
    let bytes = go::base64(text).ok_or_else(|| DataError::NotBase64(key.to_owned()))?;
    Ok(Found::Text(Cow::Owned(bytes)))
}

/// `null` is the empty text for Go.
fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, DataError> {
    if value.is_null() {
        return Ok("");
    }
    value.as_str().ok_or_else(|| DataError::NotText(key.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(object: &Value, key: &str) -> Option<Vec<u8>> {
        match find(object, key).unwrap() {
            Found::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    #[test]
    fn secrets_are_base64_and_their_string_data_wins() {
        let secret =
            json!({"kind": "Secret", "data": {"a": "aGk=", "b": "aGk="}, "stringData": {"b": "new"}});
        assert_eq!(found(&secret, "a").unwrap(), b"hi");
        assert_eq!(found(&secret, "b").unwrap(), b"new");
        assert_eq!(found(&secret, "c"), None);
        let broken = json!({"kind": "Secret", "data": {"a": "?"}});
        assert_eq!(find(&broken, "a").err(), Some(DataError::NotBase64("a".into())));
    }

    #[test]
    fn binary_data_of_config_maps_is_not_looked_at() {
        let map = json!({"kind": "ConfigMap", "data": {"a": "x: 1"}, "binaryData": {"b": "aGk="}});
        assert_eq!(found(&map, "a").unwrap(), b"x: 1");
        assert_eq!(found(&map, "b"), None);
    }
}
