use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/service-selector",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "A Service selects other pods.",
    why: "If no pod has those labels yet, nothing answers.",
    first: "Let pods have both labels first, and change the Service after that.",
    example: Example {
        of: r#"apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {<>}, ports: [{port: 80}]}
"#,
        before: "app: web",
        after: "app: site",
        harmless: "app: web}, sessionAffinityConfig: {",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if let Some(two) = changed.differs("spec.selector").filter(|_| changed.is("", "Service")) {
        found.field(changed, "spec.selector", format!("selector {two}"));
    }
}
