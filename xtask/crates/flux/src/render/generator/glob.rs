//! Paths of a tree that a pattern of `from` matches: `io/fs.Glob` of Go, in which `**` is no more than `*`.

use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use crate::ignore::glob::matches;

const META: [char; 4] = ['*', '?', '[', '\\'];

/// The paths, sorted within each folder; none if the pattern is malformed.
pub(super) fn glob(tree: &dyn Tree, pattern: &str) -> Option<Vec<String>> {
    matches(pattern, "")?;
    if !pattern.contains(META) {
        return Some(if is_there(tree, pattern) { vec![pattern.to_owned()] } else { Vec::new() });
    }
    let (folder, name) = pattern.rsplit_once('/').unwrap_or((".", pattern));
    let folders = if !folder.contains(META) {
        vec![folder.to_owned()]
    } else if folder == pattern {
        return None;
    } else {
        glob(tree, folder)?
    };
    let mut found = Vec::new();
    for folder in folders {
        // What is no folder has nothing in it.
        let entries = plain(&folder).and_then(|path| tree.list(&path).ok()).unwrap_or_default();
        for entry in entries {
            if matches(name, entry.path.name().unwrap_or_default())? {
                found.push(entry.path.as_str().to_owned());
            }
        }
    }
    Some(found)
}

/// A path that is written as Go's `fs.ValidPath` wants it: nothing in it can be cleaned.
fn plain(path: &str) -> Option<RepoPath> {
    let found = RepoPath::new(path).ok()?;
    (found.to_string() == path).then_some(found)
}

fn is_there(tree: &dyn Tree, path: &str) -> bool {
    plain(path).is_some_and(|path| tree.has_folder(&path) || tree.has_file(&path))
}

#[cfg(test)]
mod tests {
    use yamltree::tree::MemTree;

    use super::*;

    #[test]
    fn patterns_go_down_segment_by_segment() {
        let tree = MemTree::from_fixture("#- a/b.yaml\n#- a/c/d.yaml\n#- a]\n#- e/b.yaml\n").unwrap();
        let found = |pattern: &str| glob(&tree, pattern).map(|found| found.join(" "));
        let cases = [
            ("*/b.yaml", "a/b.yaml e/b.yaml"),
            ("a/**", "a/b.yaml a/c"),
            ("**/*.yaml", "a/b.yaml e/b.yaml"),
            ("[ae]/?", "a/c"),
            ("a]", "a]"),
            ("./a/*", ""),
            ("a//*", ""),
            ("a/*/", ""),
            ("../*", ""),
        ];
        for (pattern, wanted) in cases {
            assert_eq!(found(pattern).as_deref(), Some(wanted), "{pattern}");
        }
        assert_eq!(found("[a"), None);
    }
}
