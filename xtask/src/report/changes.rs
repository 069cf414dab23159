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
    /// What fails on one side only, or in another way.
    pub faults: usize,
    /// Owners of a live cluster that change nothing for now.
    pub waiting: usize,
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
            waiting: diff.waiting.len(),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { added, removed, changed, renamed, faults, waiting } = *self;
        let counts = [(added, "added"), (removed, "removed"), (changed, "changed"), (renamed, "renamed")];
        let mut said: Vec<String> =
            counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        if faults > 0 {
            said.push(format!("{faults} {}", if faults == 1 { "fault" } else { "faults" }));
        }
        if waiting > 0 {
            said.push(format!("{waiting} waiting"));
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
    if !diff.waiting.is_empty() {
        document["waiting"] = json!(diff.waiting);
    }
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

#[cfg(test)]
mod tests {
    use flux::diff::{Diff, OwnerKey, OwnerKind, Waiting, Why};

    use super::fixture::page;
    use super::human::{Form, human};
    use crate::report::findings::human::Style;

    #[test]
    fn every_form_says_who_changes_nothing_for_now() {
        let owner = |name: &str| OwnerKey::new(OwnerKind::Kustomization, "ns", name);
        let waiting = Waiting { owner: owner("two"), changes: 1, why: Why::Waits(owner("one")) };
        let diff = Diff { waiting: vec![waiting], ..Diff::default() };
        let page = page("example", &diff, &[]);
        let forms = [
            human(&diff, Form { style: Style::Plain, is_full: false }),
            super::short::lines(&diff).concat(),
            super::markdown::markdown(&page),
            super::html::html(&page),
        ];
        for form in forms {
            let form = form.replace("&#58;", ":");
            assert!(form.contains("1 change for later: it waits for Kustomization ns/one"), "{form}");
        }
    }
}
