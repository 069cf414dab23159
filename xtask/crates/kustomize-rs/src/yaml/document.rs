//! A document that is written again as it was read, but for what was changed: comments, quotes, braces, anchors and tags stay.
//!
//! This is what a `yaml.Node` of go-yaml v3 (MIT and Apache-2.0) keeps; reading follows its `decode.go`, writing its `encode.go`
//! and `emitterc.go`, with the settings of kyaml: two columns a level, lists not indented below their key, lines of any length.
//! It is for texts inside texts only; what kustomize builds is a [`crate::yaml::node::Node`].

mod compose;
mod emit;
mod encode;
mod flow;
mod form;

use yamltree::syntax::{Comments, Style};

use super::node::Tag;
pub(crate) use form::Forms;

/// The first document of a text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Document {
    /// The comments before and behind all of it.
    comments: Comments,
    /// What it holds; nothing if there is nothing but blanks and comments in the text.
    pub(crate) root: Option<Node>,
}

/// A value with the way in which it is written.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// In the short form, `!!str`; empty where nothing is said.
    pub(crate) tag: String,
    /// Was the tag written out?
    is_tagged: bool,
    anchor: Option<String>,
    comments: Comments,
    /// Line and column of where it begins, from 1.
    at: (u32, u32),
    pub(crate) content: Content,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    Scalar(String, Style),
    /// `*name`
    Alias(String),
    Seq(Vec<Node>, Form),
    Map(Vec<(Node, Node)>, Form),
}

/// How a list or mapping is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Block,
    /// `[…]` or `{…}`
    Flow,
}

/// A value that cannot be read or written.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// It is no YAML.
    Malformed,
    /// Values lie deeper in each other than [`Limits::DEEPEST_IN_TEXTS`].
    TooDeep,
}

impl Document {
    /// Reads the first document; the others are not looked at.
    pub(crate) fn read(text: &str) -> Result<Self, Unreadable> {
        compose::document(text)
    }

    /// As `RNode.String` writes it.
    pub(crate) fn written(&self) -> String {
        emit::document(self)
    }
}

impl Node {
    /// A value that nothing is known about, without comments.
    pub(crate) fn new(content: Content) -> Self {
        let (tag, anchor, comments) = (String::new(), None, Comments::default());
        Node { tag, is_tagged: false, anchor, comments, at: (0, 0), content }
    }

    /// A scalar whose text decides what it is.
    pub(crate) fn unset(text: &str) -> Self {
        Node::new(Content::Scalar(text.to_owned(), Style::Plain))
    }

    /// Is it said to be null?
    pub(crate) fn is_null(&self) -> bool {
        self.tag == "!!null"
    }

    /// The text of a scalar, the name of an alias.
    pub(crate) fn text(&self) -> &str {
        match &self.content {
            Content::Scalar(text, _) | Content::Alias(text) => text,
            _ => "",
        }
    }

    /// Becomes another value, written in the same way.
    pub(crate) fn be(&mut self, mut new: Node) {
        match (&mut new.content, &self.content) {
            (Content::Scalar(_, new), Content::Scalar(_, old)) => *new = *old,
            (Content::Seq(_, new) | Content::Map(_, new), Content::Seq(_, old) | Content::Map(_, old)) => {
                *new = *old;
            }
            _ => {}
        }
        *self = new;
    }

    /// The value of a key; of several, the first.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        let Content::Map(fields, _) = &self.content else { return None };
        fields.iter().find(|(k, _)| k.text() == key).map(|(_, value)| value)
    }

    /// As `RNode.String` writes it when it is taken out of its document, without the blanks around it.
    pub(crate) fn written(&self) -> String {
        let document = Document { comments: Comments::default(), root: Some(self.clone()) };
        document.written().trim().to_owned()
    }
}

/// A tag as it is in a node.
fn tag(tag: &Tag) -> &'static str {
    match tag {
        Tag::Unset | Tag::Other => "",
        Tag::Null => "!!null",
        Tag::Bool => "!!bool",
        Tag::Int => "!!int",
        Tag::Float => "!!float",
        Tag::Str => "!!str",
        Tag::Timestamp => "!!timestamp",
        Tag::Merge => "!!merge",
        Tag::Binary => "!!binary",
    }
}

#[cfg(test)]
mod tests;
