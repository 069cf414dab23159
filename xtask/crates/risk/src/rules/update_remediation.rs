use crate::changed::{Changed, at, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::HELM;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/remediation",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "A release that fails is tried less often, or is not put back.",
    why: "It stays broken until somebody sees it, and 'retries exhausted' stays after the cause is gone.",
    first: "Leave retries on install (`strategy: RetryOnFailure`) and `remediateLastFailure` on upgrades.",
    example: Example {
        of: release!(
            "chart: {spec: {chart: web, version: 1.0.0, sourceRef: {kind: HelmRepository, name: own}}}\n  <>"
        ),
        before: "upgrade: {remediation: {retries: 3}}",
        after: "upgrade: {}",
        harmless: "upgrade: {remediation: {retries: 5}}",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is(HELM, "HelmRelease") || !changed.stays() {
        return;
    }
    for action in ["install", "upgrade"] {
        let keys = format!("spec.{action}.remediation.retries");
        // Below zero is for ever.
        let retries = |object| match at(object, &keys).as_i64().unwrap_or(0) {
            count if count < 0 => i64::MAX,
            count => count,
        };
        let strategy = format!("spec.{action}.strategy.name");
        let is_retried = |object| text(object, &strategy) == "RetryOnFailure";
        if retries(changed.after) < retries(changed.before) && !is_retried(changed.after) {
            found.field(changed, &keys, format!("{action} retries {}", changed.two(&keys)));
        }
        if is_retried(changed.before) && !is_retried(changed.after) && retries(changed.after) == 0 {
            found.field(changed, &strategy, format!("{action} strategy {}", changed.two(&strategy)));
        }
    }
    let keys = "spec.upgrade.remediation.remediateLastFailure";
    if let Some(two) = changed.differs(keys).filter(|two| *two.after == false) {
        found.field(changed, keys, format!("remediateLastFailure {two}"));
    }
}
