use flux::diff::FieldPath;

use super::data_moved::stores;
use crate::changed::Changed;
use crate::rule::{Check, Found, Rule};
use crate::subject::identity;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/owner-changed",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "An object is made by another Kustomization or release.",
    why: "Whoever made it may delete it after the other has made it, or before: then it is gone for a while. A release refuses \
          what another one made.",
    first: "Let the old one keep it (`prune: disabled`) in a commit before this one.",
    example: moved!("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: data, namespace: shop}\n"),
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(former) = changed.change.former_owner.as_ref().filter(|_| !stores(changed)) else { return };
    let owner = &changed.change.owner;
    // All that an owner takes over is told once.
    match identity(owner) {
        Some(of_owner) => {
            let reason = format!("{} was made by {former}", changed.change.object);
            found.on(Some(of_owner), owner, FieldPath::default(), reason);
        }
        None => found.object(changed, format!("it was made by {former}")),
    }
}
