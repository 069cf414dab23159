//! Encrypted values as placeholders: what they are is known only where the keys are.

use kustomize_rs::yaml::node::{Node, Value};

/// What stands for a value that is not known.
pub const MASK: &str = "masked";

/// The same in base64, as the data of a Secret is written.
const MASK_DATA: &str = "bWFza2Vk";

/// Puts placeholders for encrypted values (SOPS writes them as `ENC[…]`) and takes the encryption's own data off.
pub(super) fn mask(object: &mut Node) {
    object.remove("sops");
    if let Value::Map(fields) = &mut object.value {
        for field in fields {
            let mask = if field.key == "data" { MASK_DATA } else { MASK };
            put(&mut field.value, mask);
        }
    }
}

fn put(node: &mut Node, mask: &str) {
    match &mut node.value {
        Value::Scalar(scalar) if scalar.text.starts_with("ENC[") => {
            *node = Node::text(mask).at(node.at);
        }
        Value::Scalar(_) => {}
        Value::Seq(items) => items.iter_mut().for_each(|item| put(item, mask)),
        Value::Map(fields) => fields.iter_mut().for_each(|field| put(&mut field.value, mask)),
    }
}
