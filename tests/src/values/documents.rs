//! Documents of values: ordinary ones, odd ones, and some that are none.

mod corners;

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
            format!("{anchors}{}", corners::block(draw, 0, ""))
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
            corners::flow(draw, 3)
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
