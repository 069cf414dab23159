use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/generator-removed",
    class: Class::DataLoss,
    severity: Severity::Caution,
    says: "What makes or brings a Secret is deleted, and the Secret with it.",
    why: "The password is gone while the database still has it: the next one that is made does not fit.",
    first: "Copy the Secret, or keep it, until what uses it is gone too.",
    example: Example {
        of: kustomization!("prune: true", "<>"),
        before: r#"apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: db, namespace: shop}
spec: {target: {name: db}}
---
"#,
        after: "",
        harmless: r#"apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: db, namespace: shop, labels: {tier: db}}
spec: {target: {name: db}}
---
"#,
    },
    check: Check::Object(check),
};

const GENERATORS: [(&str, &str); 6] = [
    ("bitnami.com", "SealedSecret"),
    ("external-secrets.io", "ExternalSecret"),
    ("generators.external-secrets.io", "Password"),
    ("secretgenerator.mittwald.de", "BasicAuth"),
    ("secretgenerator.mittwald.de", "StringSecret"),
    ("hydra.ory.sh", "OAuth2Client"),
];

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.is_one_of(&GENERATORS) && changed.is_deleted_alone() {
        found.object(changed, "it is deleted");
    }
}
