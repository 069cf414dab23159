use flux::diff::{ChartState, Owner};

use crate::changed::path;
use crate::image::is_database;
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::{Subject, identity};
use crate::version::Step;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/chart-major",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "A chart gets another major version.",
    why: "Its values, its names or its data may be others; what the tree or an override sets may no longer be read.",
    first: "Read the notes of every major in between, and look at the release as it is rendered.",
    example: Example {
        of: release!(
            "chart: {spec: {chart: web, version: <>, sourceRef: {kind: HelmRepository, name: own}}}"
        ),
        before: "1.4.2",
        after: "2.0.0",
        harmless: "1.4.2, interval: 5m",
    },
    check: Check::Owner(check),
};

fn check(_: &Subject<'_>, owner: &Owner, found: &mut Found) {
    told(owner, found, |step, chart| step == Step::Major && !is_database(&chart.name));
}

/// Tells of a chart of the same name, if it is that step.
pub(super) fn told(owner: &Owner, found: &mut Found, is_it: impl Fn(Step, &ChartState) -> bool) {
    let (Some(before), Some(after)) = (&owner.before, &owner.after) else { return };
    let (Some(before), Some(after)) = (&before.chart, &after.chart) else { return };
    let is_same = before.name == after.name && before.version != after.version;
    if is_same && is_it(Step::of(&before.version, &after.version), after) {
        let told = format!("chart {} {} → {}", after.name, before.version, after.version);
        found.on(identity(&owner.key), &owner.key, path("spec.chart"), told);
    }
}
