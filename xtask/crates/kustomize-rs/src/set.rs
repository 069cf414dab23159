//! The objects of a build in their order, found by id.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use crate::fault::{Result, fault};
use crate::id::{Id, group_version};
use crate::object::{Behavior, Object, pairs, set_pairs};
use crate::yaml::node::{Style, Value};

/// Objects in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct ObjectSet {
    pub(crate) objects: Vec<Object>,
    keys: Keys,
    /// The present ids, while they are known.
    known: Option<HashSet<Key>>,
}

/// What stands for an id in tables: 128 bits of a hash with a key made by chance, so that no two ids have the same, by chance or
/// by will. Tables of ids themselves would be larger than the caches of a processor where there are many objects.
type Key = (u64, u64);

#[derive(Debug, Default)]
struct Keys(RandomState, RandomState);

impl Keys {
    /// The key of an object's present id.
    fn of(&self, object: &Object) -> Key {
        let (group, version) = group_version(object.api_version());
        let id = (group, version, object.kind(), object.effective_namespace(), object.name());
        (self.0.hash_one(id), self.1.hash_one(id))
    }
}

/// Refuses an object that has the id of one before it.
pub(crate) fn unique(code: &'static str, what: &'static str) -> impl FnMut(&mut Object) -> Result<()> {
    let (keys, mut seen) = (Keys::default(), HashSet::new());
    move |object| {
        if seen.insert(keys.of(object)) {
            return Ok(());
        }
        Err(fault(code, object.node.at, format!("{what}: {}", object.id())))
    }
}

/// As [`unique`], said of objects that are added.
pub(crate) fn registered() -> impl FnMut(&mut Object) -> Result<()> {
    unique("kustomize/duplicate-id", "may not add resource with an already registered id")
}

impl ObjectSet {
    /// Forgets the ids, because objects are about to change.
    pub(crate) fn changing(&mut self) -> &mut Vec<Object> {
        self.known = None;
        &mut self.objects
    }

    /// Adds an object whose id is not there yet.
    pub(crate) fn append(&mut self, object: Object) -> Result<()> {
        let ObjectSet { objects, keys, known } = self;
        let known = known.get_or_insert_with(|| objects.iter().map(|object| keys.of(object)).collect());
        if !known.insert(keys.of(&object)) {
            let message = format!("may not add resource with an already registered id: {}", object.id());
            return Err(fault("kustomize/duplicate-id", object.node.at, message));
        }
        self.objects.push(object);
        Ok(())
    }

    pub(crate) fn append_all(&mut self, objects: Vec<Object>) -> Result<()> {
        objects.into_iter().try_for_each(|object| self.append(object))
    }

    /// Changes one object after the other.
    pub(crate) fn each(&mut self, change: impl FnMut(&mut Object) -> Result<()>) -> Result<()> {
        self.changing().iter_mut().try_for_each(change)
    }

    /// Indices of the objects that are or were known under this id.
    pub(crate) fn by_any_id(&self, id: &Id) -> Vec<usize> {
        let matches = |o: &Object| {
            // Names first: they differ most.
            let named = o.name() == id.name || o.former.iter().any(|f| f.name == id.name);
            named && o.all_ids().iter().any(|known| id.equals(known))
        };
        self.objects.iter().enumerate().filter(|(_, o)| !o.is_gone() && matches(o)).map(|(i, _)| i).collect()
    }

    /// Drops objects of which nothing is left.
    pub(crate) fn drop_gone(&mut self) {
        if self.objects.iter().any(Object::is_gone) {
            self.changing().retain(|o| !o.is_gone());
        }
    }

    /// Takes in what a generator made: new objects are added, others merged or replaced as their behavior says.
    pub(crate) fn absorb(&mut self, mut object: Object) -> Result<()> {
        let id = object.id();
        let at = object.node.at;
        let found = self.by_any_id(&id);
        match (found.as_slice(), object.behavior) {
            ([], Behavior::Create) => self.append(object),
            ([], _) => {
                let message = format!("id {id} does not exist; cannot merge or replace");
                Err(fault("kustomize/behavior", at, message))
            }
            ([_], Behavior::Create) => {
                let message = format!("id {id} exists; behavior must be merge or replace");
                Err(fault("kustomize/behavior", at, message))
            }
            ([index], behavior) => {
                let old = &self.objects[*index];
                inherit(&mut object, old);
                if behavior == Behavior::Merge {
                    for field in ["data", "binaryData"] {
                        merge_texts(&mut object, old, field);
                    }
                    crate::metadata::keep_origin(&mut object, old);
                }
                self.changing()[*index] = object;
                Ok(())
            }
            _ => Err(fault(
                "kustomize/behavior",
                at,
                format!("found multiple objects that could accept merge of {id}"),
            )),
        }
    }
}

/// What a generated object takes over from the one that it changes: name, namespace, labels and annotations that it lacks.
fn inherit(object: &mut Object, old: &Object) {
    for field in ["labels", "annotations"] {
        let mut map = old.meta_pairs(field);
        map.extend(object.meta_pairs(field));
        object.set_meta_map(field, &map);
    }
    let (name, namespace) = (old.name().to_owned(), old.namespace().to_owned());
    object.set_name(&name, old.meta_at("name"));
    object.set_namespace(&namespace, old.meta_at("namespace"));
    object.former.clone_from(&old.former);
    object.prefixes.clone_from(&old.prefixes);
    object.suffixes.clone_from(&old.suffixes);
    object.behavior = old.behavior;
    object.entered = old.entered;
    // A hash is wanted if both want it.
    object.needs_hash &= old.needs_hash;
    object.variables.clone_from(&old.variables);
}

fn merge_texts(object: &mut Object, old: &Object, field: &str) {
    let mut map = old.node.get(field).map(pairs).unwrap_or_default();
    map.extend(object.node.get(field).map(pairs).unwrap_or_default());
    set_pairs(&mut object.node, field, &map);
    // Blocks stay blocks, as those of a generator that has nothing to merge.
    let Some(Value::Map(fields)) = object.node.get_mut(field).map(|map| &mut map.value) else { return };
    for field in fields {
        if let Value::Scalar(scalar) = &mut field.value.value
            && scalar.text.contains('\n')
        {
            scalar.style = Style::Literal;
        }
    }
}
