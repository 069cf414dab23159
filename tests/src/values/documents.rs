//! Documents of values: ordinary ones, odd ones, and some that are none.

use serde_json::{Map, Value};

use crate::differential::draw::Draw;
use crate::differential::{scalars, write};

const KEYS: [&str; 6] = ["a", "b", "c", "d", "a-b", "x/y"];

/// The bytes below a key of values.
pub fn text(draw: &mut Draw) -> Vec<u8> {
    let mut text = match draw.below(20) {
        0..=11 => written(draw),
        12..=16 => {
            draw.hit("document of go-yaml's corners");
            let anchors =
                if draw.chance(70) { "m: &m {a: 1, b: 2}\nn: &n {b: 3, c: 4}\ns: &s x\n" } else { "" };
            format!("{anchors}{}", corners(draw, 0, ""))
        }
        17 if draw.chance(40) => {
            draw.hit("document that is no map");
            draw.pick(&[
                "",
                "\n",
                "# none\n",
                "null\n",
                "~",
                "x",
                "1",
                "[a]",
                "- a\n",
                "---\n",
                "--- \n...\n",
                "''",
                "!!map\n",
            ])
            .to_owned()
        }
        17 | 18 => {
            draw.hit("several documents");
            let second = draw.pick(&["b: 2\n", "{", "@", "\t", "*x", "- a\n b\n", "%YAML 1.1\n", "'"]);
            format!("{}{}{second}", written(draw), draw.pick(&["---\n", "...\n", "...\n---\n", "--- "]))
        }
        _ => {
            draw.hit("flow document");
            flow(draw, 3)
        }
    };
    if draw.takes(6, "broken somewhere") {
        for _ in 0..draw.between(1, 3) {
            broken(draw, &mut text);
        }
    }
    if draw.takes(1, "UTF-16") {
        let little = draw.chance(50);
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        return units.flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect();
    }
    let mut bytes = text.into_bytes();
    if draw.takes(1, "bytes that are no UTF-8") {
        let at = draw.between(0, bytes.len());
        bytes.insert(at, draw.pick(&[0xff, 0x80, 0xc3]));
    }
    bytes
}

fn written(draw: &mut Draw) -> String {
    let map = map(draw, 3);
    let map = Value::Object(raw(draw, map));
    write::document(draw, &map)
}

/// A map whose keys other layers have too.
pub fn map(draw: &mut Draw, depth: usize) -> Map<String, Value> {
    (0..draw.below(5)).map(|_| (draw.pick(&KEYS).to_owned(), plain(draw, depth - 1))).collect()
}

/// A value that is the same in every notation.
pub fn plain(draw: &mut Draw, depth: usize) -> Value {
    match draw.below(if depth == 0 { 6 } else { 12 }) {
        0 => Value::from(draw.pick(&[
            "x",
            "",
            "1",
            "true",
            "a b",
            "é",
            "null",
            "<<",
            "a\nb",
            " x ",
            "2020-01-01",
        ])),
        1 => Value::Null,
        2 => Value::from(draw.chance(50)),
        3 => Value::from(draw.pick(&[0, 1, -1, 9_007_199_254_740_993, i64::MAX, i64::MIN])),
        4 => Value::from(draw.pick(&[0.5, 1.0, 1e21, 1e-7, -0.0, 1.797e308, 5e-324])),
        5 => Value::from(u64::MAX - 1),
        6..=8 => (0..draw.below(4)).map(|_| plain(draw, depth - 1)).collect(),
        _ => Value::Object(map(draw, depth)),
    }
}

/// The same with some scalars that YAML readers disagree about.
fn raw(draw: &mut Draw, map: Map<String, Value>) -> Map<String, Value> {
    map.into_iter()
        .map(|(key, value)| {
            let key = if draw.odd("odd key") { scalars::key(draw) } else { key };
            let value = match value {
                Value::Object(map) => Value::Object(raw(draw, map)),
                _ if draw.odd("odd scalar") => scalars::any(draw),
                other => other,
            };
            (key, value)
        })
        .collect()
}

