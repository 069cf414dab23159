use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "overrides/unknown-key",
    severity: Severity::Warning,
    says: "An override sets a value that is not documented.",
    why: "Charts have more values than are documented, and take unknown ones without a word: a misspelt one does nothing, and one that only the chart knows may go with its next version.",
    failing: override_of!("replicsa: 2"),
    fixed: override_of!("replicas: 2"),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    for fault in &subject.overrides().unknown_keys {
        found.at(fault.place.clone(), &fault.message, &fault.help);
    }
}
