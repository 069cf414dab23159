use crate::changed::{Changed, at, items, text};
use crate::pods::replicas;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/claim-retention",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "The claims of a StatefulSet are deleted with it, or when it gets smaller.",
    why: "Taking a pod away, or the whole StatefulSet, then deletes what the pod stored.",
    first: "Leave `Retain`, and delete claims by hand.",
    example: Example {
        of: stateful_set!("replicas: 2\n  persistentVolumeClaimRetentionPolicy: {whenDeleted: <>}"),
        before: "Retain",
        after: "Delete",
        harmless: "Retain, whenScaled: Retain",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is("apps", "StatefulSet") {
        return;
    }
    let policy = |object, when: &str| {
        text(object, &format!("spec.persistentVolumeClaimRetentionPolicy.{when}")) == "Delete"
    };
    for when in ["whenDeleted", "whenScaled"] {
        if changed.stays() && policy(changed.after, when) && !policy(changed.before, when) {
            found.field(
                changed,
                &format!("spec.persistentVolumeClaimRetentionPolicy.{when}"),
                format!("{when} Retain → Delete"),
            );
        }
    }
    let (old, new) = (replicas(changed.before), replicas(changed.after));
    if changed.stays()
        && policy(changed.before, "whenScaled")
        && policy(changed.after, "whenScaled")
        && new < old
    {
        found.field(changed, "spec.replicas", format!("replicas {old} → {new}, and whenScaled is Delete"));
    }
    let is_told =
        changed.goes_with_all() || items(at(changed.before, "spec.volumeClaimTemplates")).is_empty();
    if changed.is_deleted() && policy(changed.before, "whenDeleted") && !is_told {
        found.object(changed, "it is deleted, and its claims with it: whenDeleted is Delete");
    }
}
