//! All kinds that are known.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use kustomize_rs::yaml::node::{Mark, Node};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use yamltree::nearest::nearest;

use crate::check::{Fault, Sort, listed, names};
use crate::definition::{self, kinds};
use crate::types::{Table, TypeId};

/// What the form begins with; the number grows with every change of the types.
const MARK: &[u8] = b"oas-schemas 1\n";

/// The kinds of a group and version, and the types that they share.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Group {
    /// The types.
    pub table: Table,
    /// The kinds.
    pub kinds: Vec<Known>,
}

/// A kind of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// As objects have it.
    pub api_version: SmolStr,
    /// The kind.
    pub kind: SmolStr,
    /// Are its objects in namespaces?
    pub is_namespaced: bool,
    /// Is it from a definition?
    pub is_custom: bool,
    /// The type of its objects.
    pub root: TypeId,
}

/// What lies in front of the groups: where which begins.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Index {
    version: String,
    groups: Vec<(Vec<Known>, usize)>,
    /// Kinds of versions that a definition names and the server does not answer for.
    unserved: Vec<(SmolStr, SmolStr)>,
}

/// All kinds that are known. Types are read when the first object of their group is met.
#[derive(Debug, Default)]
pub struct Schemas {
    version: String,
    groups: Vec<Lazy>,
    kinds: HashMap<(SmolStr, SmolStr), (usize, usize)>,
    unserved: Vec<(SmolStr, SmolStr)>,
    /// Groups of which every kind is known: those that came with a version of Kubernetes.
    whole: BTreeSet<String>,
}

#[derive(Debug)]
struct Lazy {
    bytes: Vec<u8>,
    kinds: Vec<Known>,
    table: OnceLock<Option<Table>>,
}

/// A kind that is known, with its types.
#[derive(Debug, Clone, Copy)]
pub struct Kind<'s> {
    /// What it is.
    pub known: &'s Known,
    /// Its types.
    pub table: &'s Table,
}

/// What is known about an API version and kind.
#[derive(Debug, Clone, Copy)]
pub enum Lookup<'s> {
    /// The kind.
    Known(Kind<'s>),
    /// The group is known, and has no such version or kind; or no group and version can be called so.
    Missing,
    /// Nothing.
    Unknown,
}

/// Can a definition bring this API version? Group and version are then names as `validateCustomResourceDefinitionSpec` has them
/// (apiextensions-apiserver, pkg/apis/apiextensions/validation).
fn is_possible(api_version: &str) -> bool {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    (group.is_empty() || names::is_subdomain(group)) && names::is_service_label(version)
}

/// The bytes are not what this version of the tool wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

impl Schemas {
    /// Kinds of groups.
    pub fn of(version: &str, groups: Vec<Group>) -> Self {
        let mut all = Schemas { version: version.to_owned(), ..Schemas::default() };
        groups.into_iter().for_each(|group| all.add(group));
        all.all_are_whole();
        all
    }

    fn all_are_whole(&mut self) {
        if !self.version.is_empty() {
            self.whole = self.kinds.keys().map(|(version, _)| group(version).to_owned()).collect();
        }
    }

    /// The version of Kubernetes that the built-in kinds are of; empty if there are none.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How many kinds are known.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Is none known?
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Adds kinds; those that were there already are replaced.
    pub fn add(&mut self, group: Group) {
        let number = self.groups.len();
        for (index, known) in group.kinds.iter().enumerate() {
            self.kinds.insert((known.api_version.clone(), known.kind.clone()), (number, index));
        }
        self.groups.push(Lazy { bytes: Vec::new(), kinds: group.kinds, table: Some(group.table).into() });
    }

