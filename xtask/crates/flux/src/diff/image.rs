//! The images of an object.

use serde_json::Value;

use super::path::{FieldPath, Segment};

/// An image that an object runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Where it is written.
    pub path: FieldPath,
    /// The reference as it is written, tag and digest included.
    pub reference: String,
}

/// Every text in a field `image` of an object, in order: of containers, and of the custom resources of operators.
pub fn images(object: &Value) -> Vec<Image> {
    let mut found = Vec::new();
    gather(object, &mut Vec::new(), &mut found);
    found
}

fn gather(value: &Value, path: &mut Vec<Segment>, found: &mut Vec<Image>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                path.push(Segment::Key(key.clone()));
                match value {
                    Value::String(text) if key == "image" && !text.is_empty() => {
                        found.push(Image { path: FieldPath::new(path.clone()), reference: text.clone() });
                    }
                    value => gather(value, path, found),
                }
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(match item.get("name").and_then(Value::as_str) {
                    Some(name) => Segment::Item(vec![("name".to_owned(), name.to_owned())]),
                    None => Segment::Index(index),
                });
                gather(item, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}
