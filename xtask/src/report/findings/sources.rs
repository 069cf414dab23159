//! The texts that findings point into.

use std::collections::HashMap;

use yamltree::diagnostic::Place;
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

/// The trees that were looked at: the same ones, so that a finding of another revision is shown in that revision.
pub struct Sources<'t> {
    trees: Vec<&'t dyn Tree>,
    read: HashMap<String, Option<String>>,
}

impl<'t> Sources<'t> {
    /// The texts in these trees.
    pub fn new(trees: impl IntoIterator<Item = &'t dyn Tree>) -> Self {
        Sources { trees: trees.into_iter().collect(), read: HashMap::new() }
    }

    /// The text of a file; none if no tree has it, or if two have different ones, as a place does not say which tree it is in.
    pub fn text(&mut self, file: &str) -> Option<&str> {
        let trees = &self.trees;
        let read = || {
            let path = RepoPath::new(file).ok()?;
            let mut texts = trees.iter().filter_map(|tree| tree.read(&path).ok());
            let first = texts.next()?;
            texts.all(|text| text == first).then_some(first)
        };
        self.read.entry(file.to_owned()).or_insert_with(read).as_deref()
    }

    /// The line that a place is in; none if there is no such line.
    pub fn line(&mut self, place: &Place) -> Option<&str> {
        let number = place.line?.checked_sub(1)?;
        self.text(&place.file)?.lines().nth(number)
    }
}

#[cfg(test)]
mod tests {
    use yamltree::tree::MemTree;

    use super::*;

    #[test]
    fn a_line_is_read_where_all_trees_that_have_the_file_agree() {
        let tree = |fixture| MemTree::from_fixture(fixture).unwrap();
        let (one, two) = (tree("#- a\nx: 1\ny: 2\n#- b\nz: 3\n"), tree("#- b\nz: 4\n#- c\nw: 5\n"));
        let mut sources = Sources::new([&one as &dyn Tree, &two]);
        assert_eq!(sources.line(&Place::at("a", 2, 1)), Some("y: 2"));
        assert_eq!(sources.line(&Place::at("c", 1, 1)), Some("w: 5"));
        assert_eq!(sources.line(&Place::at("b", 1, 1)), None);
        assert_eq!(sources.line(&Place::at("a", 9, 1)), None);
        assert_eq!(sources.line(&Place::file("a")), None);
        assert_eq!(sources.line(&Place::at("../a", 1, 1)), None);
    }
}
