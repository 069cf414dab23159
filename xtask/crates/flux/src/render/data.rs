//! ConfigMaps and Secrets among the objects: what variables and values can be taken from.

use base64::Engine;
use kustomize_rs::yaml::node::{Field, Node};

use super::masked::MASK;
use super::spec::{Name, is_kind};
use super::variables::Data;
use super::{Encrypted, Rendered};
use crate::object::ObjectKey;

/// The data of an object, if it is a ConfigMap or a Secret.
pub(super) fn of(object: &Rendered) -> Option<(ObjectKey, Data)> {
    let is_masked = object.encrypted == Encrypted::Masked;
    let (reference, mut data) = of_object(&object.node)?;
    if is_masked {
        data.values_mut().for_each(|value| drop(value.take_if(|text| text == MASK)));
    }
    Some((reference, data))
}

/// The same of any object; a value is none if it is no text.
pub fn of_object(node: &Node) -> Option<(ObjectKey, Data)> {
    let kind = ["ConfigMap", "Secret"].into_iter().find(|kind| is_kind(node, "", kind))?;
    let reference = ObjectKey::named(kind, &Name::of(node));
    let fields = |name: &str| node.get(name).map_or(&[][..], Node::fields).iter();
    let text = |field: &Field| field.value.value_text().to_owned();
    let mut data = Data::new();
    for field in fields("data") {
        let value = if kind == "Secret" { decoded(&text(field)) } else { Some(text(field)) };
        data.insert(field.key.to_string(), value);
    }
    if kind == "Secret" {
        data.extend(fields("stringData").map(|field| (field.key.to_string(), Some(text(field)))));
    }
    Some((reference, data))
}

fn decoded(text: &str) -> Option<String> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.replace(['\n', '\r'], "")).ok()?;
    String::from_utf8(bytes).ok()
}
