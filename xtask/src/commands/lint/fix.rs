//! `lint --fix`: what can be put right without a decision, looked at again before it is shown, and written when somebody agrees.

use std::collections::BTreeSet;
use std::path::Path;

use flux::render::Rendering;
use lint::fix::{Change, Fixes, fixes, unintended};
use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::fix::Fix;
use yamltree::tree::Tree;

use super::known::{Known, without};
use crate::context::Context;
use crate::edge::replace::{Replacement, replace_all};
use crate::exit::Failure;
use crate::report::diff::unified;
use crate::report::findings::short::short;

/// What is to be changed.
#[derive(Debug, Default)]
pub struct Proposal {
    /// The changes, and what they put right.
    pub fixes: Fixes,
    /// What could be changed too, each with what else would come of it.
    pub left_out: Vec<(Diagnostic, String)>,
}

/// What a tree renders to, and everything that is found in that.
pub type Looked<'l> = (&'l [Diagnostic], &'l Rendering);

/// Looks at the tree with these changes, and says what they bring that was not meant.
type Again<'a> = dyn Fn(&Fixes) -> Result<Option<String>, Failure> + 'a;

/// What changes bring that was not meant: a finding, or something else that is different in what is applied.
pub fn brought(before: Looked<'_>, after: Looked<'_>, fixed: &[Diagnostic]) -> Option<String> {
    let left = without(before.0.to_vec(), fixed.iter().map(Known::of));
    let new = without(after.0.to_vec(), left.iter().map(Known::of));
    match new.first() {
        Some(new) => Some(format!("that would bring: {}", short(new))),
        None => unintended(before.1, after.1, fixed),
    }
}

/// Finds the changes that put right some of the findings and bring nothing else.
///
/// All are tried together first; if they bring something, each joins those before it only if it brings nothing.
pub fn proposed(found: &[Diagnostic], tree: &dyn Tree, again: &Again<'_>) -> Result<Proposal, Failure> {
    let together = fixes(found, tree);
    if together.changes.is_empty() || again(&together)?.is_none() {
        return Ok(Proposal { fixes: together, left_out: Vec::new() });
    }
    let mut proposal = Proposal::default();
    let mut kept: Vec<Diagnostic> = Vec::new();
    // What has several findings is changed once for all of them.
    let edits: BTreeSet<(&Place, &Option<Box<Fix>>)> =
        together.fixed.iter().map(|found| (&found.place, &found.fix)).collect();
    for edit in edits {
        let of_edit = together.fixed.iter().filter(|found| (&found.place, &found.fix) == edit);
        let more: Vec<Diagnostic> = kept.iter().chain(of_edit.clone()).cloned().collect();
        let fixes = fixes(&more, tree);
        match again(&fixes)? {
            None => {
                kept = more;
                proposal.fixes = fixes;
            }
            Some(brought) => {
                proposal.left_out.extend(of_edit.map(|found| (found.clone(), brought.clone())));
            }
        }
    }
    Ok(proposal)
}

/// The changes as a patch.
pub fn patch(changes: &[Change]) -> String {
    changes.iter().map(|change| unified(change.file.as_str(), &change.before, &change.after)).collect()
}

/// Writes the changes if somebody agrees; says whether that was so.
pub fn write(changes: &[Change], root: &Path, agreed: bool, context: &Context) -> Result<bool, Failure> {
    let files = match changes.len() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    if !agreed && !context.terminal.can_ask() {
        context.terminal.say(format!("Nothing is written; --yes writes this to {files}."));
        return Ok(false);
    }
    if !agreed && !context.terminal.confirm(&format!("Write this to {files}?")) {
        return Ok(false);
    }
    let replacement = |change: &Change| Replacement {
        path: root.join(change.file.as_str()),
        before: change.before.clone(),
        after: change.after.clone(),
    };
    replace_all(&changes.iter().map(replacement).collect::<Vec<_>>())?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use yamltree::tree::MemTree;

    use super::*;

    fn finding(file: &str) -> Diagnostic {
        let fix = Fix::Replace { from: "old".into(), to: "new".into() };
        Diagnostic::error("a/b", Place::at(file, 1, 4), format!("{file} is old")).with_fix(fix)
    }

    #[test]
    fn a_change_that_would_bring_something_else_is_left_out() {
        let tree = MemTree::from_fixture("#- a\nv: old\n#- b\nv: old\n#- c\nv: old\n").unwrap();
        let found = [finding("a"), finding("b"), finding("c")];
        let again = |fixes: &Fixes| {
            let is_broken = fixes.changes.iter().any(|change| change.file.as_str() == "b");
            Ok(is_broken.then(|| "broken".to_owned()))
        };
        let proposal = proposed(&found, &tree, &again).unwrap();
        let files: Vec<&str> = proposal.fixes.changes.iter().map(|change| change.file.as_str()).collect();
        assert_eq!(files, ["a", "c"]);
        assert_eq!(proposal.left_out, [(finding("b"), "broken".to_owned())]);
    }

    #[test]
    fn a_finding_that_stays_or_is_new_was_brought() {
        let nothing = Rendering::default();
        let (mine, other) = (finding("a"), finding("b"));
        let before = [mine.clone(), other.clone()];
        let brought = |after: &[Diagnostic]| {
            brought((&before, &nothing), (after, &nothing), std::slice::from_ref(&mine))
        };
        assert_eq!(brought(std::slice::from_ref(&other)), None);
        assert!(brought(&before).unwrap().contains("a is old"));
        assert!(brought(&[other.clone(), finding("c")]).unwrap().contains("c is old"));
    }
}
