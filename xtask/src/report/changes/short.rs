//! A line for each field: for `grep`.

use flux::diff::{Change, ChangeKind, Diff, FieldChange};
use serde_json::Value;

use super::words::{Look, look};
use crate::report::findings::human::Style;

/// `KIND NAMESPACE/NAME: added`, `KIND NAMESPACE/NAME PATH: BEFORE -> AFTER`, and the like.
pub fn lines(diff: &Diff) -> Vec<String> {
    let of_change = diff.changes.iter().flat_map(|change| {
        let whole = whole(change).map(|said| format!("{}: {said}", change.object));
        whole.into_iter().chain(change.fields.iter().map(|field| of_field(change, field)))
    });
    let faults = diff.faults.iter().map(|fault| match (&fault.before, &fault.after) {
        (_, Some(now)) => format!("{}: fails: {}", fault.owner, now.message),
        (Some(then), None) => format!("{}: no longer fails: {}", fault.owner, then.message),
        (None, None) => fault.owner.to_string(),
    });
    let waiting = diff.waiting.iter().map(ToString::to_string);
    of_change.chain(faults).chain(waiting).map(|line| look(&line, Look::Plain, Style::Plain)).collect()
}

/// What happened to all of the object.
fn whole(change: &Change) -> Option<String> {
    match (change.kind, &change.former_name, &change.former_owner) {
        (ChangeKind::Added, ..) => Some(format!("added by {}", change.owner)),
        (ChangeKind::Removed, ..) => Some(format!("removed from {}", change.owner)),
        (_, Some(name), _) => Some(format!("renamed from {name}")),
        (_, _, Some(owner)) => Some(format!("moved from {owner} to {}", change.owner)),
        _ => None,
    }
}

fn of_field(change: &Change, field: &FieldChange) -> String {
    let text = |value: &Option<Value>| match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let (before, after) = (text(&field.before), text(&field.after));
    format!("{} {}: {before} -> {after}", change.object, field.path)
}
