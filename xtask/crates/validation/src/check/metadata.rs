//! `metadata`, `apiVersion` and `kind`.
//!
//! Behaviour: k8s.io/apimachinery, `pkg/api/validation/objectmeta.go`, and the name rules of each kind's strategy.

use kustomize_rs::yaml::node::{Node, Value};
use kustomize_rs::yaml::value::{Plain, decide};

use super::path::Step;
use super::{Faults, Sort, names};
use crate::schemas::Kind;

/// Annotations of an object together may have so many bytes.
const ANNOTATIONS: usize = 256 * 1024;

/// Fields of `metadata` that an author may write.
const FIELDS: [&str; 15] = [
    "annotations",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "labels",
    "managedFields",
    "name",
    "namespace",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];

pub(super) fn check<'a>(object: &'a Node, kind: &Kind<'_>, faults: &mut Faults<'a>) {
    faults.path.0.push(Step::Field("metadata"));
    match object.get("metadata") {
        Some(metadata) => {
            if kind.known.is_custom {
                fields(metadata, faults);
            }
            name(metadata, kind, faults);
            labels(metadata, faults);
            annotations(metadata, faults);
            finalizers(metadata, faults);
        }
        None => faults.add(Sort::Missing, object, "must be there", "add `metadata: {name: …}`"),
    }
    faults.path.0.pop();
}

/// An object in another: it says what it is.
pub(super) fn embedded<'a>(object: &'a Node, faults: &mut Faults<'a>) {
    for field in ["apiVersion", "kind"] {
        let found = object.get(field).filter(|node| !node.value_text().is_empty() && node.scalar().is_some());
        faults.path.0.push(Step::Field(field));
        match found {
            None => faults.add(Sort::Missing, object, "must be there", format!("add `{field}`")),
            Some(node) => {
                text(node, faults);
                let is_kind = names::is_service_label(&node.value_text().to_lowercase());
                if field == "kind" && !is_kind {
                    faults.add(
                        Sort::Value,
                        node,
                        format!("cannot be `{}`", node.value_text()),
                        "write a kind",
                    );
                }
            }
        }
        faults.path.0.pop();
    }
    if let Some(metadata) = object.get("metadata").filter(|metadata| !metadata.is_null()) {
        faults.path.0.push(Step::Field("metadata"));
        if matches!(metadata.value, Value::Map(_)) {
            fields(metadata, faults);
        } else {
            faults.add(Sort::Type, metadata, "must be a mapping", "write it as `name: …`");
        }
        faults.path.0.pop();
    }
}

/// The fields of custom kinds' metadata; those of built-in kinds have types.
fn fields<'a>(metadata: &'a Node, faults: &mut Faults<'a>) {
    for field in metadata.fields() {
        faults.path.0.push(Step::Field(&field.key));
        if !FIELDS.contains(&field.key.as_str()) {
            let at = Node { at: field.at, ..Node::null() };
            let near = yamltree::nearest::nearest(&field.key, FIELDS.iter().copied());
            let help = near.map_or_else(|| "remove it".to_owned(), |near| format!("did you mean `{near}`?"));
            faults.add(Sort::UnknownField, &at, "is no field of it", help);
        }
        let is_map = matches!(field.key.as_str(), "labels" | "annotations");
        let is_text = matches!(field.key.as_str(), "name" | "namespace" | "generateName");
        if is_map {
            for entry in field.value.fields() {
                faults.path.0.push(Step::Key(&entry.key));
                text(&entry.value, faults);
                faults.path.0.pop();
            }
        }
        if is_map && !field.value.is_null() && field.value.fields().is_empty() && !field.value.is_empty() {
            faults.add(Sort::Type, &field.value, "must be a mapping", "write it as `key: value`");
        }
        if is_text {
            text(&field.value, faults);
        }
        if field.key == "finalizers" && !field.value.is_null() {
            let Value::Seq(all) = &field.value.value else {
                faults.add(Sort::Type, &field.value, "must be a list", "write it as items: `- …`");
                faults.path.0.pop();
                continue;
            };
            all.iter().for_each(|finalizer| text(finalizer, faults));
            let mut seen = Vec::new();
            for finalizer in all.iter().map(Node::value_text) {
                if seen.contains(&finalizer) {
                    faults.add(Sort::Twice, &field.value, format!("has `{finalizer}` twice"), "remove one");
                }
                seen.push(finalizer);
            }
        }
        faults.path.0.pop();
    }
}

fn text(node: &Node, faults: &mut Faults<'_>) {
    let is_text =
        node.scalar().is_some_and(|scalar| matches!(decide(scalar), Ok(Plain::Text(_) | Plain::Null)));
    if !is_text {
        let help = format!("put it in quotes: \"{}\"", node.value_text());
        faults.add(Sort::Type, node, "must be a text", help);
    }
}

