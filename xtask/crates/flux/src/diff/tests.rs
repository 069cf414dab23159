//! Small repositories before and after.

use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

use super::*;
use crate::render::{Entry, Inputs, Rendering, render};

/// What is different between two trees, whose entry is `k`.
fn diff_of(before: &str, after: &str) -> Diff {
    let rendered = |text: &str| -> Rendering {
        let tree = MemTree::from_fixture(text).unwrap();
        render(&Inputs::new(&tree, Entry::Folder(RepoPath::new("k").unwrap())))
    };
    let (before, after) = (rendered(before), rendered(after));
    let side = |rendering| Side { rendering, releases: &[], component_label: "component" };
    diff(&side(&before), &side(&after))
}

/// A line for each change and each of its fields.
fn said(diff: &Diff) -> Vec<String> {
    let mut lines = Vec::new();
    for change in &diff.changes {
        lines.push(format!("{:?} {}", change.kind, change.object));
        let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        for field in &change.fields {
            let (before, after) = (text(&field.before), text(&field.after));
            lines.push(format!("  {:?} {}: {before} > {after}", field.kind, field.path));
        }
    }
    lines
}

fn config_map(rest: &str) -> String {
    format!("#- k/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: n}}\n{rest}\n")
}

#[test]
fn a_field_that_changed_is_named() {
    let (before, after) = (config_map("data: {x: '1', y: '2'}"), config_map("data: {y: '3', z: '4'}"));
    let expected = [
        "Changed ConfigMap n/a",
        "  Removed data.x: \"1\" > -",
        "  Changed data.y: \"2\" > \"3\"",
        "  Added data.z: - > \"4\"",
    ];
    assert_eq!(said(&diff_of(&before, &after)), expected);
}

#[test]
fn the_same_is_empty() {
    let tree = config_map("data: {x: '1'}");
    assert!(diff_of(&tree, &tree).is_empty());
}
