//! A value as YAML, each time in another style.

use serde_json::Value;

use super::draw::Draw;
use super::scalars::RAW;

/// Writes documents one after the other.
pub fn documents(draw: &mut Draw, values: &[Value]) -> String {
    let mut out = String::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 || draw.odd("document marker first") {
            out.push_str("---\n");
        }
        if draw.odd("empty document") {
            out.push_str("# nothing\n---\n");
        }
        let mut writer = Writer { draw, anchors: Vec::new(), out: String::new() };
        writer.document(value);
        out.push_str(&writer.out);
    }
    if draw.odd("document end") {
        out.push_str("...\n");
    }
    if draw.oddness > 0 && draw.takes(2, "CRLF") {
        out = out.replace('\n', "\r\n");
    }
    if draw.oddness > 0 && draw.takes(2, "no newline at the end") {
        out.truncate(out.trim_end_matches('\n').len());
    }
    if draw.oddness > 0 && draw.takes(1, "byte order mark") {
        out.insert(0, '\u{feff}');
    }
    out
}

pub fn document(draw: &mut Draw, value: &Value) -> String {
    documents(draw, std::slice::from_ref(value))
}

struct Writer<'a> {
    draw: &'a mut Draw,
    /// Anchors so far and whether they stand for a mapping.
    anchors: Vec<(String, char)>,
    out: String,
}

