use validation::Sort;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    code: "api/value",
    severity: Severity::Error,
    says: "A field has a value that is not allowed.",
    why: "The API server refuses the object, and with it the whole Kustomization or release.",
    failing: thing!(r#"{size: 1, mode: Fsat}"#),
    fixed: thing!(r#"{size: 1, mode: Fast}"#),
    check: Check::Refused(Sort::Value),
};
