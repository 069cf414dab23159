//! `allOf`, `anyOf`, `oneOf` and `not`.

use kustomize_rs::yaml::node::Node;

use super::structure::fits;
use super::{Checker, Faults, Sort};
use crate::schemas::Kind;
use crate::types::Limits;

pub(super) fn check(
    node: &Node,
    limits: &Limits,
    kind: &Kind<'_>,
    checker: &mut Checker,
    faults: &mut Faults<'_>,
) {
    let mut count = |ids: &[u32]| ids.iter().filter(|id| fits(node, **id, kind, checker)).count();
    let mut fault = |message: &str| {
        faults.add(Sort::Value, node, message, "see the definition of the kind for what goes together");
    };
    if count(&limits.all) < limits.all.len() {
        fault("does not meet all the conditions of its schema (`allOf`)");
    }
    if !limits.any.is_empty() && count(&limits.any) == 0 {
        fault("meets none of the conditions of its schema (`anyOf`)");
    }
    if !limits.one.is_empty() && count(&limits.one) != 1 {
        fault("does not meet just one of the conditions of its schema (`oneOf`)");
    }
    if limits.not.is_some_and(|id| count(&[id]) == 1) {
        fault("meets a condition that its schema forbids (`not`)");
    }
}
