use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

pub(super) const RULE: Rule = Rule {
    code: "flux/floating-version",
    severity: Severity::Warning,
    says: "A chart is not pinned to one exact version.",
    why: "What is installed changes without a commit: nobody sees the change before it happens, and a test of yesterday proves nothing of today.",
    failing: r#"#- k/r.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: a, namespace: n}
spec: {interval: 1h, url: https://charts.example.org}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: n}
spec:
  interval: 1h
  chart: {spec: {chart: c, version: 1.x, sourceRef: {kind: HelmRepository, name: a}}}
  install: {strategy: {name: RetryOnFailure}}
"#,
    fixed: r#"#- k/r.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: a, namespace: n}
spec: {interval: 1h, url: https://charts.example.org}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: n}
spec:
  interval: 1h
  chart: {spec: {chart: c, version: 1.2.3, sourceRef: {kind: HelmRepository, name: a}}}
  install: {strategy: {name: RetryOnFailure}}
"#,
    check: Check::Object(check),
};

fn check(object: &Object<'_>, found: &mut Found) {
    let (written, what): (&[&str], &str) = match (object.group(), object.kind()) {
        ("helm.toolkit.fluxcd.io", "HelmRelease")
            if matches!(
                object.text(&["spec", "chart", "spec", "sourceRef", "kind"]),
                "HelmRepository" | ""
            ) =>
        {
            if object.at(&["spec", "chart"]).is_none() {
                return;
            }
            (&["spec", "chart", "spec", "version"], "its chart")
        }
        ("source.toolkit.fluxcd.io", "OCIRepository") => {
            if !object.text(&["spec", "ref", "digest"]).is_empty() {
                return;
            }
            match object.at(&["spec", "ref", "semver"]) {
                Some(_) => (&["spec", "ref", "semver"], "it"),
                None => (&["spec", "ref", "tag"], "it"),
            }
        }
        _ => return,
    };
    let text = object.text(written);
    // A tag may carry the digest that it must have.
    if flux::pins::is_exact(text.split('@').next().unwrap_or_default()) {
        return;
    }
    let place = object.place(object.at(written).or_else(|| object.at(&["spec"])).unwrap_or(object.node));
    let shown = if text.is_empty() { "no version".to_owned() } else { format!("`{text}`") };
    let message = format!("{}: {what} is pinned to {shown}, which is not one exact version", object.title());
    found.at(place, message, "write the exact version that was tested");
}
