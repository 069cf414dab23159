use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/issuer",
    class: Class::Downtime,
    severity: Severity::Danger,
    says: "An issuer of certificates is deleted, or asks another authority.",
    why: "Certificates that it made are not renewed, or are made anew by an authority that browsers may not know.",
    first: "Make a second issuer, and move the certificates one by one.",
    example: Example {
        of: r#"apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: main}
spec: {acme: {server: <>}}
"#,
        before: "https://acme-v02.api.letsencrypt.org/directory",
        after: "https://acme-staging-v02.api.letsencrypt.org/directory",
        harmless: "https://acme-v02.api.letsencrypt.org/directory, email: admin@example.org",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is_one_of(&[("cert-manager.io", "ClusterIssuer"), ("cert-manager.io", "Issuer")]) {
        return;
    }
    if changed.is_deleted() && !changed.goes_with_all() {
        found.object(changed, "it is deleted");
    }
    for keys in ["spec.acme.server", "spec.acme.privateKeySecretRef", "spec.ca", "spec.vault.server"] {
        if let Some(two) = changed.differs(keys) {
            found.field(changed, keys, format!("{} {two}", keys.trim_start_matches("spec.")));
        }
    }
}
