//! How much a build may take: texts of a few lines can stand for more than a machine holds.
//!
//! Aliases repeat what they name, patches and replacements copy what is there into itself, and a folder that is listed twice in each
//! of forty folders is built a million million times. The original has no limits and takes what the machine has.

use crate::fault::{Fault, Result, fault};
use crate::yaml::node::{Mark, Node, Value};

/// How large and deep what is built may become. Whatever goes beyond is an error that names the limit.
///
/// ```
/// use kustomize_rs::{Limits, Options, build};
/// use yamltree::{path::RepoPath, tree::MemTree};
///
/// let tree = MemTree::from_fixture("\
/// #- kustomization.yaml
/// resources: [a.yaml]
/// #- a.yaml
/// {apiVersion: v1, kind: A, metadata: {name: a}, spec: {a: {b: {c: {}}}}}
/// ")?;
/// let limits = Limits { depth: 3, ..Limits::default() };
/// let error = build(&tree, &RepoPath::root(), &Options { limits, ..Options::default() }).unwrap_err();
/// assert_eq!(error.0.message, "values lie more than 3 deep in each other");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many lists and mappings may lie in each other, the value in the innermost counted too. By default 300, ten times what
    /// the deepest schemas of custom resources need; more than [`Limits::DEEPEST`] counts as that.
    pub depth: usize,
    /// How many values one document or object may hold, keys counted too, once its aliases are expanded and what patches
    /// and replacements copy is copied. A long text counts as one value for each 64 bytes. By default 1 000 000: objects in a
    /// cluster may have a megabyte and a half.
    pub values: usize,
    /// How many folders a build may go into, each time counted. By default 10 000.
    pub folders: usize,
}

impl Limits {
    /// The highest depth that can be asked for. Values are walked by functions that call themselves, and so many levels fit into
    /// the 2 MiB that a thread has, in a build without optimisations too.
    pub const DEEPEST: usize = 1000;
    /// How deep values may lie in a text into which a replacement goes, for the same reason.
    pub const DEEPEST_IN_TEXTS: usize = 200;
    /// How many folders may lead into each other, for the same reason.
    pub const LONGEST_WAY: usize = 50;
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: 300, values: 1_000_000, folders: 10_000 }
    }
}

/// The code of every fault here; the text may well be YAML, so that nothing else need be tried with it.
const CODE: &str = "yaml/too-large";

/// So many bytes of a text count as a value.
const TEXT: usize = 64;

/// What a value takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) values: usize,
    pub(crate) depth: usize,
}

impl Extent {
    /// What a node takes, with everything below it.
    pub(crate) fn of(node: &Node) -> Self {
        let mut extent = Extent::default();
        match &node.value {
            Value::Scalar(scalar) => extent.values += scalar.text.len() / TEXT,
            Value::Seq(items) => items.iter().for_each(|item| extent.add(item)),
            Value::Map(fields) => fields.iter().for_each(|field| {
                extent.values += 1;
                extent.add(&field.value);
            }),
        }
        Extent { values: extent.values + 1, depth: extent.depth + 1 }
    }

    fn add(&mut self, node: &Node) {
        let Extent { values, depth } = Extent::of(node);
        self.values += values;
        self.depth = self.depth.max(depth);
    }
}

impl Limits {
    /// How deep values may lie.
    pub(crate) fn deepest(self) -> usize {
        self.depth.min(Self::DEEPEST)
    }

    /// Refuses what takes more than it may.
    pub(crate) fn allow(self, taken: Extent, at: Mark) -> Result<()> {
        if taken.depth > self.deepest() {
            let message = format!("values lie more than {} deep in each other", self.deepest());
            let help = if self.deepest() < Self::DEEPEST {
                format!(
                    "if this is meant, raise `Limits::depth` or `--limit-depth`, to {} at most",
                    Self::DEEPEST
                )
            } else {
                "take it apart: no higher limit is possible".to_owned()
            };
            return Err(fault(CODE, at, message).with_help(help));
        }
        if taken.values > self.values {
            let message = format!(
                "more than {} values, aliases expanded and copies made (64 bytes of a text count as one)",
                self.values
            );
            return Err(fault(CODE, at, message)
                .with_help("if this is meant, raise `Limits::values` or `--limit-values`"));
        }
        Ok(())
    }

    /// The fault of a text in which values lie too deep.
    pub(crate) fn too_deep_in_text(at: Mark) -> Box<Fault> {
        let message = format!("values lie more than {} deep in this text", Self::DEEPEST_IN_TEXTS);
        fault(CODE, at, message).with_help("take it apart: no higher limit is possible")
    }

    /// Refuses a node that has become too large or too deep.
    pub(crate) fn check(self, node: &Node) -> Result<()> {
        self.allow(Extent::of(node), node.at)
    }

    /// Refuses a path that leads deeper than values may lie.
    pub(crate) fn path(self, steps: usize, at: Mark) -> Result<()> {
        self.allow(Extent { values: 0, depth: steps }, at)
    }

    /// How many bytes of texts may be made.
    pub(crate) fn most_text(self) -> usize {
        self.values.saturating_mul(TEXT)
    }

    /// Refuses to make more bytes of texts.
    pub(crate) fn text(self, bytes: usize, at: Mark) -> Result<()> {
        self.allow(Extent { values: bytes / TEXT, depth: 0 }, at)
    }

    /// Refuses to go into one more folder: the `count`th, the `length`th on the way there.
    pub(crate) fn enter(self, count: usize, length: usize, at: Mark) -> Result<()> {
        if length > Self::LONGEST_WAY {
            let message = format!("more than {} folders lead into each other", Self::LONGEST_WAY);
            return Err(fault(CODE, at, message).with_help("let fewer folders list one another"));
        }
        if count > self.folders {
            let message =
                format!("more than {} folders, a folder that is listed again counted again", self.folders);
            return Err(fault(CODE, at, message)
                .with_help("if this is meant, raise `Limits::folders` or `--limit-folders`"));
        }
        Ok(())
    }

    /// May a text that the common part of YAML gave be beyond a limit? Mostly its length says no.
    pub(crate) fn may_exceed(self, text: &str) -> bool {
        let length = text.len();
        // No value without a byte; with aliases, half of the bytes may name a text of the other half.
        let repeated = length.saturating_mul(length) / (16 * TEXT);
        self.deepest() < yamltree::syntax::common::DEEPEST
            || length >= self.values
            || (repeated >= self.values && text.contains('&'))
    }
}

impl Fault {
    /// Is it about a limit?
    pub(crate) fn is_too_large(&self) -> bool {
        self.code == CODE
    }
}

#[cfg(test)]
mod tests;
