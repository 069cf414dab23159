use validation::Sort;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    code: "api/unknown-field",
    severity: Severity::Error,
    says: "An object has a field that its kind does not have.",
    why: "Server-side apply, which Flux and Helm use, refuses the whole object. Most often it is misspelt or one level too deep.",
    failing: thing!(r#"{size: 1, mdoe: Fast}"#),
    fixed: thing!(r#"{size: 1, mode: Fast}"#),
    check: Check::Refused(Sort::UnknownField),
};
