use flux::diff::Owner;

use crate::changed::path;
use crate::image::is_database;
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::{Subject, identity};
use crate::version::Step;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/database-chart",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "The chart of a database gets another major version.",
    why: "Charts of databases raise the database with their major version, and often move its files, its claims or its users.",
    first: "Read the notes of the chart, dump the database, and pin the image to the version that runs.",
    example: Example {
        of: release!(
            "chart: {spec: {chart: mariadb, version: <>, sourceRef: {kind: HelmRepository, name: own}}}"
        ),
        before: "4.5.3",
        after: "5.0.0",
        harmless: "4.5.3, interval: 5m",
    },
    check: Check::Owner(check),
};

fn check(_: &Subject<'_>, owner: &Owner, found: &mut Found) {
    let chart = |state: &Option<flux::diff::OwnerState>| state.as_ref().and_then(|state| state.chart.clone());
    let (Some(before), Some(after)) = (chart(&owner.before), chart(&owner.after)) else { return };
    let is_other = before.name == after.name
        && matches!(Step::of(&before.version, &after.version), Step::Major | Step::Down)
        && before.version.split('.').next() != after.version.split('.').next();
    if is_other && is_database(&after.name) {
        let told = format!("chart {} {} → {}", after.name, before.version, after.version);
        found.on(identity(&owner.key), &owner.key, path("spec.chart"), told);
    }
}
