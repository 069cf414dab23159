//! The legacy order of objects.

use std::collections::HashMap;

use crate::id::Gvk;
use crate::object::Object;

const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Sorts by kind in the given order (the usual one if there is none), then by group and version, then by namespace and name.
pub(crate) fn legacy(objects: &mut [Object], first: Option<&[String]>, last: Option<&[String]>) {
    let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    let first = first.map_or_else(|| owned(&FIRST), <[String]>::to_vec);
    let last = last.map_or_else(|| owned(&LAST), <[String]>::to_vec);
    let mut ranks: HashMap<&str, i64> = HashMap::new();
    let count = i64::try_from(first.len()).unwrap_or(0);
    ranks.extend(first.iter().map(String::as_str).zip(-count..));
    ranks.extend(last.iter().map(String::as_str).zip(1..));
    objects.sort_by_cached_key(|object| {
        let gvk = object.gvk();
        let or = |text: &str, otherwise: &'static str| {
            if text.is_empty() { otherwise.to_owned() } else { text.to_owned() }
        };
        let kind = kind_text(&gvk);
        // A namespace of another group comes before one of the core group.
        let is_core_namespace = gvk.kind == "Namespace" && gvk.group.is_empty();
        let id = format!("{gvk}|{}|{}", or(object.namespace(), "~X"), or(object.name(), "~N"));
        (ranks.get(gvk.kind.as_str()).copied().unwrap_or(0), is_core_namespace, kind, id)
    });
}

fn kind_text(gvk: &Gvk) -> String {
    let or = |text: &str, otherwise: &'static str| if text.is_empty() { otherwise } else { text }.to_owned();
    format!("{}_{}_{}", or(&gvk.group, "~G"), or(&gvk.version, "~V"), or(&gvk.kind, "~K"))
}
