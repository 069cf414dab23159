use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::KUSTOMIZE;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/decryption-removed",
    class: Class::UpdateFlow,
    severity: Severity::Danger,
    says: "A Kustomization no longer decrypts.",
    why: "Secrets that are encrypted in the repository are applied as they are written: programs get the cipher as their \
          password, or Flux refuses them.",
    first: "Leave `decryption` for as long as one file is encrypted.",
    example: Example {
        of: kustomization!("<>", ""),
        before: "decryption: {provider: sops, secretRef: {name: keys}}",
        after: "retryInterval: 5m",
        harmless: r#"decryption: {provider: sops, secretRef: {name: keys}}
  retryInterval: 5m"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if let Some(two) = changed
        .differs("spec.decryption")
        .filter(|two| changed.is(KUSTOMIZE, "Kustomization") && two.after.is_null())
    {
        found.field(changed, "spec.decryption", format!("decryption {two}"));
    }
}
