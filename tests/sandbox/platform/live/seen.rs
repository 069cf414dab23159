//! Everything that Flux and Helm hold in a cluster, as it is.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tests::checkout::Checkout;

/// The labels of what Flux' controllers make.
const MARKS: [&str; 2] = ["kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name"];
/// What other controllers note on it.
const NOTES: [&str; 3] = [
    "deployment.kubernetes.io/revision",
    "deprecated.daemonset.template.generation",
    "reconcile.fluxcd.io/requestedAt",
];

/// The objects, by kind, namespace and name.
#[derive(PartialEq)]
pub struct Seen {
    objects: BTreeMap<String, Value>,
}

impl Seen {
    /// As it is now.
    pub fn of(checkout: &Checkout) -> Seen {
        let kinds = checkout.kubectl(&["api-resources", "--verbs=list", "--output=name"]).expect(0);
        // Endpoints copy the labels of their Services.
        let is_state = |kind: &&str| !kind.starts_with("e") && !kind.contains("metrics.k8s.io");
        let kinds = kinds.text().lines().filter(is_state).collect::<Vec<_>>().join(",");
        let marked = |mark: &str| {
            let all = ["get", &kinds, "--all-namespaces", "--selector", mark, "--output=json"];
            checkout.kubectl(&all).expect(0).json()["items"].as_array().cloned().unwrap()
        };
        let found = std::thread::scope(|scope| {
            let other = scope.spawn(|| marked(MARKS[1]));
            [marked(MARKS[0]), other.join().unwrap()].concat()
        });
        let mut objects = BTreeMap::new();
        for object in &found {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            // What controllers make of it has its labels too.
            if object["metadata"]["ownerReferences"].is_array() || object["kind"] == "HelmChart" {
                continue;
            }
            let metadata = &object["metadata"];
            let title =
                title(&text(&object["kind"]), &text(&metadata["namespace"]), &text(&metadata["name"]));
            objects.insert(title, trimmed(object));
        }
        Seen { objects }
    }

    /// What is different later, with each object as it is then.
    pub fn changes(&self, later: &Seen) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        for (title, object) in &self.objects {
            match later.objects.get(title) {
                None => drop(found.insert(format!("removed {title}"), object.clone())),
                Some(now) if now != object => drop(found.insert(format!("changed {title}"), now.clone())),
                Some(_) => {}
            }
        }
        for (title, object) in later.objects.iter().filter(|(title, _)| !self.objects.contains_key(*title)) {
            found.insert(format!("added {title}"), object.clone());
        }
        found
    }
}

/// What people call an object.
pub fn title(kind: &str, namespace: &str, name: &str) -> String {
    if namespace.is_empty() { format!("{kind} {name}") } else { format!("{kind} {namespace}/{name}") }
}

/// What its author decides of an object: all but the status, and of the metadata names, labels and annotations.
pub fn trimmed(object: &Value) -> Value {
    let Some(fields) = object.as_object() else { return Value::Null };
    let mut kept: Map<String, Value> = fields
        .iter()
        .filter(|(key, _)| *key != "status")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let mut metadata = Map::new();
    for field in ["name", "namespace", "labels", "annotations"] {
        let mut value = object["metadata"][field].clone();
        if let Some(all) = value.as_object_mut() {
            all.retain(|key, _| !NOTES.contains(&key.as_str()));
        }
        if !value.is_null() && value.as_object().is_none_or(|all| !all.is_empty()) {
            metadata.insert(field.to_owned(), value);
        }
    }
    kept.insert("metadata".to_owned(), metadata.into());
    Value::Object(kept)
}
