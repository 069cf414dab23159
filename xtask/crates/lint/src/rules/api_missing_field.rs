use validation::Sort;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    code: "api/missing-field",
    severity: Severity::Error,
    says: "A field that an object must have is not there.",
    why: "The API server refuses the object, and with it the whole Kustomization or release.",
    failing: thing!(r#"{mode: Fast}"#),
    fixed: thing!(r#"{size: 1, mode: Fast}"#),
    check: Check::Refused(Sort::Missing),
};
