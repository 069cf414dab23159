use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/suspended",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "Flux leaves something alone from now on.",
    why: "What this repository says of it arrives no more, repairs of security included, and what waits for it waits for ever.",
    first: "Write down who resumes it, and when.",
    example: Example {
        of: kustomization!("suspend: <>", ""),
        before: "false",
        after: "true",
        harmless: r#"false
  retryInterval: 5m"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let is_flux = changed.change.object.group.ends_with("fluxcd.io");
    if let Some(two) = changed.differs("spec.suspend").filter(|two| is_flux && *two.after == true) {
        found.field(changed, "spec.suspend", format!("suspend {two}"));
    }
}
