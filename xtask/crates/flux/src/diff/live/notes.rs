//! What an object says to kustomize-controller, in an annotation or a label.
//!
//! Upstream: the selectors in `apply` and `deleteObjects` of kustomize-controller 1.9, and `AnyInMetadata` of `github.com/fluxcd/pkg/ssa`.

use serde_json::Value;

use crate::render::spec::GROUP;

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
