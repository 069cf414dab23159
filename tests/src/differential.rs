//! kustomize-rs against kustomize on trees made by chance.
//!
//! A seed makes a tree ([`tree`]); both programs build it ([`oracle`], [`verdict`]); where they differ, the tree is made
//! smaller as long as the same difference stays ([`shrink`]) and written as a conformance case ([`run`]).

pub(crate) mod draw;
mod fields;
pub mod inside;
mod objects;
pub mod oracle;
mod patches;
mod replacements;
pub mod run;
mod scalars;
mod shrink;
mod tree;
pub mod verdict;
mod write;

use std::collections::{BTreeMap, BTreeSet};

pub use tree::case;

/// A tree and how it is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The files by their paths.
    pub files: BTreeMap<String, String>,
    /// The folder that is built.
    pub folder: String,
    /// The arguments beside it.
    pub flags: Vec<String>,
    /// What chance put in.
    pub hits: BTreeSet<&'static str>,
}
