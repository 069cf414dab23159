//! Writes a document (go-yaml's `emitterc.go`). Its machine of states is a recursion here; what it keeps from one event to the
//! next are the comments that are still to be written.
//!
//! An event brings its comments ([`Emitter::begin`] and [`Emitter::end`]) before anything is written for it; a list or mapping
//! is announced ([`Emitter::start`]), the comments are written, and then come its entries ([`Emitter::content`]).

use yamltree::syntax::{Comments, Style};

use super::encode::{Place, escaped, style, written_tag};
use super::{Content, Document, Form, Node};
use crate::yaml::emit::{Analysis, Writer};

/// Where a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Other,
    SimpleKey,
    /// A key with `?`, or a value.
    InMapping,
}

pub(super) struct Emitter {
    pub(super) writer: Writer,
    /// Comments that are still to be written.
    pub(super) waiting: Comments,
    /// The foot of the field before.
    pub(super) tail: String,
    /// What stands behind a key whose value begins in the next line.
    key_line: String,
    pub(super) flow: usize,
}

pub(super) fn document(document: &Document) -> String {
    let Some(root) = &document.root else { return String::new() };
    let (waiting, tail) = (Comments::default(), String::new());
    let mut emitter = Emitter { writer: Writer::endless(), waiting, tail, key_line: String::new(), flow: 0 };
    emitter.bring(&document.comments.head, "", "", "");
    if !emitter.waiting.head.is_empty() {
        emitter.write_head();
        emitter.writer.line_break();
    }
    emitter.begin(root, true, "");
    emitter.write_head();
    emitter.start(root, Role::Other);
    emitter.write_line_and_foot();
    emitter.content(root, Role::Other);
    emitter.bring("", "", &document.comments.foot, "");
    emitter.writer.foot = Some(0);
    emitter.write_foot();
    emitter.writer.foot = None;
    emitter.writer.write_indent();
    emitter.writer.into_text()
}

impl Emitter {
    /// An event has comments: they take the place of those that wait.
    fn bring(&mut self, head: &str, line: &str, foot: &str, tail: &str) {
        let put = |place: &mut String, text: &str| {
            if !text.is_empty() {
                text.clone_into(place);
            }
        };
        put(&mut self.waiting.head, head);
        put(&mut self.waiting.line, line);
        put(&mut self.waiting.foot, foot);
        put(&mut self.tail, tail);
    }

    /// The comments of the first event of a node. The foot of a key waits for the end of its value.
    pub(super) fn begin(&mut self, node: &Node, with_foot: bool, tail: &str) {
        let Comments { head, line, foot } = &node.comments;
        let foot = if with_foot { foot } else { "" };
        match &node.content {
            Content::Scalar(..) => self.bring(head, line, foot, tail),
            Content::Alias(_) => self.bring(head, line, foot, ""),
            Content::Seq(..) => self.bring(head, "", "", ""),
            Content::Map(..) => self.bring(head, "", "", tail),
        }
    }

    /// The comments of the last event of a list or mapping.
    pub(super) fn end(&mut self, node: &Node, with_foot: bool, tail: &str) {
        let foot = if with_foot { node.comments.foot.as_str() } else { "" };
        self.bring("", &node.comments.line, foot, tail);
    }

    pub(super) fn has_comments_behind(&self) -> bool {
        !(self.waiting.line.is_empty() && self.waiting.foot.is_empty() && self.tail.is_empty())
    }

    /// `yaml_emitter_process_head_comment`
    pub(super) fn write_head(&mut self) {
        let tail = std::mem::take(&mut self.tail);
        if !tail.is_empty() {
            self.writer.write_indent();
            self.writer.comment(&tail);
            self.writer.foot = Some(self.writer.indentation());
        }
        let head = std::mem::take(&mut self.waiting.head);
        if !head.is_empty() {
            self.writer.write_indent();
            self.writer.comment(&head);
        }
    }

    fn write_line(&mut self) {
        let line = std::mem::take(&mut self.waiting.line);
        if !line.is_empty() {
            self.writer.blank();
            self.writer.comment(&line);
        }
    }

    fn write_foot(&mut self) {
        let foot = std::mem::take(&mut self.waiting.foot);
        if !foot.is_empty() {
            self.writer.write_indent();
            self.writer.comment(&foot);
            self.writer.foot = Some(self.writer.indentation());
        }
    }

    pub(super) fn write_line_and_foot(&mut self) {
        self.write_line();
        self.write_foot();
    }

    /// Anchor, tag, and all of a scalar or alias (`yaml_emitter_emit_node`).
    pub(super) fn start(&mut self, node: &Node, role: Role) {
        if let Content::Alias(name) = &node.content {
            self.writer.indicator("*", true, false, false);
            self.writer.indicator(name, false, false, false);
            return;
        }
        if let Some(anchor) = &node.anchor {
            self.writer.indicator("&", true, false, false);
            self.writer.indicator(anchor, false, false, false);
        }
        if let Some(tag) = written_tag(node) {
            if tag.handle.is_empty() {
                self.writer.indicator("!<", true, false, false);
                self.writer.indicator(&escaped(&tag.suffix), false, false, false);
                self.writer.indicator(">", false, false, false);
            } else {
                self.writer.indicator(tag.handle, true, false, false);
                self.writer.indicator(&escaped(&tag.suffix), false, false, false);
            }
        }
        if let Content::Scalar(text, wanted) = &node.content {
            let place = Place { is_in_flow: self.flow > 0, is_simple_key: role == Role::SimpleKey };
            let style = style(node, text, *wanted, Analysis::of(text), place);
            self.writer.open_flow();
            self.scalar(text, style, role != Role::SimpleKey);
            self.writer.close();
        }
    }

