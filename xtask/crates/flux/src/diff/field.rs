//! Two objects, field by field.

use std::collections::{BTreeSet, HashMap};

use kustomize_rs::KnownType;
use kustomize_rs::yaml::json::read_as_json;
use serde_json::{Map, Value};

use super::path::{FieldPath, Segment};
use super::{FieldChange, FieldKind, items, quantity, seal};

/// What is known about the two objects.
pub(super) struct Setting<'s> {
    /// Kind of both.
    pub(super) kind: String,
    /// Group of the API of the one after.
    pub(super) group: String,
    /// Names with a hash that changed, before and after.
    pub(super) renamed: &'s HashMap<String, String>,
    /// Do only releases read it, as values? Then how its texts are written is nothing to anybody.
    pub(super) is_values: bool,
}

/// The walk through two objects.
pub(super) struct Fields<'s> {
    pub(super) setting: &'s Setting<'s>,
    pub(super) path: Vec<Segment>,
    pub(super) changes: Vec<FieldChange>,
    /// Former names that something referred to, and now refers to the new one.
    pub(super) followed: BTreeSet<String>,
}

/// What is different between two objects, and the renamed names that were followed.
pub(super) fn compare(
    before: &Value,
    after: &Value,
    setting: &Setting<'_>,
) -> (Vec<FieldChange>, BTreeSet<String>) {
    let mut fields = Fields { setting, path: Vec::new(), changes: Vec::new(), followed: BTreeSet::new() };
    let text = |field: &str| after.get(field).and_then(Value::as_str).unwrap_or_default();
    let of = KnownType::of_kind(text("apiVersion"), text("kind"));
    fields.values(before, after, of);
    (fields.changes, fields.followed)
}

impl Fields<'_> {
    /// Two values at the same place.
    pub(super) fn values(&mut self, before: &Value, after: &Value, of: Option<KnownType>) {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => self.maps(before, after, of),
            (Value::Array(before), Value::Array(after)) => items::lists(self, before, after, of),
            (Value::String(before), Value::String(after)) => self.texts(before, after),
            _ if self.is_same_scalar(before, after) => {}
            _ => self.note(FieldKind::Changed, Some(before), Some(after)),
        }
    }

    fn maps(&mut self, before: &Map<String, Value>, after: &Map<String, Value>, of: Option<KnownType>) {
        for (key, value) in before {
            let Some(new) = after.get(key) else {
                self.below(Segment::Key(key.clone()), |fields| fields.gone(value));
                continue;
            };
            let of = of.and_then(|of| of.field(key));
            self.below(Segment::Key(key.clone()), |fields| match (value.is_null(), new.is_null()) {
                (true, true) => {}
                (true, false) => fields.come(new),
                (false, true) => fields.gone(value),
                (false, false) => fields.values(value, new, of),
            });
        }
        for (key, value) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
            self.below(Segment::Key(key.clone()), |fields| fields.come(value));
        }
    }

    fn texts(&mut self, before: &str, after: &str) {
        if before == after || self.is_same_quantity(before, after) {
            return;
        }
        if self.setting.renamed.get(before).is_some_and(|new| new == after) {
            self.followed.insert(before.to_owned());
            return;
        }
        let (old, new) = (Value::from(before), Value::from(after));
        if !(self.may_hold_yaml() && self.documents(before, after)) {
            self.note(FieldKind::Changed, Some(&old), Some(&new));
        }
    }

    /// Two texts read as YAML; false if that says nothing about them.
    fn documents(&mut self, before: &str, after: &str) -> bool {
        let read = |text: &str| {
            let node = read_as_json(text, "text", kustomize_rs::Limits::default()).ok()?;
            Some(crate::render::value(&node)).filter(|value| value.is_object() || value.is_array())
        };
        let (Some(old), Some(new)) = (read(before), read(after)) else { return false };
        let count = self.changes.len();
        self.below(Segment::Inside, |fields| fields.values(&old, &new, None));
        if self.changes.len() == count && !self.setting.is_values {
            self.note(FieldKind::Reformatted, Some(&Value::from(before)), Some(&Value::from(after)));
        }
        true
    }

    /// The texts of a ConfigMap may.
    fn may_hold_yaml(&self) -> bool {
        self.setting.kind == "ConfigMap"
            && matches!(&self.path[..], [Segment::Key(data), Segment::Key(_)] if data == "data")
    }

    fn is_same_scalar(&self, before: &Value, after: &Value) -> bool {
        match (before, after) {
            (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
            (Value::Number(a), Value::String(b)) | (Value::String(b), Value::Number(a)) => {
                self.is_same_quantity(&a.to_string(), b)
            }
            (a, b) => a == b,
        }
    }

    /// Is it the same quantity, where Kubernetes reads one?
    fn is_same_quantity(&self, before: &str, after: &str) -> bool {
        let [.., Segment::Key(resources), Segment::Key(sort), Segment::Key(_)] = &self.path[..] else {
            return false;
        };
        let is_quantity = resources == "resources" && matches!(sort.as_str(), "limits" | "requests");
        is_quantity && items::is_built_in(&self.setting.group) && quantity::are_same(before, after)
    }

    /// Goes one step further.
    pub(super) fn below<T>(&mut self, segment: Segment, act: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(segment);
        let done = act(self);
        self.path.pop();
        done
    }

    /// What is here is new.
    pub(super) fn come(&mut self, value: &Value) {
        if !value.is_null() {
            self.note(FieldKind::Added, None, Some(value));
        }
    }

    /// What was here is gone.
    pub(super) fn gone(&mut self, value: &Value) {
        if !value.is_null() {
            self.note(FieldKind::Removed, Some(value), None);
        }
    }

    /// Notes a change at this place.
    pub(super) fn note(&mut self, kind: FieldKind, before: Option<&Value>, after: Option<&Value>) {
        let is_secret = [before, after].into_iter().flatten().any(seal::holds_one)
            || self.path.iter().any(|segment| seal::shown_segment(segment) != *segment);
        self.changes.push(FieldChange {
            kind,
            path: FieldPath::new(self.path.iter().map(seal::shown_segment).collect::<Vec<_>>()),
            before: before.map(seal::hidden),
            after: after.map(seal::hidden),
            is_secret,
        });
    }
}
