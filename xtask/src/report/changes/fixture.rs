//! Small repositories before and after, for the tests of forms.
#![allow(clippy::unwrap_used)]

use flux::diff::{Diff, Side, diff};
use flux::render::{Entry, Inputs, Rendering, render};
use risk::Risk;
use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

use super::page::{Page, Section};

/// What is different between two trees, whose entry is `k`.
pub(super) fn compared(before: &str, after: &str) -> (Diff, Vec<Risk>) {
    let rendered = |text: &str| -> Rendering {
        let tree = MemTree::from_fixture(text).unwrap();
        render(&Inputs::new(&tree, Entry::Folder(RepoPath::new("k").unwrap())))
    };
    let (before, after) = (rendered(before), rendered(after));
    let side = |rendering| Side { rendering, releases: &[], component_label: "component" };
    let diff = diff(&side(&before), &side(&after));
    let risks = risk::of(&diff);
    (diff, risks)
}

/// A page about it.
pub(super) fn page<'d>(about: &str, diff: &'d Diff, risks: &'d [Risk]) -> Page<'d> {
    let section = Section { heading: String::new(), diff, risks };
    Page {
        about: about.to_owned(),
        compared: "two trees".to_owned(),
        sections: vec![section],
        is_full: false,
    }
}
