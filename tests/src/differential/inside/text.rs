//! YAML by chance, with comments everywhere and every way of writing a value.

use std::collections::BTreeSet;

use super::super::draw::Draw;

/// Plain and quoted scalars of one line.
const SCALARS: &[&str] = &[
    "x",
    "a b",
    "1",
    "1.5",
    "true",
    "no",
    "null",
    "~",
    "''",
    "\"\"",
    "'it''s'",
    "'a: b'",
    "\"a\\tb\"",
    "\"a # b\"",
    "'#x'",
    "a#b",
    "a:b",
    "http://x/y?z",
    "0x1f",
    "1_000",
    "2020-01-01",
    ".inf",
    "\"\\u00e9\\n\"",
    "é",
    "日本",
    "😀",
    "'😀'",
    "\"a\\\"b\"",
    "-x",
    "?x",
    ":x",
    "a, b",
    "'1'",
    "\"true\"",
    "<<",
    "'<<'",
    "=",
    "1e3",
    "\" a\"",
    "'a '",
    "\"a\\nb\"",
];

const TAGS: &[&str] = &[
    "!!str ",
    "!!int ",
    "!own ",
    "! ",
    "!!map ",
    "!!seq ",
    "!<tag:e.org,1:x> ",
    "!!binary ",
    "!a%21b ",
    "!!float ",
    "!!null ",
    "!!own ",
];

/// A text and the paths to what is in it.
struct Text<'d> {
    draw: &'d mut Draw,
    out: String,
    paths: Vec<String>,
    /// Those of lists and mappings.
    containers: Vec<String>,
    anchors: usize,
    /// Is it part of an object, which kustomize reads twice? Tabs and last breaks do not always survive that.
    is_object: bool,
    /// How likely a comment is, in percent.
    comments: usize,
    /// How likely something odd is, in percent.
    odd: usize,
}

/// A text, with the paths to scalars and those to lists and mappings.
pub(super) fn text(draw: &mut Draw, odd: usize, is_object: bool) -> (String, (Vec<String>, Vec<String>)) {
    let comments = draw.pick(&[0, 10, 30, 50]);
    let (paths, containers) = (Vec::new(), Vec::new());
    let mut text = Text { draw, out: String::new(), paths, containers, anchors: 0, is_object, comments, odd };
    text.document();
    (text.out, (text.paths, text.containers))
}

fn below(path: &str, step: &str) -> String {
    if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") }
}

