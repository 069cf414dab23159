//! What the code of the API server refuses about built-in kinds, beyond their types.

use kustomize_rs::yaml::node::Node;

use crate::check::Faults;
use crate::schemas::Kind;
use crate::types::Type;

pub(crate) fn check<'a>(_object: &'a Node, _kind: &Kind<'a>, _faults: &mut Faults<'a>) {}

/// Fields that the OpenAPI document calls required and the server does not ask for.
pub(crate) fn may_be_left_out(_of: &Type, _field: &str) -> bool {
    false
}
