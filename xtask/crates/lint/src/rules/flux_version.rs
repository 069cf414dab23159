use flux::helm::range::Range;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

/// A chart of this version.
macro_rules! chart_of {
    ($version:literal) => {
        concat!(
            "#- k/c.yaml\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nmetadata: {name: web, namespace: n}\nspec: {interval: \
             1h, chart: web, version: '",
            $version,
            "', sourceRef: {kind: HelmRepository, name: charts}}\n---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: \
             HelmRepository\nmetadata: {name: charts, namespace: n}\nspec: {interval: 1h, url: 'https://charts.example.org'}\n"
        )
    };
}

pub(super) const RULE: Rule = Rule {
    code: "flux/version",
    severity: Severity::Error,
    says: "What is written as a version is neither a version nor a range of versions.",
    why: "source-controller finds nothing by it, and what depends on it is never installed.",
    failing: chart_of!("1.2.3!"),
    fixed: chart_of!("1.2.3"),
    check: Check::Object(check),
};

fn check(object: &Object<'_>, found: &mut Found) {
    let of_chart: &[&str] = match (object.group(), object.kind()) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") => &["spec", "chart", "spec"],
        ("source.toolkit.fluxcd.io", "HelmChart") => &["spec"],
        ("source.toolkit.fluxcd.io", "OCIRepository" | "GitRepository") => &["spec", "ref"],
        _ => return,
    };
    let Some(spec) = object.at(of_chart) else { return };
    let text = |key: &str| spec.get(key).map(kustomize_rs::yaml::node::Node::value_text).unwrap_or_default();
    // What is more exact counts instead, and in Git and buckets a chart has the version that it has.
    let field = match object.kind() {
        "OCIRepository" if text("digest").is_empty() => "semver",
        "GitRepository" if ["commit", "name"].iter().all(|key| text(key).is_empty()) => "semver",
        "OCIRepository" | "GitRepository" => return,
        _ => {
            let source = spec.get("sourceRef").and_then(|of| of.get("kind"));
            if source.is_some_and(|kind| !matches!(kind.value_text(), "" | "HelmRepository")) {
                return;
            }
            "version"
        }
    };
    let Some(written) = spec.get(field).filter(|written| !written.value_text().is_empty()) else { return };
    if let Err(error) = written.value_text().parse::<Range>() {
        let message = format!("{}: {error}", object.title());
        found.at(object.place(written), message, "write the exact version that was tested");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::lint;

    #[test]
    fn ranges_are_read_and_charts_of_git_have_none() {
        let is_told = |fixture: &str| lint(fixture).iter().any(|found| found.code == RULE.code);
        assert!(!is_told(chart_of!(">=1.2 <2 || ~3.1")));
        assert!(!is_told(&RULE.failing.replace("kind: HelmRepository, name", "kind: GitRepository, name")));
    }
}
