use validation::Sort;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    code: "api/duplicate",
    severity: Severity::Error,
    says: "Two items of a list are the same where they have to differ.",
    why: "Server-side apply, which Flux and Helm use, refuses the whole object.",
    failing: thing!(r#"{size: 1, parts: [a, b, a]}"#),
    fixed: thing!(r#"{size: 1, parts: [a, b]}"#),
    check: Check::Refused(Sort::Twice),
};
