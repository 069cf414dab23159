//! `flux::envsubst` against Flux's own module on texts made by chance.
//!
//! A seed makes a text and its variables ([`case`]); both programs substitute ([`oracle`], [`verdict`]); where they differ, the
//! case is made smaller as long as the same difference stays ([`shrink`]) and written down ([`run`]).

mod draw;
pub mod oracle;
pub mod run;
mod shrink;
pub mod verdict;

use std::collections::{BTreeMap, BTreeSet};

pub use draw::case;

/// A text and what its variables are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Case {
    /// The text.
    pub text: String,
    /// The variables that are set. Their values need not be text.
    pub variables: BTreeMap<String, Vec<u8>>,
    /// Whether variables must be set.
    pub strict: bool,
    /// What chance put in.
    pub hits: BTreeSet<&'static str>,
}
