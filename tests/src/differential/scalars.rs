//! Scalars as people write them, and as nobody should.

use serde_json::Value;

use super::draw::Draw;

/// What begins a text that stands in the file as it is.
pub const RAW: char = '\u{1}';

/// Written as they stand.
const PLAIN: &[&str] = &[
    "1",
    "0",
    "-1",
    "+1",
    "0777",
    "0o7",
    "0x1F",
    "0b11",
    "1_000",
    "1e3",
    "1.0",
    "1.50",
    "-0",
    "-0.0",
    ".5",
    "5.",
    "1e400",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "1.7976931348623157e308",
    "1e21",
    "1e-7",
    "123456789012",
    "0.1",
    "100000000000000000000000",
    ".inf",
    "-.Inf",
    ".nan",
    "true",
    "True",
    "TRUE",
    "yes",
    "Yes",
    "no",
    "on",
    "OFF",
    "y",
    "n",
    "null",
    "Null",
    "~",
    "",
    "2020-01-01",
    "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43",
    "12:30:45",
    "190:20:30",
    "1:30",
    "=",
    "0o8",
    "08",
    "09",
    "0x",
    "1__0",
    "_1",
    "1e",
    "e3",
    "Infinity",
    "NaN",
    "inf",
    "a:b",
    "a#b",
    "http://x/y?z=1",
    "-x",
    "--",
    "?x",
    ":x",
    "a, b",
    "é",
    "日本語",
    "😀",
    "a\u{a0}b",
    "a  b",
    "!!str 5",
    "!!int 5",
    "!!int \"5\"",
    "!!float 1",
    "!!bool \"true\"",
    "!!null \"\"",
    "!!str",
    "!!str null",
    "!!binary aGk=",
    "!!timestamp 2020-01-01",
    "!x y",
    "! 5",
    "!!set {a}",
    "<<",
    "'1'",
    "\"1\"",
    "''",
    "\"\"",
    "'it''s'",
    "\"a\\tb\"",
    "\"a\\nb\"",
    "\"\\x41\\u00e9\\U0001F600\"",
    "\"\\0\"",
    "\"a\\\\b\"",
    "\"\\/\"",
    "\"\\e\"",
    "\"\\N\\_\\L\\P\"",
    "' lead'",
    "'trail '",
    "\"#x\"",
    "'a: b'",
    "0.0.0.0",
    "1.2.3",
    "10.0.0.0/8",
    "1Gi",
    "500m",
    "1,000",
    "a*b",
    "{}",
    "[]",
    "[1, \"1\", x]",
    "{a: 1}",
    "{a, b: }",
    "[a: 1]",
];

/// What no parser should take, or only some do.
const WRONG: &[&str] = &[
    "[a", "{a", "@x", "`x", "%x", "*", "&", "*k", "\"a\": 1", "a: b", "- a", "'a", "\"a", "\"\\q\"", "!",
    "a:", "\tx", "x\t# y", "? a",
];

