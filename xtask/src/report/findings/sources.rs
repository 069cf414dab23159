//! The texts that findings point into.

use std::collections::HashMap;
use std::ops::Range;

use lint::secret_lines;
use yamltree::diagnostic::Diagnostic;
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

/// The trees that were looked at: the same ones, so that a finding of another revision is shown in that revision.
pub struct Sources<'t> {
    trees: Vec<&'t dyn Tree>,
    read: HashMap<String, Option<Text>>,
}

struct Text {
    whole: String,
    secret: Vec<Range<usize>>,
}

impl<'t> Sources<'t> {
    /// The texts in these trees.
    pub fn new(trees: impl IntoIterator<Item = &'t dyn Tree>) -> Self {
        Sources { trees: trees.into_iter().collect(), read: HashMap::new() }
    }

    /// None if no tree has the file, or if two have different ones, as a place does not say which tree it is in.
    fn text(&mut self, file: &str) -> Option<&Text> {
        let trees = &self.trees;
        let read = || {
            let path = RepoPath::new(file).ok().filter(|_| can_be_judged(file))?;
            let mut texts = trees.iter().filter_map(|tree| tree.read(&path).ok());
            let whole = texts.next()?;
            let secret = secret_lines(&whole);
            texts.all(|text| text == whole).then_some(Text { whole, secret })
        };
        self.read.entry(file.to_owned()).or_insert_with(read).as_ref()
    }

    /// The line that a finding is in; none if nobody knows which one that is, or if values of a Secret may stand in it.
    pub fn line(&mut self, found: &Diagnostic) -> Option<&str> {
        let number = found.place.line?;
        let text = self.text(&found.place.file).filter(|_| !found.code.starts_with("secrets/"))?;
        let is_secret = text.secret.iter().any(|lines| lines.contains(&number));
        text.whole.lines().nth(number.checked_sub(1)?).filter(|_| !is_secret)
    }

    /// May all of a file be shown?
    pub fn may_be_shown(&mut self, file: &str) -> bool {
        self.text(file).is_some_and(|text| text.secret.is_empty())
    }
}

/// Is it a file of which it can be said whether secrets are in it? Files of variables and the like may hold anything.
fn can_be_judged(file: &str) -> bool {
    [".yaml", ".yml", ".json", "/Kustomization"].iter().any(|end| file.ends_with(end))
}

#[cfg(test)]
mod tests {
    use yamltree::diagnostic::Place;
    use yamltree::tree::MemTree;

    use super::*;

    fn tree(fixture: &str) -> MemTree {
        MemTree::from_fixture(fixture).unwrap()
    }

    fn at(place: Place) -> Diagnostic {
        Diagnostic::error("a/b", place, "wrong")
    }

    #[test]
    fn a_line_is_read_where_all_trees_that_have_the_file_agree() {
        let one = tree("#- a.yaml\nx: 1\ny: 2\n#- b.yaml\nz: 3\n");
        let two = tree("#- b.yaml\nz: 4\n#- c.yaml\nw: 5\n");
        let mut sources = Sources::new([&one as &dyn Tree, &two]);
        assert_eq!(sources.line(&at(Place::at("a.yaml", 2, 1))), Some("y: 2"));
        assert_eq!(sources.line(&at(Place::at("c.yaml", 1, 1))), Some("w: 5"));
        assert_eq!(sources.line(&at(Place::at("b.yaml", 1, 1))), None);
        assert_eq!(sources.line(&at(Place::at("a.yaml", 9, 1))), None);
        assert_eq!(sources.line(&at(Place::file("a.yaml"))), None);
        assert_eq!(sources.line(&at(Place::at("../a.yaml", 1, 1))), None);
    }

    #[test]
    fn what_may_be_secret_is_not_shown() {
        let tree =
            tree("#- a.yaml\nkind: Pod\n---\nkind: Secret\ndata: {a: b}\n#- b.yaml\nc: d\n#- e.env\nf=g\n");
        let mut sources = Sources::new([&tree as &dyn Tree]);
        assert_eq!(sources.line(&at(Place::at("a.yaml", 1, 1))), Some("kind: Pod"));
        assert_eq!(sources.line(&at(Place::at("a.yaml", 4, 7))), None);
        assert_eq!(sources.line(&at(Place::at("e.env", 1, 1))), None);
        let plain = Diagnostic::warning("secrets/plain", Place::at("b.yaml", 1, 1), "written");
        assert_eq!(sources.line(&plain), None);
        let shown = ["a.yaml", "b.yaml", "e.env"].map(|file| sources.may_be_shown(file));
        assert_eq!(shown, [false, true, false]);
    }
}
