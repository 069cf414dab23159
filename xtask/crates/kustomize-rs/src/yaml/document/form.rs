//! Values that come from elsewhere in the form that they have there: comments, quotes and braces of the file that a value was
//! read from.

use std::collections::HashMap;

use yamltree::syntax::{Comments, Style};

use super::{Content, Document, Form, Node, tag};
use crate::yaml::node::{self, Mark, Value};
use crate::yaml::read;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sort {
    Scalar,
    Seq,
    Map,
}

/// The values of a file by their places.
#[derive(Debug, Default)]
pub(crate) struct Forms {
    file: u32,
    all: HashMap<(u32, u32, Sort), Node>,
}

impl Forms {
    /// Of the document in a text in which that place is.
    pub(crate) fn around(at: Mark, text: &str) -> Self {
        let mut forms = Forms { file: at.file, all: HashMap::new() };
        let text = text.replace("\r\n", "\n");
        if let Some((line, piece)) = read::piece_with(at.line, &text)
            && let Ok(Document { root: Some(root), .. }) = Document::read(piece)
        {
            forms.add(line, &root);
        }
        forms
    }

    fn add(&mut self, line: u32, node: &Node) {
        let sort = match &node.content {
            Content::Alias(_) => return,
            Content::Scalar(..) => Sort::Scalar,
            Content::Seq(items, _) => {
                items.iter().for_each(|item| self.add(line, item));
                Sort::Seq
            }
            Content::Map(fields, _) => {
                fields.iter().for_each(|(key, value)| {
                    self.add(line, key);
                    self.add(line, value);
                });
                Sort::Map
            }
        };
        let content = match &node.content {
            Content::Scalar(_, style) => Content::Scalar(String::new(), *style),
            Content::Seq(_, form) => Content::Seq(Vec::new(), *form),
            Content::Map(_, form) => Content::Map(Vec::new(), *form),
            Content::Alias(_) => return,
        };
        // kustomize forgets anchors when it reads objects.
        let bare = Node { anchor: None, content, ..node.clone_head() };
        self.all.insert((node.at.0 + line, node.at.1, sort), bare);
    }

    fn find(&self, at: Mark, sort: Sort) -> Option<&Node> {
        (at.file == self.file).then(|| self.all.get(&(at.line, at.column, sort))).flatten()
    }

    /// A value of an object as it was written.
    pub(crate) fn written(&self, node: &node::Node) -> Node {
        match &node.value {
            Value::Scalar(scalar) => {
                let style = match scalar.style {
                    node::Style::Plain => Style::Plain,
                    // Nothing at all in a flow collection, which the reader marks as what it becomes in the end.
                    node::Style::Quoted if scalar.is_null() && scalar.text.is_empty() => Style::Plain,
                    node::Style::Quoted => Style::Double,
                    node::Style::Literal | node::Style::Commented => Style::Literal,
                    node::Style::Folded => Style::Folded,
                };
                let known = self.find(node.at, Sort::Scalar);
                let style = match known.map(|known| &known.content) {
                    Some(Content::Scalar(_, known)) if node::Style::from(*known) == scalar.style => *known,
                    _ => style,
                };
                let content = Content::Scalar(scalar.text.to_string(), style);
                let (tag, is_tagged) = match known.filter(|known| known.is_tagged && scalar.is_tagged) {
                    Some(known) => (known.tag.clone(), true),
                    None => (tag(&scalar.tag).to_owned(), scalar.is_tagged),
                };
                let comments = known.map(|known| known.comments.clone()).unwrap_or_default();
                Node { tag, is_tagged, comments, ..Node::new(content) }
            }
            Value::Seq(items) => {
                let items = items.iter().map(|item| self.written(item)).collect();
                let known = self.find(node.at, Sort::Seq);
                collection(known, |form| Content::Seq(items, form))
            }
            Value::Map(fields) => {
                let fields = fields.iter().map(|f| (self.key(f), self.written(&f.value))).collect();
                let known = self.find(node.at, Sort::Map);
                collection(known, |form| Content::Map(fields, form))
            }
        }
    }

    fn key(&self, field: &node::Field) -> Node {
        let tag = if field.is_text { "!!str" } else { "" };
        let bare = Node { tag: tag.to_owned(), ..Node::unset(&field.key) };
        match self.find(field.at, Sort::Scalar) {
            Some(Node { content: Content::Scalar(_, style), tag, is_tagged, comments, .. }) => Node {
                tag: tag.clone(),
                is_tagged: *is_tagged,
                comments: comments.clone(),
                ..Node::new(Content::Scalar(field.key.to_string(), *style))
            },
            _ => bare,
        }
    }
}

fn collection(known: Option<&Node>, content: impl FnOnce(Form) -> Content) -> Node {
    let form = match known.map(|known| &known.content) {
        Some(Content::Seq(_, form) | Content::Map(_, form)) => *form,
        _ => Form::Block,
    };
    let node = Node::new(content(form));
    match known {
        Some(Node { tag, is_tagged, comments, .. }) => {
            Node { tag: tag.clone(), is_tagged: *is_tagged, comments: comments.clone(), ..node }
        }
        None => node,
    }
}

impl Node {
    /// The same without what is in it.
    fn clone_head(&self) -> Node {
        let Node { tag, is_tagged, anchor, comments, at, .. } = self;
        let comments = Comments::clone(comments);
        let content = Content::Alias(String::new());
        Node { tag: tag.clone(), is_tagged: *is_tagged, anchor: anchor.clone(), comments, at: *at, content }
    }
}
