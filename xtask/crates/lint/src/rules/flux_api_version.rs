use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;
use yamltree::fix::Fix;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

pub(super) const RULE: Rule = Rule {
    code: "flux/api-version",
    severity: Severity::Error,
    says: "An object of Flux has an API version that Flux 2.9 does not serve.",
    why: "The API server refuses it, and with it the whole Kustomization that holds it.",
    failing: r#"#- k/a.yaml
apiVersion: source.toolkit.fluxcd.io/v1beta2
kind: HelmRepository
metadata: {name: a, namespace: n}
spec: {interval: 1h, url: https://charts.example.org}
"#,
    fixed: r#"#- k/a.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: a, namespace: n}
spec: {interval: 1h, url: https://charts.example.org}
"#,
    check: Check::Object(check),
};

/// What the definitions of Flux 2.9 serve, by group: kinds and versions.
const SERVED: [(&str, &[&str], &[&str]); 7] = [
    (
        "source.toolkit.fluxcd.io",
        &["GitRepository", "OCIRepository", "Bucket", "HelmRepository", "HelmChart", "ExternalArtifact"],
        &["v1"],
    ),
    ("kustomize.toolkit.fluxcd.io", &["Kustomization"], &["v1"]),
    ("helm.toolkit.fluxcd.io", &["HelmRelease"], &["v2"]),
    ("notification.toolkit.fluxcd.io", &["Receiver"], &["v1"]),
    ("notification.toolkit.fluxcd.io", &["Alert", "Provider"], &["v1beta3"]),
    ("image.toolkit.fluxcd.io", &["ImageRepository", "ImagePolicy", "ImageUpdateAutomation"], &["v1"]),
    ("source.extensions.fluxcd.io", &["ArtifactGenerator"], &["v1beta1"]),
];

/// Versions that Flux served once, and whose objects are the same in the version that followed but for a few fields.
const OLD: [&str; 4] = ["v1beta1", "v1beta2", "v2beta1", "v2beta2"];

fn check(object: &Object<'_>, found: &mut Found) {
    let (group, version) = object.text(&["apiVersion"]).split_once('/').unwrap_or_default();
    let known = SERVED.iter().find(|(of, kinds, _)| *of == group && kinds.contains(&object.kind()));
    let Some((_, _, served)) = known.filter(|(_, _, served)| !served.contains(&version)) else { return };
    let place =
        object.at(&["apiVersion"]).map_or_else(|| object.place(object.node), |node| object.place(node));
    let message = format!("{}: Flux 2.9 does not serve `{group}/{version}`", object.title());
    let fix = match served {
        [only] if OLD.contains(&version) && !has_what_is_gone(object) => {
            Some(Fix::Replace { from: format!("{group}/{version}"), to: format!("{group}/{only}") })
        }
        _ => None,
    };
    found.at_with_fix(place, message, format!("write `{group}/{}`", served.join("` or `")), fix);
}

/// Has it a field that the old version had and the new one has not?
fn has_what_is_gone(object: &Object<'_>) -> bool {
    let has = |path: &[&str]| object.at(path).is_some();
    let patches = ["patchesStrategicMerge", "patchesJson6902"];
    match object.kind() {
        "Kustomization" => has(&["spec", "validation"]) || patches.iter().any(|field| has(&["spec", field])),
        "HelmRelease" => {
            let after = object.at(&["spec", "postRenderers"]).map_or(&[][..], Node::items);
            let mut kustomize = after.iter().filter_map(|one| one.get("kustomize"));
            has(&["spec", "chart", "spec", "valuesFile"])
                || kustomize.any(|one| patches.iter().any(|field| one.get(field).is_some()))
        }
        // Templates of messages had `.Updated`.
        "ImageUpdateAutomation" => has(&["spec", "git", "commit", "messageTemplate"]),
        _ => has(&["spec", "gitImplementation"]) || has(&["spec", "accessFrom"]),
    }
}
