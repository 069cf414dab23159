//! Pods of workloads that changed.

use flux::diff::{FieldPath, Identity, Segment};
use serde_json::Value;

use crate::changed::{Changed, at, items, text};

/// The lists of containers in a pod.
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// Where in an object its pods are described; none if it has none.
pub(crate) fn template(object: &Identity) -> Option<&'static str> {
    match (object.group.as_str(), object.kind.as_str()) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("batch", "Job")
        | ("", "ReplicationController") => Some("spec.template"),
        ("batch", "CronJob") => Some("spec.jobTemplate.spec.template"),
        _ => None,
    }
}

/// Where in an object the `spec` of its pods is; none if it has none.
fn spec_keys(object: &Identity) -> Option<String> {
    match (object.group.as_str(), object.kind.as_str()) {
        ("", "Pod") => Some("spec".to_owned()),
        _ => template(object).map(|keys| format!("{keys}.spec")),
    }
}

/// The `spec` of pods, before and after; null where there is none.
#[derive(Debug, Clone)]
pub(crate) struct Pods<'s> {
    /// Where it is.
    pub(crate) keys: String,
    /// As it was.
    pub(crate) before: &'s Value,
    /// As it is.
    pub(crate) after: &'s Value,
}

/// A container, as it was and is.
#[derive(Debug, Clone)]
pub(crate) struct Container<'s> {
    /// Where it is.
    keys: String,
    list: &'static str,
    /// Its name.
    pub(crate) name: &'s str,
    /// As it was; null if it was not there.
    pub(crate) before: &'s Value,
    /// As it is.
    pub(crate) after: &'s Value,
}

/// The pods of an object that changed and is there.
pub(crate) fn pods<'s>(changed: &Changed<'s>) -> Option<Pods<'s>> {
    let keys = spec_keys(&changed.change.object)?;
    let (before, after) = (at(changed.before, &keys), at(changed.after, &keys));
    after.is_object().then_some(Pods { keys, before, after })
}

impl<'s> Pods<'s> {
    /// The containers that are there, each with what it was.
    pub(crate) fn containers(&self) -> Vec<Container<'s>> {
        let mut found = Vec::new();
        for list in LISTS {
            let old = items(at(self.before, list));
            for after in items(at(self.after, list)) {
                let name = text(after, "name");
                let before = old.iter().find(|old| text(old, "name") == name).unwrap_or(&Value::Null);
                found.push(Container { keys: self.keys.clone(), list, name, before, after });
            }
        }
        found
    }

    /// Where a field of the pods is.
    pub(crate) fn path(&self, keys: &str) -> FieldPath {
        crate::changed::path(&format!("{}.{keys}", self.keys))
    }

    /// The volumes that are there, each with what it was.
    pub(crate) fn volumes(&self) -> impl Iterator<Item = (&'s str, &'s Value, &'s Value)> {
        let old = items(at(self.before, "volumes"));
        items(at(self.after, "volumes")).iter().map(move |after| {
            let name = text(after, "name");
            let before = old.iter().find(|old| text(old, "name") == name).unwrap_or(&Value::Null);
            (name, before, after)
        })
    }
}

impl Container<'_> {
    /// Where a field of the container is.
    pub(crate) fn path(&self, keys: &str) -> FieldPath {
        let key = |key: &str| Segment::Key(key.to_owned());
        let mut segments: Vec<Segment> = self.keys.split('.').map(key).collect();
        segments.push(key(self.list));
        segments.push(Segment::Item(vec![("name".to_owned(), self.name.to_owned())]));
        segments.extend(keys.split('.').map(key));
        FieldPath::new(segments)
    }
}

/// A field of the security context that holds for a container: its own, else that of its pod.
pub(crate) fn security<'v>(pod: &'v Value, container: &'v Value, keys: &str) -> &'v Value {
    let own = at(at(container, "securityContext"), keys);
    if own.is_null() { at(at(pod, "securityContext"), keys) } else { own }
}

/// How many pods a workload has; one where it does not say.
pub(crate) fn replicas(object: &Value) -> u64 {
    at(object, "spec.replicas").as_u64().unwrap_or(1)
}
