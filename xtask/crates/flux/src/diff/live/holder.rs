//! Kustomizations and HelmReleases as they are in a cluster, and what they hold there.

use serde_json::Value;

use super::super::{Identity, OwnerKey, OwnerKind};
use super::desired::is_elsewhere;
use crate::object;
use crate::releases;
use crate::render::spec::GROUP;

/// An object that somebody holds in a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub identity: Identity,
    /// The API version by which it is asked for.
    pub api_version: String,
}

/// A Kustomization or HelmRelease of a cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Holder {
    /// Which.
    pub key: OwnerKey,
    /// The object.
    pub object: Value,
    /// What it holds.
    pub held: Vec<Held>,
    /// What Helm keeps of the release, if it is one that is installed: `name`, `chart.metadata`, `config`, `manifest`.
    pub installed: Option<Installed>,
}

/// A release as Helm keeps it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Installed {
    /// Version of its chart.
    pub version: String,
    /// The values that it was installed with.
    pub values: Value,
    /// Its objects.
    pub objects: Vec<Value>,
}

impl Holder {
    /// A Kustomization, with what its inventory names.
    pub fn of_kustomization(object: Value) -> Self {
        let entries = object.pointer("/status/inventory/entries").and_then(Value::as_array);
        let held = entries.into_iter().flatten().filter_map(|entry| {
            let (namespace, name, group, kind) = object::of_inventory(entry["id"].as_str()?)?;
            let version = entry["v"].as_str().unwrap_or("v1");
            Some(Held {
                api_version: if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") },
                identity: Identity {
                    group: group.to_owned(),
                    kind: kind.to_owned(),
                    namespace: namespace.to_owned(),
                    name,
                },
            })
        });
        // What it holds in another cluster is not looked for in this one.
        let held = if is_elsewhere(&object["spec"]) { Vec::new() } else { held.collect() };
        Holder { key: key(OwnerKind::Kustomization, &object), held, installed: None, object }
    }

    /// A HelmRelease, with the objects that Helm installed for it; `namespace` is that of those that name none.
    pub fn of_release(object: Value, installed: Option<Installed>, namespace: &str) -> Self {
        let objects = installed.iter().flat_map(|installed| &installed.objects);
        let held = objects.map(|object| Held {
            identity: Identity::of(object, namespace),
            api_version: object["apiVersion"].as_str().unwrap_or_default().to_owned(),
        });
        let held = if is_elsewhere(&object["spec"]) { Vec::new() } else { held.collect() };
        Holder { key: key(OwnerKind::HelmRelease, &object), held, installed, object }
    }

    /// The holder that an object is, if it is one.
    pub(super) fn key_of(identity: &Identity) -> Option<OwnerKey> {
        let kind = match (identity.group.as_str(), identity.kind.as_str()) {
            (GROUP, "Kustomization") => OwnerKind::Kustomization,
            (releases::GROUP, "HelmRelease") => OwnerKind::HelmRelease,
            _ => return None,
        };
        Some(OwnerKey::new(kind, &identity.namespace, &identity.name))
    }
}

impl Holder {
    /// Is the object of that name this holder?
    pub(super) fn is_of(key: &OwnerKey, identity: &Identity) -> bool {
        identity.name == key.name && Holder::key_of(identity).as_ref() == Some(key)
    }
}

fn key(kind: OwnerKind, object: &Value) -> OwnerKey {
    let Identity { namespace, name, .. } = Identity::of(object, "");
    OwnerKey { kind, namespace, name }
}
