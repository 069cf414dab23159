use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/resumed",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "Flux takes something up again that it left alone.",
    why: "Everything that was changed in the meantime arrives at once, deletions included; what was changed by hand is undone.",
    first: "Look at what that is (`diff --live`).",
    example: Example {
        of: kustomization!("suspend: <>", ""),
        before: "true",
        after: "false",
        harmless: r#"true
  retryInterval: 5m"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let is_flux = changed.change.object.group.ends_with("fluxcd.io");
    if let Some(two) = changed.differs("spec.suspend").filter(|two| is_flux && *two.before == true) {
        found.field(changed, "spec.suspend", format!("suspend {two}"));
    }
}
