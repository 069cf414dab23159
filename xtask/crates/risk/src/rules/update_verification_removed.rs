use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/verification-removed",
    class: Class::UpdateFlow,
    severity: Severity::Danger,
    says: "Nobody looks at signatures of a source any more, or it is read without TLS.",
    why: "Whoever can put something in its place, on the way or at the place itself, decides what runs in the cluster.",
    first: "Leave it, and find out why the signature does not fit.",
    example: Example {
        of: r#"apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: other, namespace: flux-system}
spec: {interval: 1h, url: 'oci://registry.example.org/a', ref: {tag: 1.0.0}, <>}
"#,
        before: "verify: {provider: cosign}",
        after: "timeout: 5m",
        harmless: "verify: {provider: cosign}, timeout: 5m",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    for keys in ["spec.verify", "spec.chart.spec.verify"] {
        if let Some(two) = changed.differs(keys).filter(|two| two.after.is_null()) {
            found.field(changed, keys, format!("verify {two}"));
        }
    }
    for keys in ["spec.insecure", "spec.insecureSkipVerify"] {
        if let Some(two) = changed
            .differs(keys)
            .filter(|two| *two.after == true && changed.change.object.group == "source.toolkit.fluxcd.io")
        {
            found.field(changed, keys, format!("{keys} {two}"));
        }
    }
}
