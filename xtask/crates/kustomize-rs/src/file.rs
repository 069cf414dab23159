//! The kustomization file of a folder in the hands of a caller, who may change it before it is built.

use std::sync::Arc;

use yamltree::path::RepoPath;

use crate::load::Loader;
use crate::yaml::node::{Mark, Node};

/// A kustomization file as it was read, or as a caller made it.
///
/// It is read as loosely as a controller does that merges fields of its own into the file (Flux): unknown fields are passed over,
/// and numbers and truth values are texts where a text is wanted.
#[derive(Debug, Clone)]
pub struct KustomizationFile {
    /// Where it is, or would be.
    pub place: RepoPath,
    /// Its text, which tells the places of what is written inside texts; empty if there is no such file.
    pub text: Arc<str>,
    /// Its document. Values whose marks have file 0 are written in the file itself; other numbers count `sources` from 1.
    pub node: Node,
    /// The other files that values of the document come from.
    pub sources: Vec<String>,
}

impl KustomizationFile {
    /// A file that does not exist, with nothing in it.
    pub fn new(place: RepoPath) -> Self {
        KustomizationFile { place, text: "".into(), node: Node::map(), sources: Vec::new() }
    }

    /// The document with the numbers that the sources have in a build.
    pub(crate) fn numbered(&self, loader: &Loader<'_>) -> Node {
        let own = loader.sources.file(self.place.as_str());
        let others: Vec<u32> = self.sources.iter().map(|name| loader.sources.file(name)).collect();
        let mut node = self.node.clone();
        node.each_mark(&mut |mark: &mut Mark| {
            let number = match (mark.file as usize).checked_sub(1) {
                None if mark.line == 0 => 0,
                None => own,
                Some(index) => others.get(index).copied().unwrap_or(own),
            };
            mark.file = number;
        });
        if node.at.file == 0 {
            node.at = Mark { file: own, line: 1, column: 1 };
        }
        node
    }
}
