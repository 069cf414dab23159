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
    let kind = ["ConfigMap", "Secret"].into_iter().find(|kind| is_kind(&object.node, "", kind))?;
    let reference = ObjectKey::named(kind, &Name::of(&object.node));
    let is_masked = object.encrypted == Encrypted::Masked;
    let fields = |name: &str| object.node.get(name).map_or(&[][..], Node::fields).iter();
    let text = |field: &Field| field.value.value_text().to_owned();
    let known = |text: String| if is_masked && text == MASK { None } else { Some(text) };
    let mut data = Data::new();
    for field in fields("data") {
        let value = if kind == "Secret" { decoded(&text(field)) } else { Some(text(field)) };
        data.insert(field.key.to_string(), value.and_then(known));
    }
    if kind == "Secret" {
        data.extend(fields("stringData").map(|field| (field.key.to_string(), known(text(field)))));
    }
    Some((reference, data))
}

fn decoded(text: &str) -> Option<String> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.replace(['\n', '\r'], "")).ok()?;
    String::from_utf8(bytes).ok()
}