/// Texts that are quoted if they have to be.
const TEXTS: &[&str] = &[
    "x",
    "x y",
    "value",
    " lead",
    "trail ",
    "  ",
    "",
    "a\nb",
    "a\nb\n",
    "a\n\n",
    "\n",
    "\na",
    " a\nb",
    "a\n b\n  c\n",
    "a \nb",
    "a\tb",
    "\ta",
    "\t",
    "a\r\nb",
    "a\rb",
    "# no comment",
    "a # b",
    "a: b",
    "a:",
    "- a",
    "-",
    "?",
    ": a",
    "it's",
    "say \"x\"",
    "'",
    "\"",
    "\\",
    "a\\nb",
    "é",
    "日本語 テキスト",
    "😀 smile",
    "\u{feff}bom",
    "a\u{85}b",
    "a\u{2028}b",
    "a\u{2029}b",
    "\u{7}bell",
    "\u{0}",
    "\u{7f}",
    "\u{e000}",
    "a\u{a0}b",
    "true",
    "yes",
    "null",
    "~",
    "1",
    "1.0",
    "0x1F",
    "1e3",
    "2020-01-01",
    "12:30:45",
    "=",
    "<<",
    "{a}",
    "[a]",
    "a, b",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "|",
    ">",
    "---",
    "...",
    "--- a",
    "a\n---\nb",
    "$(VAR)",
    "${var}",
    "<a>&b",
    "key=value",
    "key: value\nother: 1\n",
    "{\"a\": 1, \"b\": [1, 2]}",
    "[1,2]",
    "a line that is longer than eighty columns so that whatever writes it may want to break it in two",
    "a-line-without-any-blank-that-is-longer-than-eighty-columns-so-that-nothing-can-break-it-into-pieces",
    "#!/bin/sh\nset -e\nexec foo --bar \"$1\" # really\n",
    "a line of text that is rather long and then\na second line that is rather long too, more than eighty columns of it\n",
    "é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é é",
    "x                                                                                                 y",
    "a: b: c",
    "a\n\n\nb",
    "  a\n\nb",
    "\n\n a",
    "# a\n# b",
    "\u{fffe}",
    "a\u{200b}b",
    "key: 'q'",
];

/// Keys that are not as plain as they look.
const KEYS: &[&str] = &[
    "y",
    "n",
    "a b",
    "a.b/c",
    "é",
    "\"quoted\"",
    "'single'",
    "\"a: b\"",
    "-",
    "=",
    "2020-01-01",
    "a/b~c",
    "\"\"",
    "a\\b",
    "\"a\\nb\"",
    "!!str 1",
    "a10",
    "a9",
    "A",
    "_",
    "Ab",
    "aB",
    "ä",
    "\"\\u00e9\"",
];

/// Keys that are no texts, or no keys.
const WRONG_KEYS: &[&str] =
    &["1", "1.5", "true", "null", "~", "<<", "0x1F", "[x]", "*k", "10", "9", "? x", "{a: b}", "!!int 1"];

/// Any scalar.
pub fn any(draw: &mut Draw) -> Value {
    if draw.oddness > 0 && draw.takes(1, "scalar that is none") {
        return raw(draw.pick(WRONG));
    }
    if draw.odd("odd plain scalar") {
        return raw(draw.pick(PLAIN));
    }
    if draw.odd("odd text") {
        return Value::from(draw.pick(TEXTS));
    }
    draw.pick(&[
        Value::from("x"),
        Value::from("value"),
        Value::from("some text"),
        Value::from("1"),
        Value::from("true"),
        Value::from(1),
        Value::from(8080),
        Value::from(true),
        Value::from(1.5),
        Value::from("a: b"),
        Value::from(""),
        Value::from("a\nb\n"),
        Value::Null,
    ])
}

/// A scalar that is meant to be a text: what ConfigMaps, annotations and labels hold.
pub fn text(draw: &mut Draw) -> Value {
    if draw.odd("odd plain scalar") {
        return raw(draw.pick(PLAIN));
    }
    if draw.odd("odd text") || draw.chance(5) {
        return Value::from(draw.pick(TEXTS));
    }
    Value::from(draw.pick(&[
        "x",
        "y1",
        "value",
        "some text",
        "1",
        "true",
        "",
        "a-b",
        "a=b",
        "web",
        "db",
        "two\nlines\n",
        "é",
    ]))
}

/// A key of a mapping that holds anything.
pub fn key(draw: &mut Draw) -> String {
    if draw.oddness > 0 && draw.takes(1, "key that is no text") {
        return format!("{RAW}{}", draw.pick(WRONG_KEYS));
    }
    if draw.odd("odd key") {
        return format!("{RAW}{}", draw.pick(KEYS));
    }
    draw.pick(&["a", "b", "key", "app", "tier", "example.com/x", "config.yaml", "KEY", "b-2"]).to_owned()
}

pub fn raw(text: impl AsRef<str>) -> Value {
    Value::from(format!("{RAW}{}", text.as_ref()))
}
