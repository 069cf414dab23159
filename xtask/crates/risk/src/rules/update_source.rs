use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/source",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "What is followed is another repository, branch or tag.",
    why: "Everything that is built from it is what that other place says, and what it does not have is deleted.",
    first: "Compare the two (`diff`), and make sure whose the new one is.",
    example: Example {
        of: r#"apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: other, namespace: flux-system}
spec: {interval: 1h, url: 'https://git.example.org/a', ref: {<>}}
"#,
        before: "branch: main",
        after: "branch: next",
        harmless: "branch: main}, timeout: 5m, provider: generic, include: [], verify: {mode: HEAD, secretRef: {name: keys}",
    },
    check: Check::Object(check),
};

const FIELDS: [&str; 9] = [
    "url",
    "endpoint",
    "bucketName",
    "prefix",
    "ref.branch",
    "ref.tag",
    "ref.commit",
    "ref.name",
    "ref.semver",
];

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.change.object.group == "source.toolkit.fluxcd.io" && changed.stays() {
        for field in FIELDS {
            // A tag of a chart is its version, and is told as that.
            let is_version =
                changed.is("source.toolkit.fluxcd.io", "OCIRepository") && field.starts_with("ref.");
            if let Some(two) = changed.differs(&format!("spec.{field}")).filter(|_| !is_version) {
                found.field(
                    changed,
                    &format!("spec.{field}"),
                    format!("{} {two}", field.trim_start_matches("ref.")),
                );
            }
        }
    }
    for keys in ["spec.sourceRef.kind", "spec.sourceRef.name", "spec.sourceRef.namespace"] {
        if let Some(two) = changed.differs(keys).filter(|_| changed.is_flux()) {
            found.field(changed, keys, format!("{} {two}", keys.trim_start_matches("spec.")));
        }
    }
}
