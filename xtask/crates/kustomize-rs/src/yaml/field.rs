//! Fields of fields, for whoever only looks.

use super::node::Node;

/// A field of a field; none if it is missing or null.
pub fn at<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, step| node.get(step)).filter(|node| !node.is_null())
}

/// The text of a field of a field; empty if it is missing or null.
pub fn text<'n>(node: &'n Node, path: &[&str]) -> &'n str {
    at(node, path).map_or("", Node::value_text)
}

/// The items of a list in a field of a field; none if it is missing.
pub fn items<'n>(node: &'n Node, path: &[&str]) -> &'n [Node] {
    at(node, path).map_or(&[], Node::items)
}
