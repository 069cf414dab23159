use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "overrides/value",
    severity: Severity::Error,
    says: "An override sets a documented value to something that it cannot be.",
    why: "Helm takes it unseen where a chart has no schema of its own: what comes of it is refused by the API server, or does something else than was meant.",
    failing: override_of!("replicas: two"),
    fixed: override_of!("replicas: 2"),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    for fault in &subject.overrides().values {
        found.at(fault.place.clone(), &fault.message, &fault.help);
    }
}