fn name(metadata: &Node, kind: &Kind<'_>, faults: &mut Faults<'_>) {
    let Some(node) = metadata.get("name").filter(|name| !name.value_text().is_empty()) else {
        let message = "must have a name";
        faults.add(Sort::Missing, metadata, message, "add `name`");
        return;
    };
    let name = node.value_text();
    let (fits, what) = of_kind(name, kind);
    if !fits {
        let message = format!("cannot be named `{name}`: {what}");
        faults.path.0.push(Step::Field("name"));
        faults.add(Sort::Value, node, message, "give it another name");
        faults.path.0.pop();
    }
    let namespace = metadata.get("namespace").filter(|_| kind.known.is_namespaced);
    if let Some(node) =
        namespace.filter(|node| !node.value_text().is_empty() && !names::is_label(node.value_text()))
    {
        let message =
            format!("cannot be `{}`: lower-case letters, digits and `-`, at most 63", node.value_text());
        faults.path.0.push(Step::Field("namespace"));
        faults.add(Sort::Value, node, message, "write the name of a namespace");
        faults.path.0.pop();
    }
}

/// May an object of the kind have the name? And what names of it are like.
fn of_kind(name: &str, kind: &Kind<'_>) -> (bool, &'static str) {
    let known = kind.known;
    let group = known.api_version.split_once('/').map_or("", |(group, _)| group);
    const LABEL: &str = "its names are lower-case letters, digits and `-`, at most 63";
    match (group, known.kind.as_str()) {
        // Of Services since 1.36, which no longer asks for a letter first (gate RelaxedServiceNameValidation).
        ("", "Namespace" | "Service") => (names::is_label(name), LABEL),
        ("rbac.authorization.k8s.io", _) | ("policy", "PodDisruptionBudget") => {
            (names::is_path_segment(name), "its names have neither `/` nor `%`")
        }
        ("batch", "CronJob") => (
            names::is_subdomain(name) && name.len() <= 52,
            "its names are lower-case letters, digits, `-` and `.`, at most 52",
        ),
        ("batch", "Job") => (
            names::is_subdomain(name) && name.len() <= 63,
            "its names are lower-case letters, digits, `-` and `.`, at most 63",
        ),
        ("apps", "StatefulSet") => (names::is_label(name), LABEL),
        _ => {
            (names::is_subdomain(name), "its names are lower-case letters, digits, `-` and `.`, at most 253")
        }
    }
}

/// Names of what must be done before the object goes.
fn finalizers<'a>(metadata: &'a Node, faults: &mut Faults<'a>) {
    let all = metadata.get("finalizers").map_or(&[][..], Node::items);
    for (index, finalizer) in all.iter().enumerate().filter(|(_, it)| !names::is_qualified(it.value_text())) {
        faults.path.0.extend([Step::Field("finalizers"), Step::Item(index)]);
        let message = format!("cannot be `{}`", finalizer.value_text());
        faults.add(Sort::Value, finalizer, message, "write a name as example.org/finalizer");
        faults.path.0.truncate(faults.path.0.len() - 2);
    }
}

/// Labels of `metadata`, here or in the template of a pod.
pub(crate) fn labels<'a>(metadata: &'a Node, faults: &mut Faults<'a>) {
    let Some(labels) = metadata.get("labels") else { return };
    faults.path.0.push(Step::Field("labels"));
    label_map(labels, faults);
    faults.path.0.pop();
}

/// Names and values of labels.
pub(crate) fn label_map<'a>(labels: &'a Node, faults: &mut Faults<'a>) {
    for field in labels.fields() {
        let at = Node { at: field.at, ..Node::null() };
        faults.path.0.push(Step::Key(&field.key));
        if !names::is_qualified(&field.key) {
            let message = "is no name of a label";
            faults.add(
                Sort::Value,
                &at,
                message,
                "write `name` or `prefix.example.org/name`, at most 63 characters behind the `/`",
            );
        }
        let value = field.value.value_text();
        if !names::is_label_value(value) {
            let message = format!(
                "cannot be `{}`: letters, digits, `-`, `_` and `.`, at most 63, a letter or digit at both ends",
                super::structure::short(value)
            );
            faults.add(
                Sort::Value,
                &field.value,
                message,
                "write a shorter or plainer value, or make it an annotation",
            );
        }
        faults.path.0.pop();
    }
}

/// Annotations of `metadata`, here or in the template of a pod.
pub(crate) fn annotations<'a>(metadata: &'a Node, faults: &mut Faults<'a>) {
    let Some(annotations) = metadata.get("annotations") else { return };
    faults.path.0.push(Step::Field("annotations"));
    let mut bytes = 0;
    for field in annotations.fields() {
        bytes += field.key.len() + field.value.value_text().len();
        if !names::is_qualified(&field.key.to_lowercase()) {
            let at = Node { at: field.at, ..Node::null() };
            faults.path.0.push(Step::Key(&field.key));
            faults.add(
                Sort::Value,
                &at,
                "is no name of an annotation",
                "write `name` or `prefix.example.org/name`",
            );
            faults.path.0.pop();
        }
    }
    if bytes > ANNOTATIONS {
        let message = format!("has {bytes} bytes, and {ANNOTATIONS} are the most");
        faults.add(Sort::Value, annotations, message, "move the text to a ConfigMap");
    }
    faults.path.0.pop();
}
