use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/flux-service-account",
    class: Class::Privilege,
    severity: Severity::Caution,
    says: "Flux applies what a Kustomization or release makes with other rights.",
    why: "Without a ServiceAccount of its own it may do everything that the controller may, which is everything.",
    first: "Leave the account, and give it the role that is missing.",
    example: Example {
        of: kustomization!("serviceAccountName: <>", ""),
        before: "tenant",
        after: "''",
        harmless: r#"tenant
  retryInterval: 5m"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let keys = "spec.serviceAccountName";
    if let Some(two) = changed.differs(keys).filter(|_| changed.is_flux()) {
        found.field(changed, keys, format!("serviceAccountName {two}"));
    }
}
