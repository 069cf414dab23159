//! What a repository is like when everything is put right that nobody has to decide about.

mod effect;

use std::collections::BTreeMap;

use yamltree::diagnostic::Diagnostic;
use yamltree::fix::{Edit, apply};
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

pub use effect::unintended;

/// A file before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub file: RepoPath,
    /// Its text.
    pub before: String,
    /// What its text becomes.
    pub after: String,
}

/// Changes, and what they are for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fixes {
    /// The files, sorted; each once.
    pub changes: Vec<Change>,
    /// The findings that are put right.
    pub fixed: Vec<Diagnostic>,
}

/// Puts right what can be put right of these findings in this tree. What does not fit the text is left out.
///
/// Whether the whole is better then is not known before it is looked at again: see [`unintended`].
pub fn fixes(found: &[Diagnostic], tree: &dyn Tree) -> Fixes {
    let mut files: BTreeMap<RepoPath, (String, Vec<Edit>)> = BTreeMap::new();
    let mut fixed = Vec::new();
    for found in found {
        let Some(fix) = &found.fix else { continue };
        let Ok(file) = RepoPath::new(&found.place.file) else { continue };
        let (text, edits) = match files.get_mut(&file) {
            Some(known) => known,
            None => match tree.read(&file) {
                Ok(text) => files.entry(file).or_insert((text, Vec::new())),
                Err(_) => continue,
            },
        };
        if let Some(edit) = fix.edit(text, &found.place) {
            edits.push(edit);
            fixed.push(found.clone());
        }
    }
    let changes = files.into_iter().map(|(file, (before, edits))| {
        let after = apply(&before, &edits);
        Change { file, before, after }
    });
    Fixes { changes: changes.filter(|change| change.before != change.after).collect(), fixed }
}
