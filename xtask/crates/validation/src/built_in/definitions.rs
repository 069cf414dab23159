//! CustomResourceDefinitions.
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apis/apiextensions/validation/validation.go` (`ValidateCustomResourceDefinition`), for a
//! definition that is created. The server also estimates what rules would cost at most, which is not done here.

mod conversion;
mod expressions;
mod fields;
mod keywords;
mod lists;
mod metadata;
mod names;
mod pattern;
mod rules;
mod schema;
mod versions;

use kustomize_rs::yaml::node::Node;

use super::{at, fault, text};
use crate::check::{Checker, Faults, Sort, Step};
pub(crate) use expressions::Expressions;

/// A definition whose fields are of the right types.
pub(crate) fn check<'a>(object: &'a Node, checker: &mut Checker, faults: &mut Faults<'a>) {
    let Some(spec) = at(object, &["spec"]) else { return };
    let mut later = schema::Later::default();
    faults.path.0.push(Step::Field("spec"));
    names::check(object, spec, faults);
    if text(spec, &["preserveUnknownFields"]) == "true" {
        fault(
            faults,
            Sort::Value,
            spec,
            "preserveUnknownFields",
            "cannot be true",
            "write `x-kubernetes-preserve-unknown-fields: true` in the schema",
        );
    }
    versions::check(spec, &mut later, faults);
    if let Some(conversion) = at(spec, &["conversion"]) {
        faults.path.0.push(Step::Field("conversion"));
        conversion::check(conversion, faults);
        faults.path.0.pop();
    }
    faults.path.0.pop();
    if faults.all.is_empty() {
        rules::later(later, checker, faults);
    }
}
