//! What the server would refuse about an object.

mod cel;
mod conditions;
mod defaults;
mod formats;
mod lists;
pub(crate) mod metadata;
pub mod names;
mod path;
mod patterns;
pub mod quantity;
mod structure;
mod values;

use kustomize_rs::yaml::node::{Mark, Node};

use crate::built_in::definitions::{self, Expressions};
use crate::definition;
use crate::schemas::{Kind, Known};
pub(crate) use cel::values::escaped;
pub(crate) use formats::{BASE64, go_duration, is_network};
pub(crate) use path::{Path, Step};
pub(crate) use structure::short;
pub(crate) use values::listed;

/// What sort of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// A field that the kind does not have.
    UnknownField,
    /// A value of another type.
    Type,
    /// A field that must be there is not.
    Missing,
    /// A value that is not allowed.
    Value,
    /// Items of a list that are the same.
    Twice,
    /// A rule of the kind's definition does not hold.
    Rule,
}

/// Something that the server would refuse.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// What sort it is.
    pub sort: Sort,
    /// The field, as `spec.containers[0].name`.
    pub path: String,
    /// Where the value was written.
    pub at: Mark,
    /// What is wrong with the field; begins with a verb or "is", so that the field can stand in front of it.
    pub message: String,
    /// The way out.
    pub help: String,
}

/// What is kept from one object to the next: patterns, rules and default values that were read already.
#[derive(Default)]
pub struct Checker {
    patterns: patterns::Patterns,
    programs: cel::Programs,
    defaults: defaults::Defaults,
    pub(crate) expressions: Expressions,
}

impl Checker {
    /// Rules that could not be evaluated here, each with the reason; what they say is not known.
    pub fn unevaluated(&self) -> Vec<(String, String)> {
        self.programs.unevaluated()
    }
}

/// Faults on their way, and where the check is.
pub(crate) struct Faults<'a> {
    pub(crate) all: Vec<Fault>,
    pub(crate) path: Path<'a>,
}

impl Faults<'_> {
    pub(crate) fn add(
        &mut self,
        sort: Sort,
        node: &Node,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let (message, help) = (message.into(), help.into());
        self.all.push(Fault { sort, path: self.path.to_string(), at: node.at, message, help });
    }
}

/// Everything about an object that the server would refuse if it were created by server-side apply.
pub fn check(object: &Node, kind: &Kind<'_>, checker: &mut Checker) -> Vec<Fault> {
    let defaulted;
    let object = if kind.known.is_custom {
        match checker.defaults.apply(object, kind) {
            Some(whole) => {
                defaulted = whole;
                &defaulted
            }
            None => object,
        }
    } else {
        object
    };
    let mut faults = Faults { all: Vec::new(), path: Path::default() };
    structure::check(object, kind, checker, &mut faults);
    metadata::check(object, kind, &mut faults);
    // The server reads a definition before it looks into it.
    if definition::is_definition(object) && !faults.all.iter().any(|fault| fault.sort == Sort::Type) {
        definitions::check(object, checker, &mut faults);
    }
    // Rules see values of the types that they expect; the server does not ask them before.
    if kind.known.is_custom && faults.all.is_empty() {
        cel::check(object, kind, checker, &mut faults);
    }
    faults.all.sort_by(|a, b| (&a.path, a.sort).cmp(&(&b.path, b.sort)));
    faults.all.dedup_by(|a, b| a.path == b.path && a.sort == b.sort && a.message == b.message);
    faults.all
}

/// The same of a value of a schema in a definition: a default value, which paths call `default`.
pub(crate) fn value(node: &Node, schema: &Node, with_rules: bool, checker: &mut Checker) -> Vec<Fault> {
    let (table, root) = definition::types_of(schema);
    let known =
        Known { api_version: "".into(), kind: "".into(), is_namespaced: false, is_custom: true, root };
    let kind = Kind { known: &known, table: &table };
    let mut faults = Faults { all: Vec::new(), path: Path(vec![Step::Field("default")]) };
    structure::default(node, &kind, checker, &mut faults);
    if faults.all.is_empty() && with_rules {
        cel::check(node, &kind, checker, &mut faults);
    }
    faults.all
}
