use crate::changed::{Changed, Two};
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::HELM;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/definitions-skipped",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "A release no longer brings the definitions of its chart up to date.",
    why: "The new version of the chart meets old definitions: its objects are refused, or fields of them vanish.",
    first: "Leave `upgrade.crds: CreateReplace`, or bring the definitions by something else.",
    example: Example {
        of: release!(
            "chart: {spec: {chart: web, version: 1.0.0, sourceRef: {kind: HelmRepository, name: own}}}\n  upgrade: {crds: <>}"
        ),
        before: "CreateReplace",
        after: "Skip",
        harmless: "CreateReplace, timeout: 5m",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    for keys in ["spec.install.crds", "spec.upgrade.crds"] {
        let is_less = |two: &Two<'_>| {
            *two.before == "CreateReplace" || (*two.before == "Create" && *two.after == "Skip")
        };
        if let Some(two) = changed.differs(keys).filter(|two| changed.is(HELM, "HelmRelease") && is_less(two))
        {
            found.field(changed, keys, format!("{keys} {two}"));
        }
    }
    if let Some(two) = changed.differs("spec.install.skipCRDs").filter(|two| *two.after == true) {
        found.field(changed, "spec.install.skipCRDs", format!("skipCRDs {two}"));
    }
}
