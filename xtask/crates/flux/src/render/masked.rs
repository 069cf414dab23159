//! Encrypted values as placeholders: what they are is known only where the keys are.

use kustomize_rs::yaml::node::{Node, Value};

use super::{Encrypted, Rendered, below};

/// What stands for a value that is not known.
pub const MASK: &str = "masked";

/// The same in base64, as the data of a Secret is written.
const MASK_DATA: &str = "bWFza2Vk";

/// Puts placeholders for encrypted values (SOPS writes them as `ENC[…]`) and takes the encryption's own data off; what was there is
/// given back, by its path.
pub(super) fn mask(object: &mut Node) -> Vec<(String, String)> {
    let mut ciphers = Vec::new();
    object.remove("sops");
    if let Value::Map(fields) = &mut object.value {
        for field in fields {
            let mask = if field.key == "data" { MASK_DATA } else { MASK };
            put(&mut field.value, mask, &below("", &field.key), &mut ciphers);
        }
    }
    ciphers
}

/// Is even the kind of the object encrypted? What it is shows only where the keys are.
pub fn is_kind_masked(object: &Rendered) -> bool {
    let text = |key: &str| object.node.get(key).map_or("", Node::value_text);
    object.encrypted == Encrypted::Masked && (text("kind") == MASK || text("apiVersion") == MASK)
}

fn put(node: &mut Node, mask: &str, path: &str, ciphers: &mut Vec<(String, String)>) {
    match &mut node.value {
        Value::Scalar(scalar) if scalar.text.starts_with("ENC[") => {
            ciphers.push((path.to_owned(), scalar.text.to_string()));
            *node = Node::text(mask).at(node.at);
        }
        Value::Scalar(_) => {}
        Value::Seq(items) => {
            let items = items.iter_mut().enumerate();
            items.for_each(|(index, item)| put(item, mask, &below(path, &index.to_string()), ciphers));
        }
        Value::Map(fields) => {
            fields.iter_mut().for_each(|f| put(&mut f.value, mask, &below(path, &f.key), ciphers));
        }
    }
}
