//! What a document about a difference is made of, whichever form it has.

use flux::diff::Diff;
use risk::Risk;

use super::{Summary, risks};

/// A whole document.
#[derive(Debug)]
pub struct Page<'d> {
    /// What it is about: a cluster, two of them, the folder where Flux begins. Another page about the same has the same text here.
    pub about: String,
    /// What was compared with what, in words.
    pub compared: String,
    /// What is different; one, or one for each group of clusters that it is the same for.
    pub sections: Vec<Section<'d>>,
    /// Is nothing left out for being long?
    pub is_full: bool,
}

/// What is different for the same clusters.
#[derive(Debug, Clone)]
pub struct Section<'d> {
    /// For which; empty if there is but one section.
    pub heading: String,
    /// What is different.
    pub diff: &'d Diff,
    /// What may go wrong.
    pub risks: &'d [Risk],
}

impl Page<'_> {
    /// Is nothing different?
    pub fn is_empty(&self) -> bool {
        self.sections.iter().all(|section| section.diff.is_empty())
    }
}

impl Section<'_> {
    /// How much, and how many risks.
    pub(super) fn counted(&self) -> String {
        format!("{}{}", Summary::of(self.diff), risks::counted(self.risks))
    }
}
