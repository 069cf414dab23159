//! Namespaces.
//!
//! Behaviour: k8s.io/pod-security-admission, `admission`.

use kustomize_rs::yaml::node::Node;

use super::at;
use crate::check::{Faults, Sort, Step};

/// A namespace: levels of Pod Security have names.
pub(super) fn namespace<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let labels = at(node, &["metadata", "labels"]).map_or(&[][..], Node::fields);
    for field in labels {
        let Some(rest) = field.key.strip_prefix("pod-security.kubernetes.io/") else { continue };
        let value = field.value.value_text();
        let what = match rest {
            "enforce" | "audit" | "warn" if !matches!(value, "privileged" | "baseline" | "restricted") => {
                "privileged, baseline or restricted"
            }
            "enforce-version" | "audit-version" | "warn-version" if !is_version(value) => {
                "latest, or a version as v1.36"
            }
            _ => continue,
        };
        faults.path.0.extend([Step::Field("metadata"), Step::Field("labels"), Step::Key(&field.key)]);
        faults.add(Sort::Value, &field.value, format!("cannot be `{value}`"), format!("write {what}"));
        faults.path.0.truncate(faults.path.0.len() - 3);
    }
}

fn is_version(text: &str) -> bool {
    let number = text.strip_prefix("v1.").unwrap_or_default();
    text == "latest" || (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}