impl Writer<'_> {
    fn document(&mut self, value: &Value) {
        if self.draw.odd("comment line") {
            self.out.push_str("# first\n");
        }
        match value {
            Value::Object(map) if !map.is_empty() && !self.draw.odd("flow document") => self.map(map, 0),
            Value::Array(items) if !items.is_empty() => self.list(items, 0),
            other => {
                let text = self.flow(other);
                self.out.push_str(&text);
                self.out.push('\n');
            }
        }
    }

    fn pad(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn map(&mut self, map: &serde_json::Map<String, Value>, indent: usize) {
        let step = if self.draw.odd("deep indentation") { 4 } else { 2 };
        for (key, value) in map {
            if self.draw.odd("comment line") {
                self.pad(indent);
                self.out.push_str("# note\n");
            }
            self.pad(indent);
            let key = self.key(key);
            if self.draw.oddness > 0 && self.draw.takes(1, "explicit key") {
                self.out.push_str(&format!("? {key}\n"));
                self.pad(indent);
            } else {
                self.out.push_str(&key);
            }
            self.out.push(':');
            self.value(value, indent, step);
        }
    }

    /// What stands behind `key:`.
    fn value(&mut self, value: &Value, indent: usize, step: usize) {
        if let Some(alias) = self.alias(value) {
            self.out.push_str(&format!(" {alias}\n"));
            return;
        }
        if let Some(anchor) = self.anchor(value) {
            self.out.push_str(&format!(" {anchor}"));
        }
        match value {
            Value::Object(map) if !map.is_empty() && !self.draw.odd("flow mapping") => {
                self.end_of_line();
                self.map(map, indent + step);
            }
            Value::Array(items) if !items.is_empty() && !self.draw.odd("flow list") => {
                self.end_of_line();
                let indent = if self.draw.chance(30) { indent } else { indent + step };
                self.list(items, indent);
            }
            other => self.leaf(other, indent + step),
        }
    }

    fn list(&mut self, items: &[Value], indent: usize) {
        for item in items {
            self.pad(indent);
            self.out.push('-');
            match item {
                Value::Object(map) if !map.is_empty() && !self.draw.odd("flow mapping") => {
                    if self.draw.odd("item on its own line") {
                        self.end_of_line();
                        self.map(map, indent + 2);
                        continue;
                    }
                    let before = self.out.len();
                    self.map(map, indent + 2);
                    // The first key stands behind the dash, unless a comment does.
                    let written = self.out.split_off(before);
                    if written.trim_start().starts_with('#') {
                        self.out.push('\n');
                        self.out.push_str(&written);
                    } else {
                        self.out.push_str(&written[indent + 1..]);
                    }
                }
                Value::Array(inner) if !inner.is_empty() && !self.draw.odd("flow list") => {
                    self.end_of_line();
                    self.list(inner, indent + 2);
                }
                other => self.leaf(other, indent + 2),
            }
        }
    }

    fn end_of_line(&mut self) {
        if self.draw.odd("comment behind") {
            self.out.push_str(" # why");
        }
        if self.draw.odd("blanks behind") {
            self.out.push_str("  ");
        }
        self.out.push('\n');
    }

    fn leaf(&mut self, value: &Value, indent: usize) {
        if let Value::String(text) = value
            && !text.starts_with(RAW)
            && self.block(text, indent)
        {
            return;
        }
        let text = self.flow(value);
        if !text.is_empty() {
            self.out.push(' ');
            self.out.push_str(&text);
        }
        self.end_of_line();
    }

    /// Writes a block scalar, if the text can be one.
    fn block(&mut self, text: &str, indent: usize) -> bool {
        let is_possible = text.chars().all(|c| {
            c == '\n'
                || (c >= ' '
                    && !matches!(c, '\u{7f}'..='\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}'))
        }) && !text.starts_with([' ', '\n'])
            && !text.is_empty();
        let wants = if text.contains('\n') {
            self.draw.chance(70)
        } else {
            self.draw.odd("block scalar for one line")
        };
        if !is_possible || !wants {
            return false;
        }
        let body = text.trim_end_matches('\n');
        let ends = text.len() - body.len();
        let chomp = match ends {
            0 => "-",
            1 => "",
            _ => "+",
        };
        let folded = !body.contains("\n ") && self.draw.odd("folded block scalar");
        let mark = if folded { '>' } else { '|' };
        self.out.push_str(&format!(" {mark}{chomp}\n"));
        for line in body.split('\n') {
            if !line.is_empty() {
                self.pad(indent);
            }
            self.out.push_str(line);
            self.out.push('\n');
            if folded && line.len() < 3 && self.draw.chance(20) {
                self.out.push('\n');
            }
        }
        for _ in 1..ends {
            self.out.push('\n');
        }
        true
    }

    /// An anchor for this value, remembered.
    fn anchor(&mut self, value: &Value) -> Option<String> {
        if self.draw.oddness == 0 || !self.draw.takes(1, "anchor") {
            return None;
        }
        let name = format!("a{}", self.draw.below(3));
        let sort = sort(value);
        // What is inside a mapping must not refer to it.
        if sort == 's' && !matches!(value, Value::String(t) if t.starts_with(RAW)) {
            self.anchors.push((name.clone(), sort));
        }
        Some(format!("&{name}"))
    }

    fn alias(&mut self, value: &Value) -> Option<String> {
        let sort = sort(value);
        let known: Vec<String> =
            self.anchors.iter().filter(|(_, s)| *s == sort).map(|(n, _)| n.clone()).collect();
        if known.is_empty() || !self.draw.takes(4, "alias") {
            return None;
        }
        Some(format!("*{}", self.draw.pick(&known)))
    }

    fn key(&mut self, key: &str) -> String {
        if let Some(raw) = key.strip_prefix(RAW) {
            return raw.to_owned();
        }
        if self.draw.odd("quoted key") {
            return self.quoted(key);
        }
        if is_plain(key) { key.to_owned() } else { double(key) }
    }

    fn flow(&mut self, value: &Value) -> String {
        match value {
            Value::Null => self.draw.pick(&["null", "null", "~", ""]).to_owned(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::String(text) => match text.strip_prefix(RAW) {
                Some(raw) => raw.to_owned(),
                None if is_plain(text) && !self.draw.odd("needless quotes") => text.clone(),
                None => self.quoted(text),
            },
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(|i| self.inner(i)).collect();
                let end = if !items.is_empty() && self.draw.odd("comma at the end") { "," } else { "" };
                format!("[{}{end}]", items.join(", "))
            }
            Value::Object(map) => {
                let fields: Vec<String> =
                    map.iter().map(|(k, v)| format!("{}: {}", self.key(k), self.inner(v))).collect();
                format!("{{{}}}", fields.join(", "))
            }
        }
    }

    /// Inside a flow collection, where an empty text would be none and commas end a plain one.
    fn inner(&mut self, value: &Value) -> String {
        let text = self.flow(value);
        match value {
            Value::Null if text.is_empty() => "null".to_owned(),
            Value::String(plain) if text == *plain && text.contains([',', '[', ']', '{', '}']) => {
                double(plain)
            }
            _ => text,
        }
    }

    fn quoted(&mut self, text: &str) -> String {
        let is_printable =
            text.chars().all(|c| (' '..'\u{7f}').contains(&c) || ('\u{a1}'..'\u{2000}').contains(&c));
        if is_printable && self.draw.chance(50) {
            return format!("'{}'", text.replace('\'', "''"));
        }
        double(text)
    }
}

fn sort(value: &Value) -> char {
    match value {
        Value::Object(_) => 'm',
        Value::Array(_) => 'l',
        _ => 's',
    }
}

/// Is it a text when it stands there without quotes, for everybody?
fn is_plain(text: &str) -> bool {
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '/' || c == '$');
    let rest = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./ =$()@*".contains(c));
    let word = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "inf", "nan"];
    first && rest && !text.ends_with(' ') && !word.contains(&text.to_ascii_lowercase().as_str())
}

fn double(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            ' '..'\u{7f}' | '\u{a1}'..='\u{1fff}' | '\u{3000}'..='\u{d7ff}' | '\u{1f600}'..='\u{1f64f}' => {
                out.push(c)
            }
            c if u32::from(c) > 0xffff => out.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}
