//! The legacy order of objects.

use std::cmp::Reverse;

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

/// Where a kind is put. Of several places in a list the last counts, and the list of the last kinds before that of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    First(usize),
    Between,
    Last(usize),
}

impl Rank {
    fn of(kind: &str, first: &[impl AsRef<str>], last: &[impl AsRef<str>]) -> Self {
        if let Some(place) = last.iter().rposition(|name| name.as_ref() == kind) {
            return Rank::Last(place);
        }
        first.iter().rposition(|name| name.as_ref() == kind).map_or(Rank::Between, Rank::First)
    }
}

/// By rank of the kind, then by kind, then by namespace and name.
fn legacy(objects: &mut [Object], first: &[impl AsRef<str>], last: &[impl AsRef<str>]) {
    if objects.len() < 2 {
        return;
    }
    objects.sort_by_cached_key(|object| {
        let gvk = object.gvk();
        let rank = Rank::of(&gvk.kind, first, last);
        let kind = kind_text(&gvk);
        // Among namespaces those of the core group come first, and backwards.
        let is_backwards = rank != Rank::Between && gvk.kind == "Namespace" && gvk.group.is_empty();
        let backwards = is_backwards.then(|| Reverse(kind.clone()));
        (rank, backwards.is_none(), backwards, kind, id_text(&gvk, object.namespace(), object.name()))
    });
}

/// A text, or what stands for none.
fn or<'t>(text: &'t str, otherwise: &'static str) -> &'t str {
    if text.is_empty() { otherwise } else { text }
}

fn kind_text(gvk: &Gvk) -> String {
    [or(&gvk.group, "~G"), "_", or(&gvk.version, "~V"), "_", or(&gvk.kind, "~K")].concat()
}

fn id_text(gvk: &Gvk, namespace: &str, name: &str) -> String {
    let kind = or(&gvk.kind, "[noKind]");
    let (version, group) = (or(&gvk.version, "[noVer]"), or(&gvk.group, "[noGrp]"));
    [kind, ".", version, ".", group, "|", or(namespace, "~X"), "|", or(name, "~N")].concat()
}