    /// Adds the kinds of CustomResourceDefinitions; what is no definition is passed over.
    pub fn add_definitions<'d>(&mut self, objects: impl Iterator<Item = &'d Node>) {
        for object in objects.filter(|object| definition::is_definition(object)) {
            for defined in kinds(object) {
                let api_version = SmolStr::from(format!("{}/{}", defined.group, defined.version));
                if !defined.is_served {
                    self.unserved.push((api_version, defined.kind.into()));
                    continue;
                }
                let (table, root) = defined.types();
                let known = Known {
                    api_version,
                    kind: defined.kind.into(),
                    is_namespaced: defined.is_namespaced,
                    is_custom: true,
                    root,
                };
                self.add(Group { table, kinds: vec![known] });
            }
        }
    }

    /// Adds everything that others know; it replaces what was there already.
    pub fn join(&mut self, others: Schemas) {
        let first = self.groups.len();
        self.groups.extend(others.groups);
        self.kinds
            .extend(others.kinds.into_iter().map(|(key, (group, index))| (key, (first + group, index))));
        self.unserved.extend(others.unserved);
        self.whole.extend(others.whole);
    }

    /// The fault of an object whose group is known and whose version or kind is not.
    pub fn missing(&self, api_version: &str, kind: &str, at: Mark) -> Fault {
        let versions = self.versions_of(kind);
        let near = nearest(kind, self.kinds_of(api_version));
        let help = match (versions.as_slice(), near) {
            ([], Some(near)) => format!("did you mean the kind `{near}`?"),
            ([], None) => "look for the kind in the documentation of its API".to_owned(),
            (versions, _) => format!("write {}", listed(versions)),
        };
        let message = format!("has no kind `{kind}`: `{api_version}` is not served");
        Fault { sort: Sort::Value, path: "apiVersion".to_owned(), at, message, help }
    }

    /// What is known about an API version and kind.
    pub fn get(&self, api_version: &str, kind: &str) -> Lookup<'_> {
        let key = (SmolStr::from(api_version), SmolStr::from(kind));
        if let Some((group, index)) = self.kinds.get(&key) {
            let found = self
                .groups
                .get(*group)
                .and_then(|lazy| Some(Kind { known: lazy.kinds.get(*index)?, table: lazy.table()? }));
            return found.map_or(Lookup::Unknown, Lookup::Known);
        }
        let wanted = group(api_version);
        // Of other groups the server may have kinds whose definitions are not at hand.
        let is_known = self.kinds.keys().any(|(version, of)| group(version) == wanted && of == kind)
            || self.whole.contains(wanted)
            || nearest(kind, self.kinds_of(api_version)).is_some()
            || self.unserved.contains(&key)
            || !is_possible(api_version);
        if is_known { Lookup::Missing } else { Lookup::Unknown }
    }

    /// API versions that have the kind, sorted.
    pub fn versions_of(&self, kind: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            self.kinds.keys().filter(|(_, of)| of == kind).map(|(version, _)| version.as_str()).collect();
        found.sort_unstable();
        found
    }

    /// Kinds of the API version.
    pub fn kinds_of(&self, api_version: &str) -> impl Iterator<Item = &str> {
        self.kinds.keys().filter(move |(of, _)| of == api_version).map(|(_, kind)| kind.as_str())
    }

    /// Every kind, sorted by API version and kind.
    pub fn all(&self) -> Vec<&Known> {
        let mut all: Vec<&Known> = self
            .kinds
            .values()
            .filter_map(|(group, index)| self.groups.get(*group)?.kinds.get(*index))
            .collect();
        all.sort_by(|a, b| (&a.api_version, &a.kind).cmp(&(&b.api_version, &b.kind)));
        all
    }

    /// All of it, to be kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let encode =
            |lazy: &Lazy| lazy.table().and_then(|table| postcard::to_stdvec(table).ok()).unwrap_or_default();
        let bodies: Vec<Vec<u8>> = self.groups.iter().map(encode).collect();
        let mut index =
            Index { version: self.version.clone(), unserved: self.unserved.clone(), ..Index::default() };
        for (number, (lazy, body)) in self.groups.iter().zip(&bodies).enumerate() {
            // What a later group brings again is that group's.
            let is_last = |known: &&Known| {
                let key = (known.api_version.clone(), known.kind.clone());
                self.kinds.get(&key).is_some_and(|(group, _)| *group == number)
            };
            index.groups.push((lazy.kinds.iter().filter(is_last).cloned().collect(), body.len()));
        }
        let mut bytes = MARK.to_vec();
        let head = postcard::to_stdvec(&index).unwrap_or_default();
        bytes.extend((head.len() as u64).to_le_bytes());
        bytes.extend(head);
        bodies.into_iter().for_each(|body| bytes.extend(body));
        bytes
    }

    /// What [`Schemas::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// If another version of the tool wrote it, or it is cut off.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let rest = bytes.strip_prefix(MARK).ok_or(Unreadable)?;
        let (length, rest) = rest.split_first_chunk::<8>().ok_or(Unreadable)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| Unreadable)?;
        let (head, mut rest) = rest.split_at_checked(length).ok_or(Unreadable)?;
        let index: Index = postcard::from_bytes(head).map_err(|_| Unreadable)?;
        let mut all = Schemas { version: index.version, unserved: index.unserved, ..Schemas::default() };
        for (kinds, length) in index.groups {
            let (body, after) = rest.split_at_checked(length).ok_or(Unreadable)?;
            rest = after;
            let number = all.groups.len();
            for (index, known) in kinds.iter().enumerate() {
                all.kinds.insert((known.api_version.clone(), known.kind.clone()), (number, index));
            }
            all.groups.push(Lazy { bytes: body.to_vec(), kinds, table: OnceLock::new() });
        }
        all.all_are_whole();
        Ok(all)
    }
}

impl Lazy {
    /// The types; none where the bytes are no types, of whose kinds nothing is known then.
    fn table(&self) -> Option<&Table> {
        self.table.get_or_init(|| postcard::from_bytes(&self.bytes).ok()).as_ref()
    }
}

/// The group of an API version; empty for the core.
fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}
