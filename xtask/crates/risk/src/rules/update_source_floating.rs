use crate::changed::{Changed, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::version::Version;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/source-floating",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "A source or a chart is pinned no longer.",
    why: "What arrives changes without a commit, and is not what was tested.",
    first: "Write one version.",
    example: Example {
        of: release!(
            "chart: {spec: {chart: web, version: <>, sourceRef: {kind: HelmRepository, name: own}}}"
        ),
        before: "1.4.2",
        after: "1.x",
        harmless: "1.4.2, interval: 5m",
    },
    check: Check::Object(check),
};

const FIELDS: [(&str, &str, &str); 4] = [
    ("helm.toolkit.fluxcd.io", "HelmRelease", "spec.chart.spec.version"),
    ("source.toolkit.fluxcd.io", "HelmChart", "spec.version"),
    ("source.toolkit.fluxcd.io", "OCIRepository", "spec.ref"),
    ("source.toolkit.fluxcd.io", "GitRepository", "spec.ref"),
];

/// Is it one version, of a chart or of a reference?
fn is_pinned(value: &serde_json::Value) -> bool {
    let is_exact = |text: &str| {
        let is_range = text.contains(['*', 'x', 'X', '^', '~', '>', '<', '|', ' ', ',']);
        !is_range && Version::parse(text).is_some_and(|version| version.numbers.len() > 2)
    };
    match value {
        serde_json::Value::String(version) => is_exact(version),
        reference => {
            ["digest", "commit"].iter().any(|key| !text(reference, key).is_empty())
                || !matches!(text(reference, "tag"), "" | "latest" | "stable" | "main")
                || text(reference, "name").starts_with("refs/tags/")
                || is_exact(text(reference, "semver"))
        }
    }
}

fn check(changed: &Changed<'_>, found: &mut Found) {
    for (_, _, keys) in FIELDS.into_iter().filter(|(group, kind, _)| changed.is(group, kind)) {
        if let Some(two) = changed.differs(keys).filter(|two| is_pinned(two.before) && !is_pinned(two.after))
        {
            found.field(changed, keys, format!("{two}"));
        }
    }
}
