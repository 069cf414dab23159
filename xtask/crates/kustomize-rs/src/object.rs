//! One object of a build: its document, its former ids, and where it came from.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::fault::{Result, fault};
use crate::id::{Gvk, Id, effective_namespace};
use crate::kustomization::record::{Entry, Pairs};
use crate::path::split_brackets;
use crate::replace::lookup;
use crate::schema::Schema;
use crate::shared;
use crate::yaml::node::{Mark, Node, Scalar, Shared, Value};
use crate::yaml::read::twice_here;

/// A former name, namespace and kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Former {
    pub(crate) name: SmolStr,
    pub(crate) namespace: SmolStr,
    pub(crate) kind: SmolStr,
}

/// What a generated object does to one that is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behavior {
    Create,
    Merge,
    Replace,
}

/// A Kubernetes object on its way through a build.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The document; where each value was written is in its marks.
    pub node: Node,
    /// Number of the way to the folder that lists or generates it.
    pub(crate) entered: u32,
    pub(crate) former: Vec<Former>,
    pub(crate) prefixes: Vec<String>,
    pub(crate) suffixes: Vec<String>,
    pub(crate) behavior: Behavior,
    pub(crate) needs_hash: bool,
    pub(crate) variables: Vec<String>,
    pub(crate) may_change_name: bool,
    pub(crate) may_change_kind: bool,
    /// Did a patch with a key that is there twice go into it?
    pub(crate) may_repeat: bool,
    /// Was an id noted of which a part is empty? The original then counts fewer names than namespaces.
    pub(crate) has_uneven_notes: bool,
    /// Did a generator make it?
    pub(crate) is_generated: bool,
    pub(crate) schema: Arc<Schema>,
    /// The last number of its shared scalars.
    pub(crate) shared: Shared,
}

impl Object {
    pub(crate) fn new(node: Node, schema: &Arc<Schema>) -> Self {
        Object {
            node,
            entered: 0,
            former: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            behavior: Behavior::Create,
            needs_hash: false,
            variables: Vec::new(),
            may_change_name: false,
            may_change_kind: false,
            may_repeat: false,
            has_uneven_notes: false,
            is_generated: false,
            schema: Arc::clone(schema),
            shared: Shared::default(),
        }
    }

    /// Makes the mapping of annotations if the original keeps notes about the object in it.
    pub(crate) fn make_room_for_notes(&mut self) {
        if !self.former.is_empty() || self.needs_hash || self.is_generated {
            self.node.map_at("metadata").map_at("annotations");
        }
    }

    /// What the original notes about the object in its annotations is lost with them: its former ids, what was put before and
    /// behind its name, and that its name wants a hash.
    pub(crate) fn lose_notes(&mut self) {
        self.former.clear();
        self.prefixes.clear();
        self.suffixes.clear();
        self.needs_hash = false;
        self.is_generated = false;
        self.has_uneven_notes = false;
        (self.may_change_name, self.may_change_kind) = (false, false);
    }

    /// `kind`, or nothing.
    pub fn kind(&self) -> &str {
        self.node.get("kind").map_or("", Node::as_text)
    }

    /// `apiVersion`, or nothing.
    pub fn api_version(&self) -> &str {
        self.node.get("apiVersion").map_or("", Node::as_text)
    }

    /// `metadata.name`, or nothing.
    pub fn name(&self) -> &str {
        self.meta("name")
    }

    /// `metadata.namespace`, or nothing.
    pub fn namespace(&self) -> &str {
        self.meta("namespace")
    }

    fn meta(&self, field: &str) -> &str {
        self.node.get("metadata").and_then(|m| m.get(field)).map_or("", Node::value_text)
    }

    /// As `meta`; a long text is shared, not copied.
    pub(crate) fn meta_text(&self, field: &str) -> SmolStr {
        let node = self.node.get("metadata").and_then(|m| m.get(field)).filter(|node| !node.is_null());
        node.and_then(Node::scalar).map(|scalar| scalar.text.clone()).unwrap_or_default()
    }

    /// The value of a field: see [`field`].
    pub fn field(&self, path: &str) -> Option<&Node> {
        field(&self.node, path)
    }

    /// Group, version and kind.
    pub fn gvk(&self) -> Gvk {
        Gvk::new(self.api_version(), self.kind())
    }

    /// Is the kind known to have no namespace?
    pub fn is_cluster_scoped(&self) -> bool {
        self.schema.is_cluster_scoped(self.api_version(), self.kind())
    }

    /// The namespace that it is compared by.
    pub(crate) fn effective_namespace(&self) -> &str {
        effective_namespace(self.namespace(), self.is_cluster_scoped())
    }

    /// The id under which it is known now.
    pub fn id(&self) -> Id {
        Id {
            gvk: self.gvk(),
            name: self.meta_text("name"),
            namespace: self.meta_text("namespace"),
            is_cluster_scoped: self.is_cluster_scoped(),
        }
    }

    pub(crate) fn former_id(&self, former: &Former) -> Id {
        Id {
            gvk: Gvk { kind: former.kind.clone(), ..self.gvk() },
            name: former.name.clone(),
            namespace: former.namespace.clone(),
            is_cluster_scoped: false,
        }
    }

    /// All former ids, the oldest first, then the present one.
    pub(crate) fn all_ids(&self) -> Vec<Id> {
        let former = self.former.iter().map(|f| self.former_id(f));
        former.chain(std::iter::once(self.id())).collect()
    }

    /// The id under which it came into the build.
    pub(crate) fn original_id(&self) -> Id {
        self.former.first().map_or_else(|| self.id(), |f| self.former_id(f))
    }