impl Text<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn indent(&mut self, by: usize) {
        self.out.extend(std::iter::repeat_n(' ', by));
    }

    fn is_odd(&mut self) -> bool {
        let odd = self.odd;
        self.draw.chance(odd)
    }

    fn has_comment(&mut self) -> bool {
        let comments = self.comments;
        self.draw.chance(comments)
    }

    fn document(&mut self) {
        if self.is_odd() {
            let start = self.draw.pick(&[
                "---\n",
                "--- # c\n",
                "%YAML 1.1\n---\n",
                "# c\n---\n",
                "%TAG !e! tag:e.org,1:\n---\n",
                "\n",
                "--- ",
            ]);
            self.put(start);
        }
        self.lines(0);
        if self.draw.chance(80) {
            self.mapping(0, "", 0);
        } else {
            self.list(0, "", 0);
        }
        self.lines(0);
        if self.is_odd() {
            let end = self.draw.pick(&["...\n", "---\n", "... # c\n", "--- x\n", "...\n# c\n"]);
            self.put(end);
        }
        if self.draw.chance(10) {
            self.out.truncate(self.out.trim_end().len());
        }
        if self.is_odd() && self.draw.chance(20) {
            self.out = match self.draw.below(3) {
                0 => self.out.replace('\n', "\r\n"),
                1 => format!("\u{feff}{}", self.out),
                _ => self.out.replacen("one", "o\u{2029}ne", 1),
            };
        }
    }

    /// Comments and blank lines in lines of their own.
    fn lines(&mut self, indent: usize) {
        while self.has_comment() {
            if self.draw.chance(30) {
                self.put("\n");
                continue;
            }
            let at = if self.draw.chance(70) { indent } else { self.draw.below(indent + 5) };
            self.indent(at);
            let comment = self.draw.pick(&[
                "# one",
                "# two",
                "#three",
                "# é",
                "#",
                "# a # b",
                "## x",
                "# k: v",
                "# a\u{2028}b",
                "# \u{85}",
            ]);
            self.put(comment);
            self.put("\n");
        }
    }

    /// The end of a line, perhaps with a comment.
    fn end(&mut self) {
        if self.has_comment() {
            let comment = self.draw.pick(&[" # line", "  # far", " #near", "\t# tab", " #"]);
            self.put(comment);
        }
        self.put("\n");
    }

    fn properties(&mut self) {
        if self.is_odd() {
            let tag = self.draw.pick(TAGS);
            self.put(tag);
        }
        if self.is_odd() {
            self.anchors += 1;
            let anchor = format!("&a{} ", self.anchors);
            self.put(&anchor);
        }
    }

    fn mapping(&mut self, indent: usize, path: &str, depth: usize) {
        let mut keys = BTreeSet::new();
        for number in 0..self.draw.between(1, 4) {
            if number > 0 {
                self.lines(indent);
                self.indent(indent);
            }
            let key = self.draw.pick(&["a", "b", "c", "name", "k"]);
            if !keys.insert(key) && self.draw.chance(80) {
                let other = format!("k{number}");
                self.put(&other);
                self.put(":");
                self.value(indent, &below(path, &other), depth);
                continue;
            }
            let path = below(path, key);
            if self.is_odd() {
                self.properties();
                match self.draw.below(6) {
                    0 => self.put(&format!("'{key}'")),
                    1 => self.put(&format!("\"{key}\"")),
                    2 => {
                        self.put(&format!("? {key}"));
                        self.end();
                        self.lines(indent);
                        self.indent(indent);
                    }
                    3 => {
                        self.put("? [x, y]");
                        self.end();
                        self.indent(indent);
                    }
                    4 => self.put(&format!("{key} ")),
                    _ => {
                        let key = self.odd_key();
                        self.put(&key);
                    }
                }
            } else {
                self.put(key);
            }
            self.put(":");
            self.value(indent, &path, depth);
        }
    }

    fn odd_key(&mut self) -> String {
        let length = self.draw.between(120, 140);
        let long = "k".repeat(length);
        let alias = format!("*a{} ", self.draw.between(1, self.anchors.max(1)));
        let keys = [
            "a b",
            "1",
            "true",
            "<<",
            "é",
            "? ",
            "? |\n   k\n",
            "'a\n b'",
            "\"a\\nb\"",
            "{}",
            "[]",
            "null",
            "''",
        ];
        let other = self.draw.pick(&keys).to_owned();
        self.draw.pick(&[long, alias, other.clone(), other])
    }

    /// What is behind a colon, with the end of the line.
    fn value(&mut self, indent: usize, path: &str, depth: usize) {
        let sort = self.draw.below(if depth < 3 { 10 } else { 6 });
        match sort {
            0 => {
                self.paths.push(path.to_owned());
                self.end();
            }
            1..=3 => {
                self.put(" ");
                self.scalar(path);
                self.end();
            }
            4 => {
                self.put(" ");
                self.block_scalar(indent, path);
            }
            5 => {
                self.put(" ");
                self.flow(path, indent, depth);
                self.end();
            }
            6..=7 => {
                self.containers.push(path.to_owned());
                if self.is_odd() {
                    self.put(" ");
                    self.properties();
                }
                self.end();
                let deeper = indent + self.draw.pick(&[2, 2, 2, 4, 1, 3]);
                self.lines(deeper);
                self.indent(deeper);
                self.mapping(deeper, path, depth + 1);
            }
            _ => {
                self.containers.push(path.to_owned());
                if self.is_odd() {
                    self.put(" ");
                    self.properties();
                }
                self.end();
                let deeper = indent + self.draw.pick(&[0, 0, 2, 2, 4, 1]);
                self.lines(deeper);
                self.indent(deeper);
                self.list(deeper, path, depth + 1);
            }
        }
    }

    fn list(&mut self, indent: usize, path: &str, depth: usize) {
        for number in 0..self.draw.between(1, 3) {
            if number > 0 {
                self.lines(indent);
                self.indent(indent);
            }
            self.put("-");
            let path = below(path, &number.to_string());
            let gap = self.draw.pick(&[1, 1, 1, 1, 3]);
            let inner = indent + 1 + gap;
            match self.draw.below(if depth < 3 { 9 } else { 5 }) {
                0 => {
                    self.paths.push(path);
                    self.end();
                }
                1 | 2 => {
                    self.indent(gap);
                    self.scalar(&path);
                    self.end();
                }
                3 => {
                    self.indent(gap);
                    self.block_scalar(indent, &path);
                }
                4 => {
                    self.indent(gap);
                    self.flow(&path, indent, depth);
                    self.end();
                }
                5 => {
                    // The first entry stands in a line of its own.
                    self.end();
                    self.lines(inner);
                    self.indent(inner);
                    self.mapping(inner, &path, depth + 1);
                }
                6 | 7 => {
                    self.indent(gap);
                    self.mapping(inner, &path, depth + 1);
                }
                _ => {
                    self.indent(gap);
                    self.list(inner, &path, depth + 1);
                }
            }
        }
    }

    fn scalar(&mut self, path: &str) {
        self.paths.push(path.to_owned());
        self.properties();
        if self.anchors > 0 && self.is_odd() {
            let alias = format!("*a{}", self.draw.between(1, self.anchors));
            return self.put(&alias);
        }
        if self.is_odd() {
            let long = "word ".repeat(self.draw.between(10, 30));
            let long = long.trim_end();
            let written = match self.draw.below(3) {
                0 => long.to_owned(),
                1 => format!("'{long}'"),
                _ => format!("\"{long}\""),
            };
            return self.put(&written);
        }
        let scalar = self.draw.pick(SCALARS);
        self.put(scalar);
    }

    fn block_scalar(&mut self, indent: usize, path: &str) {
        self.paths.push(path.to_owned());
        self.properties();
        let marks: &[&str] = if self.is_object {
            &["|", "|-", ">-"]
        } else {
            &["|", "|-", "|+", ">", ">-", ">+", "|2", ">2-"]
        };
        let mark = self.draw.pick(marks);
        self.put(mark);
        self.end();
        let deeper = if mark.contains('2') { indent + 2 } else { indent + self.draw.pick(&[2, 2, 4, 1]) };
        for _ in 0..self.draw.between(0, 4) {
            let line = self.draw.pick(&[
                "one",
                "two three",
                "",
                "  deep",
                "# no comment",
                "a: b",
                "\ttab",
                "end ",
                "é",
            ]);
            let line = if self.is_object { line.trim() } else { line };
            if !line.is_empty() {
                self.indent(deeper);
            }
            self.put(line);
            self.put("\n");
        }
    }

    /// A break with comments inside a flow collection, or a blank.
    fn gap(&mut self, indent: usize) {
        if self.draw.chance(20) {
            self.end();
            self.lines(indent + 2);
            self.indent(indent + 2);
        } else if self.draw.chance(70) {
            self.put(" ");
        }
    }

    fn flow(&mut self, path: &str, indent: usize, depth: usize) {
        self.containers.push(path.to_owned());
        self.properties();
        let is_list = self.draw.chance(50);
        self.put(if is_list { "[" } else { "{" });
        self.gap(indent);
        let count = self.draw.below(4);
        for number in 0..count {
            let path = if is_list {
                below(path, &number.to_string())
            } else {
                let key = ["a", "b", "c"][number % 3];
                self.put(&format!("{key}: "));
                if self.is_odd() {
                    self.gap(indent);
                }
                below(path, key)
            };
            if depth < 3 && self.draw.chance(25) {
                self.flow(&path, indent, depth + 1);
            } else {
                let scalar =
                    self.draw.pick(&["x", "1", "'q'", "\"d\"", "true", "a b", "'a, b'", "null", "''", "é"]);
                self.paths.push(path);
                self.put(scalar);
            }
            if self.is_odd() {
                self.gap(indent);
            }
            if number + 1 < count || self.is_odd() {
                self.put(",");
            }
            self.gap(indent);
        }
        self.put(if is_list { "]" } else { "}" });
    }
}
