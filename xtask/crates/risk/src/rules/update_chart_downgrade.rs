use flux::diff::Owner;

use super::update_chart_major::told;
use crate::image::is_database;
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::Subject;
use crate::version::Step;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/chart-downgrade",
    class: Class::UpdateFlow,
    severity: Severity::Danger,
    says: "A chart gets an older version.",
    why: "What the newer one did to data and definitions is not undone, and the older one may not understand it.",
    first: "Look at whether the application can go back at all; else restore from before the update.",
    example: Example {
        of: release!(
            "chart: {spec: {chart: web, version: <>, sourceRef: {kind: HelmRepository, name: own}}}"
        ),
        before: "1.4.2",
        after: "1.3.9",
        harmless: "1.4.2, interval: 5m",
    },
    check: Check::Owner(check),
};

fn check(_: &Subject<'_>, owner: &Owner, found: &mut Found) {
    told(owner, found, |step, chart| step == Step::Down && !is_database(&chart.name));
}
