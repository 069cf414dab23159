use flux::diff::Owner;

use crate::changed::path;
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::{Subject, identity};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/chart-source",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "A chart comes from somewhere else.",
    why: "What has the same name and version there need not be the same, and somebody else decides about it.",
    first: "Compare the two as they are rendered, and make sure whose the new place is.",
    example: Example {
        of: r#"#- k/kustomization.yaml
resources: [r.yaml]
#- k/r.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: own, namespace: shop}
spec: {interval: 1h, url: 'https://charts.example.org'}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: other, namespace: shop}
spec: {interval: 1h, url: 'https://charts.example.net'}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: shop}
spec: {interval: 1h, chart: {spec: {chart: web, version: 1.0.0, sourceRef: {kind: HelmRepository, name: <>
"#,
        before: "own}}}}",
        after: "other}}}}",
        harmless: "own}}}, timeout: 5m}",
    },
    check: Check::Owner(check),
};

fn check(_: &Subject<'_>, owner: &Owner, found: &mut Found) {
    let (Some(before), Some(after)) = (&owner.before, &owner.after) else { return };
    let (Some(before), Some(after)) = (&before.chart, &after.chart) else { return };
    // The place of a chart may have its version in it.
    let place = |chart: &flux::diff::ChartState| chart.from.replace(&chart.version, "");
    if before.name == after.name && place(before) != place(after) {
        found.on(
            identity(&owner.key),
            &owner.key,
            path("spec.chart"),
            format!("{} → {}", before.from, after.from),
        );
    }
}
