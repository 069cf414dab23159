use validation::Sort;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    code: "api/rule",
    severity: Severity::Error,
    says: "A rule that the definition of a kind has for its objects does not hold.",
    why: "The API server refuses the object; such rules say which fields go together.",
    failing: thing!(r#"{size: 3, most: 2}"#),
    fixed: thing!(r#"{size: 2, most: 2}"#),
    check: Check::Refused(Sort::Rule),
};
