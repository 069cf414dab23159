use validation::Sort;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    code: "api/type",
    severity: Severity::Error,
    says: "A value is of another type than the field.",
    why: "The API server refuses the object. Most often quotes are missing or too many.",
    failing: thing!(r#"{size: "1"}"#),
    fixed: thing!(r#"{size: 1}"#),
    check: Check::Refused(Sort::Type),
};