    /// Name and effective namespace under which it came into the build.
    pub(crate) fn original_name(&self) -> &str {
        self.former.first().map_or_else(|| self.name(), |f| &f.name)
    }

    pub(crate) fn original_namespace(&self) -> &str {
        match self.former.first() {
            Some(former) => effective_namespace(&former.namespace, false),
            None => self.effective_namespace(),
        }
    }

    /// Remembers the present id, because a new one is about to be set.
    pub(crate) fn store_id(&mut self) {
        let (name, kind) = (self.meta_text("name"), SmolStr::new(self.kind()));
        if name.is_empty() || kind.is_empty() {
            // `appendCsvAnnotation` notes no empty text.
            self.has_uneven_notes = true;
            return;
        }
        let namespace = self.effective_namespace().into();
        self.former.push(Former { name, namespace, kind });
        // kustomize keeps former ids in annotations, and writes all of them anew.
        if self.may_repeat {
            self.settle_annotations();
        }
        if self.shared.number() > 0
            && let Some(annotations) = self.node.get_mut("metadata").and_then(|m| m.get_mut("annotations"))
        {
            shared::part(annotations);
        }
    }

    /// Where `metadata.FIELD` was set; the object's own place if it is missing.
    pub(crate) fn meta_at(&self, field: &str) -> Mark {
        self.node.get("metadata").and_then(|m| m.get(field)).map_or(self.node.at, |n| n.at)
    }

    /// Sets `metadata.name`.
    pub(crate) fn set_name(&mut self, name: &str, at: Mark) {
        self.node.map_at("metadata").set("name", Node::from(Scalar::unset(name)).at(at));
    }

    /// Sets `metadata.namespace`, or removes it.
    pub(crate) fn set_namespace(&mut self, namespace: &str, at: Mark) {
        if !namespace.is_empty() {
            self.node.map_at("metadata").set("namespace", Node::from(Scalar::unset(namespace)).at(at));
        } else if let Some(meta) = self.node.get_mut("metadata") {
            meta.remove("namespace");
        }
    }

    /// The keys and texts of `metadata.FIELD`.
    pub(crate) fn meta_map(&self, field: &str) -> BTreeMap<String, String> {
        let map = self.node.get("metadata").and_then(|m| m.get(field));
        map.map(texts).unwrap_or_default()
    }

    /// The keys of `metadata.FIELD` with their texts and places.
    pub(crate) fn meta_pairs(&self, field: &str) -> Pairs {
        let map = self.node.get("metadata").and_then(|m| m.get(field));
        map.map(pairs).unwrap_or_default()
    }

    /// Writes `metadata.FIELD` anew; an empty map removes it.
    pub(crate) fn set_meta_map(&mut self, field: &str, map: &Pairs) {
        set_pairs(self.node.map_at("metadata"), field, map);
    }

    /// Refuses notes in which there are not as many names as namespaces and kinds (`PrevIds`).
    pub(crate) fn check_notes(&self) -> Result<()> {
        // Where no name was ever noted the original looks no further.
        if !self.has_uneven_notes || self.former.is_empty() {
            return Ok(());
        }
        let message = "a transformer met this object while it had no name or no kind";
        Err(fault("kustomize/notes", self.node.at, message).with_help("give it both before that"))
    }

    /// Refuses a key that is there twice. kustomize does so where it makes JSON of an object: what was read keeps both, and
    /// merging into a mapping takes the first alone.
    pub(crate) fn check_repeated(&self) -> Result<()> {
        // Objects without such a patch are not looked through.
        match self.may_repeat.then(|| self.node.repeated()).flatten() {
            Some((field, first)) => Err(twice_here(&field.key, field.at, first)),
            None => Ok(()),
        }
    }

    /// Is there nothing left of it?
    pub(crate) fn is_gone(&self) -> bool {
        self.node.is_empty()
    }

    /// Makes the texts of all annotations texts, as kustomize leaves them; an empty map goes.
    pub(crate) fn settle_annotations(&mut self) {
        let is_settled = self.node.get("metadata").and_then(|m| m.get("annotations")).is_none();
        if is_settled && self.node.get("metadata").is_some_and(|m| matches!(m.value, Value::Map(_))) {
            return;
        }
        let map = self.meta_pairs("annotations");
        self.set_meta_map("annotations", &map);
    }
}

/// The value in a document at a path as `replacements` write it, `spec.ports.[name=http].port` or `spec.ports.0.port`.
pub fn field<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    lookup(node, &split_brackets(path)).ok().flatten()
}

/// The keys of a mapping with the texts and places of their values.
pub(crate) fn pairs(map: &Node) -> Pairs {
    let entry = |node: &Node| Entry { text: node.as_text().to_owned(), at: node.at };
    map.fields().iter().map(|f| (f.key.to_string(), entry(&f.value))).collect()
}

/// Writes a mapping to texts anew; an empty one is removed.
pub(crate) fn set_pairs(node: &mut Node, field: &str, map: &Pairs) {
    let old = node.remove(field).map(|old| old.at);
    let Some(first) = map.values().next() else { return };
    let mut new = Node::map().at(old.unwrap_or(first.at));
    new.set_all(map.iter().map(|(key, Entry { text, at })| (key, Node::text(text.as_str()).at(*at))));
    node.set(field, new);
}

/// The keys of a mapping with the texts of their values.
pub(crate) fn texts(map: &Node) -> BTreeMap<String, String> {
    map.fields().iter().map(|f| (f.key.to_string(), f.value.as_text().to_owned())).collect()
}
