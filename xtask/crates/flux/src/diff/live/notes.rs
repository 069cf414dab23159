//! What an object says by its annotations and labels: whose it is, and how kustomize-controller is to treat it.
//!
//! Upstream: the selectors in `apply` and `deleteObjects` of kustomize-controller 1.9, and `AnyInMetadata` of `github.com/fluxcd/pkg/ssa`.

use serde_json::Value;

use super::super::{OwnerKey, OwnerKind};
use crate::releases;
use crate::render::spec::GROUP;

/// The Kustomization or HelmRelease that made it, by the labels of its controller.
pub fn made_by(object: &Value) -> Option<OwnerKey> {
    let labels = object.pointer("/metadata/labels")?;
    let of = |kind: OwnerKind, group: &str| {
        let text = |field: &str| labels.get(format!("{group}/{field}"))?.as_str();
        Some(OwnerKey::new(kind, text("namespace")?, text("name")?))
    };
    of(OwnerKind::Kustomization, GROUP).or_else(|| of(OwnerKind::HelmRelease, releases::GROUP))
}

/// Is it to be left alone, whatever is in the repository?
pub(super) fn is_left_alone(object: &Value) -> bool {
    says(object, "reconcile", "disabled") || says(object, "ssa", "ignore")
}

/// Is it made if it is not there, and never changed?
pub(super) fn is_made_once(object: &Value) -> bool {
    says(object, "ssa", "ifnotpresent")
}

/// Do fields of others stay?
pub(super) fn merges(object: &Value) -> bool {
    says(object, "ssa", "merge")
}

/// Is it made anew if it cannot be changed?
pub(super) fn is_forced(object: &Value) -> bool {
    says(object, "force", "enabled")
}

/// Does it stay when nothing makes it any more?
pub(super) fn is_kept(object: &Value) -> bool {
    is_left_alone(object) || says(object, "prune", "disabled")
}

fn says(object: &Value, name: &str, wanted: &str) -> bool {
    let key = format!("{GROUP}/{name}");
    ["/metadata/annotations", "/metadata/labels"].iter().any(|pointer| {
        let text = object.pointer(pointer).and_then(|all| all.get(&key)?.as_str());
        text.is_some_and(|text| text.eq_ignore_ascii_case(wanted))
    })
}
