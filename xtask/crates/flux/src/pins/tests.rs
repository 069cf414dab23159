use yamltree::tree::MemTree;

use super::*;

fn read_fixture(fixture: &str) -> (Vec<Pin>, Vec<String>) {
    let (pins, diagnostics) = read(&MemTree::from_fixture(fixture).unwrap());
    (pins, diagnostics.iter().map(ToString::to_string).collect())
}

const OCI: &str = "#- flux2/core/metrics/app/kustomization.yaml
namespace: oas
#- flux2/core/metrics/app/source.yaml
kind: OCIRepository
metadata: {name: metrics, namespace: flux-system}
spec:
  url: oci://ghcr.io/charts/metrics-stack
  ref:
    tag: v1.2.3
    digest: sha256:abc
#- flux2/core/metrics/app/release.yaml
kind: HelmRelease
metadata: {name: metrics}
spec:
  chartRef: {kind: OCIRepository, name: metrics, namespace: flux-system}
";

#[test]
fn a_release_from_an_oci_repository_is_pinned_by_tag_and_digest() {
    let (pins, messages) = read_fixture(OCI);
    assert_eq!((pins.len(), messages), (1, vec![]));
    let pin = &pins[0];
    assert_eq!(
        (pin.tier.as_str(), pin.component.as_str(), pin.namespace.as_deref()),
        ("core", "metrics", Some("oas"))
    );
    assert_eq!(
        (pin.chart.as_str(), pin.version.as_deref(), pin.digest.as_deref()),
        ("metrics-stack", Some("v1.2.3"), Some("sha256:abc"))
    );
    assert_eq!(
        (pin.source, pin.url.as_deref()),
        (SourceKind::Oci, Some("oci://ghcr.io/charts/metrics-stack"))
    );
    assert_eq!(pin.version_place.as_ref().unwrap().to_string(), "flux2/core/metrics/app/source.yaml:6:10");
}

fn with_chart(chart: &str, source: &str) -> String {
    format!(
        "#- flux2/apps/wiki/app/release.yaml\nkind: HelmRelease\nmetadata: {{name: wiki, namespace: oas-apps}}\nspec:\n  chart:\n    spec: {chart}\n\
         #- flux2/infrastructure/sources/app/source.yaml\n{source}"
    )
}

#[test]
fn a_release_from_a_helm_repository_is_pinned_by_its_own_version() {
    let chart = "{chart: wiki, version: 0.16.2, sourceRef: {kind: HelmRepository, name: charts, namespace: flux-system}}";
    for (kind, expected) in [("default", SourceKind::Http), ("oci", SourceKind::OciRepository)] {
        let source = format!(
            "kind: HelmRepository\nmetadata: {{name: charts, namespace: flux-system}}\nspec: {{type: {kind}, url: 'https://x'}}\n"
        );
        let (pins, messages) = read_fixture(&with_chart(chart, &source));
        assert_eq!(messages, [""; 0]);
        assert_eq!(
            (pins[0].source, pins[0].version.as_deref(), pins[0].chart.as_str()),
            (expected, Some("0.16.2"), "wiki")
        );
        assert_eq!(pins[0].version_place.as_ref().unwrap().line, Some(5));
    }
}

#[test]
fn a_chart_in_another_git_repository_is_pinned_by_tag() {
    let chart =
        "{chart: ./deploy/chart/wiki, sourceRef: {kind: GitRepository, name: wiki, namespace: flux-system}}";
    let source = "kind: GitRepository\nmetadata: {name: wiki, namespace: flux-system}\nspec: {url: 'https://g/w', ref: {tag: v0.0.37}}\n";
    let (pins, messages) = read_fixture(&with_chart(chart, source));
    assert_eq!(messages, [""; 0]);
    let pin = &pins[0];
    assert_eq!((pin.source, pin.version.as_deref()), (SourceKind::Git, Some("v0.0.37")));
    assert_eq!((pin.chart.as_str(), pin.chart_path.as_deref()), ("wiki", Some("deploy/chart/wiki")));
}

#[test]
fn our_own_charts_are_local_and_their_templates_are_not_read() {
    let chart = "{chart: ./flux2/apps/wiki/chart, sourceRef: {kind: GitRepository, name: openappstack, namespace: flux-system}}";
    let tree = with_chart(chart, "")
        + "#- flux2/apps/wiki/chart/Chart.yaml\nname: wiki\n#- flux2/apps/wiki/chart/templates/x.yaml\nkind: HelmRelease\n{{ broken\n";
    let (pins, messages) = read_fixture(&tree);
    assert_eq!(messages, [""; 0]);
    assert_eq!((pins[0].source, pins[0].version.as_deref()), (SourceKind::Local, None));
    assert_eq!(pins[0].chart_path.as_deref(), Some("flux2/apps/wiki/chart"));
}

#[test]
fn ranges_and_missing_versions_are_reported() {
    let repository =
        "kind: HelmRepository\nmetadata: {name: charts, namespace: oas-apps}\nspec: {url: 'https://x'}\n";
    let (_, messages) =
        read_fixture(&with_chart("{chart: wiki, version: 1.x, sourceRef: {name: charts}}", repository));
    assert_eq!(
        messages,
        [
            "flux2/apps/wiki/app/release.yaml:5:34: error[pins/inexact]: HelmRelease `wiki` is pinned to `1.x`, which is not one exact version"
        ]
    );
    let (_, messages) = read_fixture(&with_chart("{chart: wiki, sourceRef: {name: charts}}", repository));
    assert!(messages[0].contains("is pinned to no version"), "{messages:?}");
    let (_, messages) = read_fixture(&OCI.replace("tag: v1.2.3", "semver: '>=1'"));
    assert!(messages[0].contains("`>=1`"), "{messages:?}");
}

#[test]
fn a_source_that_is_not_there_and_a_release_without_chart_are_reported() {
    let (pins, messages) =
        read_fixture(&with_chart("{chart: wiki, version: 1.2.3, sourceRef: {name: ghost}}", ""));
    assert_eq!(pins, []);
    assert!(
        messages[0].contains("takes its chart from HelmRepository `ghost`, which the tree lacks"),
        "{messages:?}"
    );
    let (_, messages) = read_fixture(
        "#- flux2/apps/wiki/app/release.yaml\nkind: HelmRelease\nmetadata: {name: wiki}\nspec: {}\n",
    );
    assert!(messages[0].contains("needs exactly one of `spec.chart` and `spec.chartRef`"));
}

#[test]
fn exact_versions_are_told_from_ranges() {
    for exact in ["1.2.3", "v1.21.1", "1.0.0-rc.1", "0.1.0+abc"] {
        assert!(is_exact(exact), "{exact}");
    }
    for range in
        ["1.x", "1.2", "*", ">=1.0.0", "^1.2.3", "~1.2.3", "1.2.3 - 2.0.0", "1.2.3 || 2.0.0", "", "latest"]
    {
        assert!(!is_exact(range), "{range}");
    }
}
