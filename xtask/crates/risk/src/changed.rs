//! An object that changed, and reading values of it.

use flux::diff::{Change, ChangeKind, FieldKind, FieldPath, Segment};
use serde_json::Value;

use crate::fate::{Fate, fate};
use crate::shown::shown;
use crate::subject::{HELM, KUSTOMIZE, Subject};

static NOTHING: Value = Value::Null;

/// An object that changed; null where it is not there.
#[derive(Debug, Clone, Copy)]
pub struct Changed<'s> {
    /// The change.
    pub(crate) change: &'s Change,
    /// What it is part of.
    pub(crate) subject: &'s Subject<'s>,
    /// As it was.
    pub(crate) before: &'s Value,
    /// As it is.
    pub(crate) after: &'s Value,
}

/// A field before and after.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Two<'s> {
    /// As it was; null if it was not there.
    pub(crate) before: &'s Value,
    /// As it is; null if it is gone.
    pub(crate) after: &'s Value,
}

impl std::fmt::Display for Two<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} → {}", shown(self.before), shown(self.after))
    }
}

impl<'s> Changed<'s> {
    pub(crate) fn of(subject: &'s Subject<'s>, change: &'s Change) -> Self {
        let side = |object: &'s Option<_>| object.as_deref().unwrap_or(&NOTHING);
        Changed { change, subject, before: side(&change.before), after: side(&change.after) }
    }

    /// Is it of that group and kind?
    pub(crate) fn is(&self, group: &str, kind: &str) -> bool {
        self.change.object.group == group && self.change.object.kind == kind
    }

    /// Is it of one of these groups and kinds?
    pub(crate) fn is_one_of(&self, kinds: &[(&str, &str)]) -> bool {
        kinds.iter().any(|(group, kind)| self.is(group, kind))
    }

    /// Is it a Kustomization or HelmRelease of Flux?
    pub(crate) fn is_flux(&self) -> bool {
        self.is(KUSTOMIZE, "Kustomization") || self.is(HELM, "HelmRelease")
    }

    /// Was it there, and is it still?
    pub(crate) fn stays(&self) -> bool {
        !self.before.is_null() && !self.after.is_null()
    }

    /// Is it gone from what is made, whatever happens to it in the cluster?
    pub(crate) fn is_gone(&self) -> bool {
        self.change.kind == ChangeKind::Removed
    }

    /// What happens to it, if it is gone.
    pub(crate) fn fate(&self) -> Option<Fate> {
        self.is_gone().then(|| fate(self.subject.diff, &self.subject.owners, self.change))
    }

    /// Is it deleted in the cluster?
    pub(crate) fn is_deleted(&self) -> bool {
        self.fate() == Some(Fate::Deleted)
    }

    /// Does it go with its namespace or with the definition of its kind, which is told already?
    pub(crate) fn goes_with_all(&self) -> bool {
        let object = &self.change.object;
        self.is_gone()
            && (self.subject.deleted_namespaces.contains(object.namespace.as_str())
                || self.subject.deleted_kinds.contains(&(object.group.as_str(), object.kind.as_str())))
    }

    /// Does it go with its owner, namespace or kind? Then what does not answer any more is told with that.
    pub(crate) fn goes_with_more(&self) -> bool {
        let owner_goes = || self.subject.diff.owner(&self.change.owner).is_some_and(|o| o.after.is_none());
        self.goes_with_all() || (self.is_gone() && owner_goes())
    }

    /// Is it deleted by itself, and not with something that is told?
    pub(crate) fn is_deleted_alone(&self) -> bool {
        self.is_deleted() && !self.goes_with_more()
    }

    /// A field that is not what it was, of an object that was there and still is; keys are separated by dots.
    pub(crate) fn differs(&self, keys: &str) -> Option<Two<'s>> {
        let two = self.two(keys);
        (self.stays() && two.before != two.after && self.touches(keys)).then_some(two)
    }

    /// A field before and after.
    pub(crate) fn two(&self, keys: &str) -> Two<'s> {
        Two { before: at(self.before, keys), after: at(self.after, keys) }
    }

    /// An annotation before and after; empty if it is not there.
    pub(crate) fn annotations(&self, key: &str) -> (&'s str, &'s str) {
        (annotation(self.before, key), annotation(self.after, key))
    }

    /// Is something different there, or above, or below?
    pub(crate) fn touches(&self, keys: &str) -> bool {
        let is_real = |kind| !matches!(kind, FieldKind::Reordered | FieldKind::Reformatted);
        self.change.fields.iter().filter(|field| is_real(field.kind)).any(|field| {
            let mut wanted = keys.split('.');
            field.path.keys().zip(&mut wanted).all(|(a, b)| a == b)
        })
    }
}

/// What is at that place; null if nothing is. Keys are separated by dots.
pub(crate) fn at<'v>(value: &'v Value, keys: &str) -> &'v Value {
    keys.split('.').fold(value, |value, key| value.get(key).unwrap_or(&NOTHING))
}

/// The text at that place; empty if there is none.
pub(crate) fn text<'v>(value: &'v Value, keys: &str) -> &'v str {
    at(value, keys).as_str().unwrap_or_default()
}

/// The items of a list; none if it is none.
pub(crate) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The texts of a list.
pub(crate) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    items(value).iter().filter_map(Value::as_str)
}

/// The entries of a mapping.
pub(crate) fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// An annotation; empty if it is not there.
pub(crate) fn annotation<'v>(object: &'v Value, key: &str) -> &'v str {
    at(object, "metadata.annotations").get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A label; empty if it is not there.
pub(crate) fn label<'v>(object: &'v Value, key: &str) -> &'v str {
    at(object, "metadata.labels").get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The way of these keys, separated by dots.
pub(crate) fn path(keys: &str) -> FieldPath {
    FieldPath::new(keys.split('.').map(|key| Segment::Key(key.to_owned())).collect::<Vec<_>>())
}

/// The way to an annotation.
pub(crate) fn annotation_path(key: &str) -> FieldPath {
    let keys = ["metadata", "annotations", key];
    FieldPath::new(keys.map(|key| Segment::Key(key.to_owned())))
}
