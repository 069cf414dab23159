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
    let (old, new) = (place(&before.from), place(&after.from));
    if before.name == after.name && old != new {
        found.on(identity(&owner.key), &owner.key, path("spec.chart"), format!("chart of {old} → {new}"));
    }
}

/// The repository of a chart, without what says the version.
fn place(from: &str) -> &str {
    // `CHART VERSION of ADDRESS`, `PATH of ADDRESS at REVISION`
    if let Some((_, place)) = from.split_once(" of ") {
        return place.split(" at ").next().unwrap_or_default();
    }
    // `ADDRESS:TAG`, `ADDRESS@DIGEST`, `ADDRESS RANGE`
    let start = from.rfind('/').unwrap_or(0);
    let end =
        from.get(start..).and_then(|last| last.find([':', '@', ' '])).map_or(from.len(), |end| start + end);
    from.get(..end).unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_place_is_the_same_whatever_the_version() {
        for (from, expected) in [
            ("web 1.0.0 of https://charts.example.org", "https://charts.example.org"),
            ("charts/web of https://git.example.org/a at v1", "https://git.example.org/a"),
            ("oci://r.example.org:5000/charts/web:1.0.0", "oci://r.example.org:5000/charts/web"),
            ("oci://r.example.org/web@sha256:0a", "oci://r.example.org/web"),
            ("oci://r.example.org/web >=1 <2", "oci://r.example.org/web"),
        ] {
            assert_eq!(place(from), expected);
        }
    }
}
