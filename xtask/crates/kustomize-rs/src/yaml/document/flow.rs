//! `[…]` and `{…}`, with the comments that may be in them.

use super::Node;
use super::emit::{Emitter, Role};

impl Emitter {
    fn enter_flow(&mut self, mark: &str) {
        self.writer.indicator(mark, true, true, false);
        self.writer.open_flow();
        self.flow += 1;
    }

    fn leave_flow(&mut self) {
        self.flow -= 1;
        self.writer.close();
    }

    /// What comes before an entry.
    fn flow_entry(&mut self, is_first: bool, is_trailed: bool, mark: &str) {
        if is_first {
            self.enter_flow(mark);
        } else if !is_trailed {
            self.comma();
        }
        self.write_head();
        if self.writer.is_at_line_start() {
            self.writer.write_indent();
        }
    }

    fn comma(&mut self) {
        self.writer.indicator(",", false, false, false);
    }

    /// An item or value; says if its comma is already there, before its comments.
    fn flow_value(&mut self, node: &Node, role: Role) -> bool {
        let is_trailed = self.has_comments_behind();
        self.start(node, role);
        if self.has_comments_behind() {
            self.comma();
        }
        self.write_line_and_foot();
        self.content(node, role);
        is_trailed
    }

    pub(super) fn flow_sequence(&mut self, node: &Node, items: &[Node], with_foot: bool) {
        let (mut is_first, mut is_trailed) = (true, false);
        for item in items {
            self.begin(item, true, "");
            self.flow_entry(is_first, is_trailed, "[");
            is_trailed = self.flow_value(item, Role::Other);
            is_first = false;
        }
        self.end(node, with_foot, "");
        if is_first {
            self.enter_flow("[");
        }
        self.leave_flow();
        if self.writer.is_at_line_start() {
            self.writer.write_indent();
        }
        self.writer.indicator("]", false, false, false);
        self.write_line_and_foot();
    }

    pub(super) fn flow_mapping(&mut self, node: &Node, fields: &[(Node, Node)], with_foot: bool) {
        let (mut is_first, mut is_trailed, mut tail) = (true, false, "");
        for (key, value) in fields {
            self.begin(key, false, tail);
            tail = &key.comments.foot;
            self.flow_entry(is_first, is_trailed, "{");
            let is_simple = self.is_simple_key(key);
            if !is_simple {
                self.writer.indicator("?", true, false, false);
            }
            let role = if is_simple { Role::SimpleKey } else { Role::InMapping };
            self.start(key, role);
            self.content_of(key, role, false);
            self.begin(value, true, "");
            self.writer.indicator(":", !is_simple, false, false);
            is_trailed = self.flow_value(value, Role::InMapping);
            is_first = false;
        }
        self.end(node, with_foot, tail);
        if is_first {
            self.enter_flow("{");
        }
        let has_comments =
            !(self.waiting.head.is_empty() && self.waiting.foot.is_empty() && self.tail.is_empty());
        if has_comments && !is_first && !is_trailed {
            self.comma();
        }
        self.write_head();
        self.leave_flow();
        self.writer.indicator("}", false, false, false);
        self.write_line_and_foot();
    }
}