    fn scalar(&mut self, text: &str, style: Style, may_fold: bool) {
        match style {
            Style::Plain => self.writer.plain(text, may_fold),
            Style::Single => self.writer.single(text, may_fold),
            Style::Double => self.writer.double(text, may_fold),
            Style::Literal => {
                self.writer.block_header("|", text);
                self.header_end();
                self.writer.literal_lines(text);
            }
            Style::Folded => {
                self.writer.block_header(">", text);
                self.header_end();
                self.writer.folded_lines(text);
            }
        }
    }

    /// A comment belongs behind the `|`, not behind the text.
    fn header_end(&mut self) {
        if self.waiting.line.is_empty() {
            self.writer.line_break();
        } else {
            self.write_line();
        }
    }

    /// The entries of a list or mapping.
    pub(super) fn content(&mut self, node: &Node, role: Role) {
        self.content_of(node, role, true);
    }

    /// The same for one that may be a key, whose foot waits.
    pub(super) fn content_of(&mut self, node: &Node, role: Role, with_foot: bool) {
        let is_flow = |form: Form| form == Form::Flow || self.flow > 0;
        match &node.content {
            Content::Scalar(..) | Content::Alias(_) => {}
            Content::Seq(items, form) if is_flow(*form) || items.is_empty() => {
                self.flow_sequence(node, items, with_foot);
            }
            Content::Map(fields, form) if is_flow(*form) || fields.is_empty() => {
                self.flow_mapping(node, fields, with_foot);
            }
            Content::Seq(items, _) => self.block_sequence(node, items, role, with_foot),
            Content::Map(fields, _) => self.block_mapping(node, fields, with_foot),
        }
    }

    fn block_sequence(&mut self, node: &Node, items: &[Node], role: Role, with_foot: bool) {
        let is_in_mapping = role != Role::Other;
        let stays = is_in_mapping && (self.writer.is_at_line_start() || !self.writer.is_at_indention());
        self.writer.open(stays);
        for item in items {
            self.begin(item, true, "");
            self.write_head();
            self.writer.write_indent();
            self.writer.indicator("-", true, false, true);
            self.start(item, Role::Other);
            self.write_line_and_foot();
            self.content(item, Role::Other);
        }
        self.end(node, with_foot, "");
        self.writer.close();
    }

    fn block_mapping(&mut self, node: &Node, fields: &[(Node, Node)], with_foot: bool) {
        self.writer.open(false);
        let mut tail = "";
        for (key, value) in fields {
            self.begin(key, false, tail);
            tail = &key.comments.foot;
            self.write_head();
            self.writer.write_indent();
            if !self.waiting.line.is_empty() {
                self.key_line = std::mem::take(&mut self.waiting.line);
            }
            if self.is_simple_key(key) {
                self.start(key, Role::SimpleKey);
                self.content_of(key, Role::SimpleKey, false);
                self.begin(value, true, "");
                self.writer.indicator(":", false, false, false);
            } else {
                self.writer.indicator("?", true, false, true);
                self.start(key, Role::InMapping);
                self.content_of(key, Role::InMapping, false);
                self.begin(value, true, "");
                self.writer.write_indent();
                self.writer.indicator(":", true, false, true);
            }
            self.write_key_line(value);
            self.start(value, Role::InMapping);
            self.write_line_and_foot();
            self.content(value, Role::InMapping);
        }
        self.end(node, with_foot, tail);
        self.write_head();
        self.writer.close();
    }

    /// A comment behind a key goes behind a scalar, or before a block.
    fn write_key_line(&mut self, value: &Node) {
        if self.key_line.is_empty() {
            return;
        }
        match &value.content {
            Content::Scalar(..) if self.waiting.line.is_empty() => {
                self.waiting.line = std::mem::take(&mut self.key_line);
            }
            Content::Seq(_, Form::Block) | Content::Map(_, Form::Block) => {
                std::mem::swap(&mut self.waiting.line, &mut self.key_line);
                self.write_line();
                std::mem::swap(&mut self.waiting.line, &mut self.key_line);
            }
            _ => {}
        }
    }

    /// Can it stand before a colon without a `?` (`yaml_emitter_check_simple_key`)?
    pub(super) fn is_simple_key(&self, key: &Node) -> bool {
        let length = match &key.content {
            Content::Alias(name) => return name.len() <= 128,
            Content::Scalar(text, _) if Analysis::of(text).multiline => return false,
            Content::Scalar(text, _) => text.len(),
            Content::Seq(items, _) if items.is_empty() => 0,
            Content::Map(fields, _) if fields.is_empty() => 0,
            _ => return false,
        };
        let anchor = key.anchor.as_ref().map_or(0, String::len);
        length + anchor + written_tag(key).map_or(0, |tag| tag.len()) <= 128
    }
}
