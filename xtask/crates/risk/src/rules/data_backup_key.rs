use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/backup-key",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "The key that backups are encrypted with is removed or changed.",
    why: "Older backups cannot be read with another key.",
    first: "Keep the old key somewhere safe, and try a restore with it.",
    example: Example {
        of: kustomization!("prune: true", "<>"),
        before: r#"apiVersion: v1
kind: Secret
metadata: {name: velero-repo-credentials, namespace: velero}
stringData: {repository-password: marked-one}
---
"#,
        after: r#"apiVersion: v1
kind: Secret
metadata: {name: velero-repo-credentials, namespace: velero}
stringData: {repository-password: marked-two}
---
"#,
        harmless: r#"apiVersion: v1
kind: Secret
metadata: {name: velero-repo-credentials, namespace: velero, labels: {tier: backup}}
stringData: {repository-password: marked-one}
---
"#,
    },
    check: Check::Object(check),
};

const NAMES: [&str; 4] = ["velero-repo-credentials", "restic-password", "volsync-secret", "sops-age"];

fn check(changed: &Changed<'_>, found: &mut Found) {
    let name = changed.change.object.name.as_str();
    if !changed.is("", "Secret") || !NAMES.contains(&name) {
        return;
    }
    if changed.is_deleted() {
        found.object(changed, "it is deleted");
    } else if changed.stays() && changed.touches("data") {
        found.field(changed, "data", "its value changed");
    }
}
