//! The legacy order of objects.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::Reorder;
use crate::fault::{Result, fault};
use crate::id::Gvk;
use crate::kustomization::SortOptions;
use crate::object::Object;
use crate::set::ObjectSet;

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

/// The order that the original gives to kinds elsewhere too (kyaml/resid/gvk.go): by rank, then by text.
pub(crate) fn rank(gvk: &Gvk) -> (usize, String) {
    let position = |names: &[&str]| names.iter().position(|n| *n == gvk.kind);
    let rank = position(&FIRST).or_else(|| position(&LAST).map(|i| i + FIRST.len() + 1));
    (rank.unwrap_or(FIRST.len()), kind_text(gvk))
}

/// Sorts the objects of a finished build as its `sortOptions` say, or else as the caller says.
pub(crate) fn sort(set: &mut ObjectSet, options: Option<&SortOptions>, otherwise: Reorder) -> Result<()> {
    match options {
        None if otherwise == Reorder::None => {}
        None => legacy(set.changing(), &FIRST, &LAST),
        Some(options) => match (options.order.as_str(), &options.legacy) {
            ("fifo", None) => {}
            ("fifo", Some(_)) => {
                let message = "`legacySortOptions` is set but the order is `fifo`, not `legacy`";
                return Err(fault("kustomize/sort", options.at, message));
            }
            ("legacy", None) => legacy(set.changing(), &FIRST, &LAST),
            ("legacy", Some((first, last))) => legacy(set.changing(), first, last),
            _ => return Err(fault("kustomize/sort", options.at, "`order` must be `fifo` or `legacy`")),
        },
    }
    Ok(())
}

/// By rank of the kind, then by kind, then by namespace and name.
fn legacy(objects: &mut [Object], first: &[impl AsRef<str>], last: &[impl AsRef<str>]) {
    let mut ranks: HashMap<&str, i64> = HashMap::new();
    let count = i64::try_from(first.len()).unwrap_or(0);
    ranks.extend(first.iter().map(AsRef::as_ref).zip(-count..));
    ranks.extend(last.iter().map(AsRef::as_ref).zip(1..));
    objects.sort_by_cached_key(|object| {
        let gvk = object.gvk();
        let rank = ranks.get(gvk.kind.as_str()).copied().unwrap_or(0);
        let or = |text: &str, otherwise: &'static str| {
            if text.is_empty() { otherwise.to_owned() } else { text.to_owned() }
        };
        let kind = kind_text(&gvk);
        // Among namespaces those of the core group come first, and backwards.
        let is_backwards = rank != 0 && gvk.kind == "Namespace" && gvk.group.is_empty();
        let backwards = is_backwards.then(|| Reverse(kind.clone()));
        let id = format!("{gvk}|{}|{}", or(object.namespace(), "~X"), or(object.name(), "~N"));
        (rank, backwards.is_none(), backwards, kind, id)
    });
}

fn kind_text(gvk: &Gvk) -> String {
    let or = |text: &str, otherwise: &'static str| if text.is_empty() { otherwise } else { text }.to_owned();
    format!("{}_{}_{}", or(&gvk.group, "~G"), or(&gvk.version, "~V"), or(&gvk.kind, "~K"))
}
