//! Findings in the forms that people and machines read: one file a form.
//!
//! Each form is a function of the findings alone; what it gives is printed by whoever asked.

pub mod gitlab;
pub mod human;
pub mod junit;
pub mod sarif;
pub mod short;
pub mod sources;

use std::collections::HashMap;

use yamltree::diagnostic::Diagnostic;

use crate::edge::charts::sha256_hex;

/// A mark for each finding that is the same in the next run, and another one for each finding of this run.
///
/// The line is no part of it, so that a finding that only moved is the same one; equal findings in one file are counted.
fn fingerprints(found: &[Diagnostic]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mark = |found: &Diagnostic| {
        let mut mark = format!("{}\n{}\n{}", found.code, found.place.file, found.message);
        let before = seen.entry(mark.clone()).or_default();
        if *before > 0 {
            mark.push_str(&format!("\n{before}"));
        }
        *before += 1;
        sha256_hex(mark.as_bytes())
    };
    found.iter().map(mark).collect()
}

#[cfg(test)]
mod tests {
    use yamltree::diagnostic::Place;

    use super::*;

    #[test]
    fn a_finding_that_moved_has_the_same_mark_and_two_in_one_file_have_two() {
        let at = |line| Diagnostic::error("a/b", Place::at("f.yaml", line, 1), "wrong");
        let marks = fingerprints(&[at(1), at(2)]);
        assert_ne!(marks[0], marks[1]);
        assert_eq!(fingerprints(&[at(7)]), marks[..1]);
    }
}
