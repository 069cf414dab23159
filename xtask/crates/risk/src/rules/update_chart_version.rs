use flux::diff::Owner;

use super::update_chart_major::told;
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::Subject;
use crate::version::Step;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/chart-version",
    class: Class::UpdateFlow,
    severity: Severity::Note,
    says: "A chart gets another version.",
    why: "It is an update like others.",
    first: "Read its notes.",
    example: Example {
        of: release!(
            "chart: {spec: {chart: web, version: <>, sourceRef: {kind: HelmRepository, name: own}}}"
        ),
        before: "1.4.2",
        after: "1.5.0",
        harmless: "1.4.2, interval: 5m",
    },
    check: Check::Owner(check),
};

fn check(_: &Subject<'_>, owner: &Owner, found: &mut Found) {
    told(owner, found, |step, chart| {
        // A range is told as one.
        let is_range = chart.version.contains(['*', 'x', '^', '~', '>', '<', ' ']);
        matches!(step, Step::Minor | Step::Same | Step::Unknown) && !is_range
    });
}
