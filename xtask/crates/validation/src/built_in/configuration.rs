//! Secrets, ConfigMaps and ServiceAccounts.
//!
//! Behaviour: k8s.io/kubernetes, `pkg/apis/core/validation`.

use base64::Engine;
use kustomize_rs::yaml::node::Node;

use super::{at, fault, items, text};
use crate::check::{BASE64, Faults, Sort, Step, names};

/// All data of an object may have so many bytes.
const MOST: usize = 1024 * 1024;

/// A ConfigMap.
pub(super) fn config_map<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    keys(node, &["data", "binaryData"], faults);
    for field in at(node, &["binaryData"]).map_or(&[][..], Node::fields) {
        if node.get("data").and_then(|data| data.get(&field.key)).is_some() {
            faults.path.0.extend([Step::Field("binaryData"), Step::Key(&field.key)]);
            faults.add(Sort::Twice, &field.value, "is in `data` too", "remove one of them");
            faults.path.0.truncate(faults.path.0.len() - 2);
        }
    }
}

fn keys<'a>(node: &'a Node, lists: &[&'static str], faults: &mut Faults<'a>) {
    let mut bytes = 0;
    for list in lists {
        faults.path.0.push(Step::Field(list));
        for field in at(node, &[list]).map_or(&[][..], Node::fields) {
            bytes += field.value.value_text().len();
            if !names::is_key(&field.key) {
                let at = Node { at: field.at, ..Node::null() };
                faults.path.0.push(Step::Key(&field.key));
                faults.add(
                    Sort::Value,
                    &at,
                    "is no key: letters, digits, `-`, `_` and `.`, at most 253",
                    "give it another name",
                );
                faults.path.0.pop();
            }
        }
        faults.path.0.pop();
    }
    if bytes > MOST {
        let message = format!("has {bytes} bytes, and {MOST} are the most");
        fault(faults, Sort::Value, node, "data", message, "make several objects of it");
    }
}

/// A Secret.
pub(super) fn secret<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    keys(node, &["data", "stringData"], faults);
    let has = |key: &str| {
        ["data", "stringData"]
            .iter()
            .any(|list| at(node, &[list]).is_some_and(|list| list.get(key).is_some()))
    };
    let needed: &[&str] = match text(node, &["type"]) {
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        "kubernetes.io/basic-auth" if !has("username") => &["password"],
        _ => &[],
    };
    for key in needed {
        if !has(key) {
            let message = format!("must have the key `{key}` in a Secret of this type");
            fault(
                faults,
                Sort::Missing,
                node,
                "data",
                message,
                format!("add `{key}`, or leave the type out"),
            );
        }
    }
    if let Some(key) = needed.iter().find(|key| key.starts_with(".docker")) {
        let written = at(node, &["stringData"])
            .and_then(|data| data.get(key))
            .map(|value| value.value_text().to_owned());
        let encoded = || {
            at(node, &["data"])?
                .get(key)
                .and_then(|value| BASE64.decode(value.value_text().replace('\n', "")).ok())
        };
        let text = written.or_else(|| encoded().and_then(|bytes| String::from_utf8(bytes).ok()));
        if text.is_some_and(|text| !is_json(&text)) {
            fault(
                faults,
                Sort::Value,
                node,
                "data",
                format!("must be JSON in `{key}`"),
                "write what `kubectl create secret docker-registry` makes",
            );
        }
    }
    let account = text(node, &["metadata", "annotations", "kubernetes.io/service-account.name"]);
    if text(node, &["type"]) == "kubernetes.io/service-account-token" && account.is_empty() {
        let message = "must name a ServiceAccount in the annotation `kubernetes.io/service-account.name`";
        fault(faults, Sort::Missing, node, "metadata", message, "add the annotation");
    }
}

/// Begins and ends like an object in JSON, which is as much as can be said without reading it.
fn is_json(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('{') && text.ends_with('}')
}

/// A ServiceAccount: references that are known by their names have one.
pub(super) fn service_account<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    for (index, secret) in items(node, &["secrets"]).iter().enumerate() {
        if secret.get("name").is_none() {
            faults.path.0.extend([Step::Field("secrets"), Step::Item(index)]);
            faults.add(Sort::Missing, secret, "must have a name", "add `name`");
            faults.path.0.truncate(faults.path.0.len() - 2);
        }
    }
}