/// Scalars with a value.
#[rustfmt::skip]
const SCALARS: &[&str] = &[
    "x", "1", "y", "N", "on", "Off", "yes", "no", "true", "~", "null", "", "0777", "08", "0o17", "0x1F",
    "0X1f", "0b11", "0B11", "-0b11", "0b-1", "+0b1", "1_000", "0_8", "_1", "1e3", "1E+3", "1e", ".5", "5.",
    "-.5", "+.5", ".5_0", "1e400", "-1e400", ".e1", "1_0.5", "9223372036854775807", "18446744073709551616",
    "-9223372036854775808", "-9223372036854775809", "+9223372036854775808", "-0", "-0.0", "+0", "0.1",
    "16777217.0", "1e10", "123456789.5", "1e-5", "0.0001", "999999.5", "1000000.0", "1e300", "2001-01-01",
    "2001-01-01T00:00:00Z", "1:30", "<<", "=", "!!str 1", "!!int 1", "!!float 1", "!!bool yes", "!!null ''",
    "!!binary aGk=", "!!binary /w==", "!!timestamp 2001-01-01", "!x 1", "! 1", "! '1'", "! ''", "! '<<'",
    "'1'", "\"1\"", "'yes'", "!!str", "!!merge <<", "!!merge x", "!!str <<", "!<tag:yaml.org,2002:int> 1",
    "!!seq x", "!!map x", "0x", "0xg", "+", "-", ".", "..", "...", "+-1", "0x-1", "08.5", "1__0", "0b",
    "!!float 0x10", "!!int 18446744073709551615", "\"\\u00e9\\x41\\/\\_\"", "'<<'", "\"<<\"", "a #b",
];

/// Scalars that end it, in most places.
#[rustfmt::skip]
const FATAL: &[&str] = &[
    "9223372036854775808", "18446744073709551615", ".inf", "-.INF", "+.inf", ".nan", "!!int 1.5",
    "!!float x", "!!bool x", "!!null x", "!!binary x", "!!timestamp x", "!!int",
    "!!float 18446744073709551615", "'a", "\"\\ud800\"", "@", "`", "%x",
];

fn scalar(draw: &mut Draw) -> String {
    let from = if draw.below(150) == 0 { FATAL } else { SCALARS };
    draw.pick(from).to_owned()
}

/// Block style with anchors, aliases, `<<`, repeated keys and keys of other types.
fn corners(draw: &mut Draw, depth: usize, indent: &str) -> String {
    let mut out = String::new();
    let deeper = format!("{indent}  ");
    for _ in 0..draw.between(1, 5) {
        out.push_str(indent);
        if draw.takes(12, "merge key") {
            let from = if draw.chance(95) {
                draw.pick(&["*m", "[*m, *n]", "{a: 5, e: 6}", "[{a: 1}, *m]", "[]", "{}"])
            } else {
                draw.pick(&["*s", "x", "[1]", "~", "[*m, *s]"])
            };
            out.push_str(&format!("<<: {from}\n"));
            continue;
        }
        let key =
            if draw.takes(25, "key of another type") { scalar(draw) } else { draw.pick(&KEYS).to_owned() };
        out.push_str(&key);
        out.push_str(": ");
        if draw.takes(25, "anchor") {
            out.push_str(draw.pick(&["&m ", "&n ", "&s "]));
        }
        match draw.below(8) {
            0..=2 if depth < 3 => out.push_str(&format!("\n{}", corners(draw, depth + 1, &deeper))),
            3 if depth < 3 => {
                let items: Vec<String> =
                    (0..draw.between(1, 3)).map(|_| format!("{indent}- {}\n", scalar(draw))).collect();
                out.push_str(&format!("\n{}", items.concat()));
            }
            4 => {
                draw.hit("alias");
                out.push_str(draw.pick(&["*m\n", "*n\n", "*s\n"]));
            }
            5 => out.push_str(&format!("{}\n", flow(draw, 2))),
            _ => out.push_str(&format!("{}\n", scalar(draw))),
        }
    }
    out
}

fn flow(draw: &mut Draw, depth: usize) -> String {
    let count = draw.below(4);
    let inner =
        |draw: &mut Draw| if depth == 0 || draw.chance(60) { scalar(draw) } else { flow(draw, depth - 1) };
    if draw.chance(30) {
        let items: Vec<String> = (0..count).map(|_| inner(draw)).collect();
        return format!("[{}]", items.join(", "));
    }
    let entries: Vec<String> = (0..count)
        .map(|_| {
            let key = if draw.chance(70) { draw.pick(&KEYS).to_owned() } else { scalar(draw) };
            let colon = draw.pick(&[": ", ": ", ": ", ":", " "]);
            format!("{key}{colon}{}", inner(draw))
        })
        .collect();
    format!("{{{}}}", entries.join(draw.pick(&[", ", ",", ",\n"])))
}

/// One character more, less or another.
fn broken(draw: &mut Draw, text: &mut String) {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    if places.is_empty() {
        return;
    }
    let at = draw.pick(&places);
    if draw.chance(50) {
        text.remove(at);
    }
    if draw.chance(60) {
        let piece = draw.pick(&[
            ":", "-", "#", "'", "\"", "{", "}", "[", "]", ",", "&a", "*a", "!", "!!", "|", ">", "%", "\t",
            "\n", "  ", "\r", "? ", ": ", "- ", " #", "\n---\n", "\n...\n", "\u{85}", "\u{2028}", "\u{7f}",
            "\u{feff}", "\0", "\\", "<<: ", "|-\n", ">2\n", "@",
        ]);
        text.insert_str(at, piece);
    }
}
