//! What may go wrong when a change arrives in a cluster, with the reason and what to do first.
//!
//! A rule looks at what is different between two renderings ([`flux::diff::Diff`]): objects as they were and will be, who makes them,
//! and what happens to those that nobody makes any more. Each rule is a file with its documentation, a change that it speaks on and a
//! harmless twin of it.
//!
//! Pure: a difference comes in, risks go out. No secret is in them, for none is in the difference.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod address;
mod amount;
mod catalogue;
mod changed;
mod fate;
mod image;
mod pods;
mod rights;
mod routes;
mod rule;
mod rules;
mod shown;
mod subject;
#[cfg(test)]
mod tests;
mod version;

use flux::diff::{Diff, FieldPath, Identity, OwnerKey};
use flux::graph::Graph;
use serde::Serialize;

pub use catalogue::catalogue;
pub use rule::{Check, Example, Found, Rule};
pub use rules::RULES;
pub use subject::Subject;

/// One thing that may go wrong. They sort with the most dangerous first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Risk {
    /// How bad it is.
    pub severity: Severity,
    /// What it threatens.
    pub class: Class,
    /// The code of the rule, `family/what`, stable.
    pub code: &'static str,
    /// The object; none for the folder where Flux begins.
    pub object: Option<Identity>,
    /// The field that decides it; empty for the object as a whole.
    pub path: FieldPath,
    /// Who makes the object, or made it.
    pub owner: OwnerKey,
    /// What happens, with what was and what will be.
    pub reason: String,
    /// What to do before the change goes on its way.
    pub first: String,
}

/// How bad a risk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Do not let it go without having done something first.
    Danger,
    /// Know what you do.
    Caution,
    /// Good to know.
    Note,
}

/// What a risk threatens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Class {
    /// Data goes, or cannot be got back any more.
    DataLoss,
    /// Something does not answer for a while, or the change is refused.
    Downtime,
    /// Somebody may do more than before.
    Privilege,
    /// More can be reached, by more people.
    Exposure,
    /// The change, or one after it, does not arrive as it is written.
    UpdateFlow,
}

/// Everything that may go wrong, the most dangerous first; at most one risk for each object and code.
///
/// What waits for something is known only as far as it is in the difference: see [`of_within`].
pub fn of(diff: &Diff) -> Vec<Risk> {
    all(&Subject::new(diff))
}

/// The same with what surrounds the change: who waits for whom, of everything that was and is rendered.
pub fn of_within(diff: &Diff, before: &Graph, after: &Graph) -> Vec<Risk> {
    all(&Subject::new(diff).within(before, after))
}

/// Can a difference have risks that only show with what surrounds it?
pub fn asks_for_surroundings(diff: &Diff) -> bool {
    !diff.faults.is_empty()
        || diff.changes.iter().any(|change| change.object.group.ends_with("toolkit.fluxcd.io"))
}

fn all(subject: &Subject<'_>) -> Vec<Risk> {
    let mut risks: Vec<Risk> = RULES.iter().flat_map(|rule| rule.risks(subject)).collect();
    risks.sort();
    risks
}

/// The rule of a code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Severity; 3] = [Severity::Danger, Severity::Caution, Severity::Note];
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Severity::Danger => "danger",
            Severity::Caution => "caution",
            Severity::Note => "note",
        })
    }
}

impl Class {
    /// All of them, in order.
    pub const ALL: [Class; 5] =
        [Class::DataLoss, Class::Downtime, Class::Privilege, Class::Exposure, Class::UpdateFlow];

    /// What the codes of its rules begin with.
    pub fn family(self) -> &'static str {
        match self {
            Class::DataLoss => "data",
            Class::Downtime => "downtime",
            Class::Privilege => "privilege",
            Class::Exposure => "exposure",
            Class::UpdateFlow => "update",
        }
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Class::DataLoss => "data loss",
            Class::UpdateFlow => "update flow",
            other => other.family(),
        })
    }
}
