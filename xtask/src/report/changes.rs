//! How what is different is printed; one file a form.

use std::fmt;

use flux::diff::{Change, ChangeKind, Diff};
use serde::Serialize;
use serde_json::{Value, json};

#[cfg(test)]
mod fixture;
mod groups;
pub mod html;
pub mod human;
mod hunks;
pub mod markdown;
pub mod page;
pub mod risks;
pub mod short;
mod words;

/// How much is different.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Objects that are new.
    pub added: usize,
    /// Objects that are gone.
    pub removed: usize,
    /// Objects that changed, or moved to another owner.
    pub changed: usize,
    /// Objects that have another hash in their names.
    pub renamed: usize,
    /// Owners that fail on one side only, or in another way.
    pub faults: usize,
}

impl Summary {
    /// Of this.
    pub fn of(diff: &Diff) -> Self {
        let count = |kind| diff.changes.iter().filter(|change| change.kind == kind).count();
        Summary {
            added: count(ChangeKind::Added),
            removed: count(ChangeKind::Removed),
            changed: count(ChangeKind::Changed),
            renamed: count(ChangeKind::Renamed),
            faults: diff.faults.len(),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { added, removed, changed, renamed, faults } = *self;
        let counts = [(added, "added"), (removed, "removed"), (changed, "changed"), (renamed, "renamed")];
        let mut said: Vec<String> =
            counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        if faults > 0 {
            said.push(format!("{faults} that cannot be rendered on one side, or fail in another way"));
        }
        f.write_str(&said.join(", "))
    }
}

/// Adds what is different to a JSON document.
pub fn add_to(document: &mut Value, diff: &Diff, is_full: bool) {
    let changes: Vec<Value> = diff.changes.iter().map(|change| object(change, is_full)).collect();
    document["owners"] = json!(diff.owners);
    document["changes"] = json!(changes);
    document["faults"] = json!(diff.faults);
    document["unseen"] = json!(diff.unseen);
}

/// A change as JSON, with the whole objects if those are wanted.
pub fn object(change: &Change, is_full: bool) -> Value {
    let mut value = json!(change);
    if is_full {
        value["before"] = json!(change.before.as_deref());
        value["after"] = json!(change.after.as_deref());
    }
    value
}
