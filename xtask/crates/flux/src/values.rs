//! The effective values of a HelmRelease: what helm-controller v1.6.3 gives to Helm, and where each value came from.
//!
//! This is `ChartValuesFromReferences` of `github.com/fluxcd/pkg/chartutil` v1.27.1 with the parsers below it: go-yaml v2 behind
//! `sigs.k8s.io/yaml` for texts (`yaml`), Helm's `strvals` for `targetPath` (`set`). Layers follow each other: the entries of
//! `valuesFrom` in order, then `spec.values`. Maps are merged, everything else is replaced, and a `null` stays a `null`.
//!
//! Helm stores the result as it is in the release's `config` (an empty one is left out) and drops nulls only where it adds the
//! chart's own values. With `spec.upgrade.preserveValues` it first adds what the `config` of the release before has and this
//! result lacks, which is not done here.
//!
//! Before a `targetPath` is set, the inline values are merged in, and they are merged in once more at the end. Go shares the maps
//! of the inline values with the result, so whether a path that inline values set too keeps the value of the reference depends on
//! whether an earlier layer had that map. The same sharing is kept here (`heap`).

mod data;
mod error;
mod go;
mod heap;
mod inline;
mod merge;
mod node;
mod path;
mod set;
mod yaml;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

pub use data::{DataError, find};
pub use error::{PathFault, Reason, TextFault, ValuesError};
pub use node::{Content, Layer, Node, Origin};

use heap::{Heap, MapId};

/// The deepest that values may lie. Go goes to 10,000; nobody writes more than this.
const DEEPEST: usize = 300;

/// An entry of `spec.valuesFrom`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reference {
    /// `ConfigMap` or `Secret`; anything else is an error.
    pub kind: String,
    /// Name of the object, which is in the namespace of the HelmRelease.
    pub name: String,
    /// Key in the object; empty means `values.yaml`.
    pub values_key: String,
    /// Where to put the one value that the object holds; empty if it holds a whole document.
    pub target_path: String,
    /// Is it fine if the object or the key is not there?
    pub optional: bool,
    /// Is the value for `targetPath` taken as it is, without the syntax of `helm --set`?
    pub literal: bool,
}

impl Reference {
    /// The key in the object.
    pub fn key(&self) -> &str {
        if self.values_key.is_empty() { "values.yaml" } else { &self.values_key }
    }
}

/// What a reference led to.
#[derive(Clone, PartialEq, Eq)]
pub enum Found<'a> {
    /// The bytes below the key.
    Text(Cow<'a, [u8]>),
    /// There is no such object.
    NoObject,
    /// The object has no such key.
    NoKey,
}

/// The values of a release.
#[derive(Debug, Clone)]
pub struct Effective {
    /// The values: always a map.
    pub values: Node,
    /// The optional references that led to nothing, by their index, each with what was missing.
    pub skipped: Vec<(usize, Reason)>,
    /// Were there inline values that Go cannot read? helm-controller goes on without them and says nothing.
    pub is_inline_dropped: bool,
}

/// The effective values of a release with these references and inline values.
///
/// `lookup` is asked once for each reference of a known kind and says what is there. The first reference that cannot be used ends
/// it, as in helm-controller. Values that are deeper than 300 levels are refused here only.
///
/// ```
/// use flux::values::{Found, Reference, effective};
/// use serde_json::json;
///
/// let reference = Reference { kind: "ConfigMap".into(), name: "wiki".into(), ..Reference::default() };
/// let lookup = |_: usize, _: &Reference| Found::Text(b"a: {b: 1, c: on}".into());
/// let inline = json!({"a": {"b": 2}});
/// let effective = effective(&[reference], Some(&inline), lookup)?;
/// assert_eq!(effective.values.to_value(), json!({"a": {"b": 2, "c": true}}));
/// # Ok::<(), flux::values::ValuesError>(())
/// ```
pub fn effective<'a>(
    references: &[Reference],
    inline: Option<&Value>,
    mut lookup: impl FnMut(usize, &Reference) -> Found<'a>,
) -> Result<Effective, ValuesError> {
    let mut heap = Heap::default();
    let own = inline.and_then(|value| inline::read(&mut heap, value));
    let is_inline_dropped = own.is_none() && inline.is_some_and(|value| !value.is_null());
    let mut skipped = Vec::new();
    let mut result = heap.new_map();
    for (index, reference) in references.iter().enumerate() {
        let text = match resolve(reference, || lookup(index, reference)) {
            Ok(text) => text,
            Err(reason) if reference.optional && reason.is_forgiven_by_optional() => {
                skipped.push((index, reason));
                continue;
            }
            Err(reason) => return Err(ValuesError::new(index, reference, reason)),
        };
        result = add(&mut heap, result, own, (index, reference), &text)
            .map_err(|reason| ValuesError::new(index, reference, reason))?;
    }
    if let Some(own) = own {
        result = merge::merge(&mut heap, result, own);
    }
    let values = heap.map_node(result, Origin { layer: Layer::Inline, at: None });
    Ok(Effective { values, skipped, is_inline_dropped })
}

/// All documents as one map, each over those before it: `mergeMap` of source-watcher, which is Helm's merge.
pub(crate) fn documents<'d>(all: impl Iterator<Item = &'d [u8]>) -> Result<Node, TextFault> {
    let mut heap = Heap::default();
    let mut result = heap.new_map();
    for (index, text) in all.enumerate() {
        if let Some(values) = yaml::read(&mut heap, Layer::Reference(index), text)? {
            result = merge::merge(&mut heap, result, values);
        }
    }
    Ok(heap.map_node(result, Origin { layer: Layer::Inline, at: None }))
}

fn resolve<'a>(reference: &Reference, lookup: impl FnOnce() -> Found<'a>) -> Result<Cow<'a, [u8]>, Reason> {
    if !matches!(reference.kind.as_str(), "ConfigMap" | "Secret") {
        return Err(Reason::UnknownKind);
    }
    match lookup() {
        Found::Text(text) => Ok(text),
        Found::NoObject => Err(Reason::NoObject),
        Found::NoKey => Err(Reason::NoKey),
    }
}

/// The result with one more layer.
fn add(
    heap: &mut Heap,
    result: MapId,
    inline: Option<MapId>,
    (index, reference): (usize, &Reference),
    text: &[u8],
) -> Result<MapId, Reason> {
    let layer = Layer::Reference(index);
    if reference.target_path.is_empty() {
        let read = yaml::read(heap, layer, text).map_err(Reason::Text)?;
        return Ok(match read {
            Some(values) => merge::merge(heap, result, values),
            None => result,
        });
    }
    let result = match inline {
        Some(inline) => merge::merge(heap, result, inline),
        None => merge::copy(heap, result),
    };
    path::replace(heap, result, layer, reference, text).map_err(Reason::Path)?;
    Ok(result)
}

#[cfg(test)]
mod tests;
