//! Texts by chance: expressions of every form, what people write around them, and what breaks both.

use super::Case;
use crate::differential::draw::Draw;

const SET: [&str; 8] = ["v", "domain", "_x1", "größe", "1", "app_name", "A", "名"];
const UNSET: [&str; 3] = ["w", "missing", "É9"];
const NO_NAMES: [&str; 8] = ["", "a-b", "a.b", "²", " v", "v ", "-", "\u{301}"];
const WORDS: [&str; 12] =
    ["a", "abc", "example.org", "x-y", " ", "0", "true", "Ab", "bozo/ideas", "_", ".txt", "k: v\n"];
const SIGNS: [&str; 31] = [
    "$", "$$", "$$$", "${", "}", "{", "\\", "\\\\", "\\/", "/", ":", "-", "#", "%", "*", "?", "[", "]", "^",
    ",", "=", "+", "!", "@", "\"", "'", "\n", "}}", "${}", "//", "$ {",
];
const WIDE: [&str; 13] =
    ["é", "É", "ß", "中", "😀", "\u{fffd}", "ǆ", "İ", "ſ", "Σ", "\u{a0}", "e\u{301}", "\u{10ffff}"];
const PATTERNS: [&str; 26] = [
    "*", "?", "[a-c]", "[^a]", "[", "]", "[]", "[a-]", "[-a]", "[]a]", "]c-a[", "]a^[", "\\", "\\*", "*\\",
    "[\\]]", "[*]", "*.", ".*", "*/", "/*", "??", "**", "[^", "[a", "[é-ü]",
];
const NUMBERS: [&str; 24] = [
    "0",
    "1",
    "2",
    "3",
    "5",
    "9",
    "-1",
    "-2",
    "-9",
    "+1",
    "007",
    "-0",
    " 1",
    "1 ",
    "x",
    "1.0",
    "0x1",
    "1_0",
    " -1",
    "--1",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "99999999999999999999",
];
const FORMS: [&str; 25] = [
    "plain",
    "length",
    "^",
    "^^",
    ",",
    ",,",
    "^,",
    ":=",
    ":-",
    ":?",
    ":+",
    "=",
    ":position",
    ":position:length",
    "#",
    "##",
    "%",
    "%%",
    "/",
    "//",
    "/#",
    "/%",
    "bare -",
    "bare ?",
    "bare +",
];

/// A text and its variables; the same seed makes the same ones.
pub fn case(seed: u64) -> Case {
    let mut draw = Draw::new(seed);
    let mut text = match draw.below(10) {
        0 => {
            draw.hit("signs only");
            signs(&mut draw)
        }
        1 => {
            draw.hit("lines of a manifest");
            manifest(&mut draw)
        }
        _ => pieces(&mut draw, 3),
    };
    if draw.takes(20, "broken somewhere") {
        for _ in 0..draw.between(1, 3) {
            text = broken(&mut draw, &text);
        }
    }
    let mut variables = std::collections::BTreeMap::new();
    for name in SET {
        if draw.chance(85) {
            variables.insert(name.to_owned(), value(&mut draw));
        }
    }
    let strict = draw.takes(25, "strict");
    Case { text, variables, strict, hits: draw.hits }
}

/// Short texts of the characters that the parser knows, in any order.
fn signs(draw: &mut Draw) -> String {
    let mut text = String::from(if draw.chance(70) { "${v" } else { "" });
    for _ in 0..draw.between(1, 14) {
        let piece = draw.pick(&[
            "$", "{", "}", "${", "v", "1", ":", "=", "-", "+", "?", "#", "%", "/", "\\", "^", ",", "*", "é",
            "[", "]",
        ]);
        text.push_str(piece);
    }
    text
}

fn manifest(draw: &mut Draw) -> String {
    let mut text = String::new();
    for _ in 0..draw.between(1, 8) {
        let key = draw.pick(&["host", "  name", "- image", "    key", "# note"]);
        let value = match draw.below(4) {
            0 => pieces(draw, 1),
            1 => format!("\"{}\"", expression(draw, 1)),
            2 => format!("https://{}.{}/", draw.pick(&WORDS), expression(draw, 1)),
            _ => draw.pick(&WORDS).to_owned(),
        };
        text.push_str(&format!("{key}: {value}\n"));
    }
    text
}

fn pieces(draw: &mut Draw, depth: usize) -> String {
    let mut text = String::new();
    for _ in 0..draw.below(5) {
        match draw.below(10) {
            0..=4 => text.push_str(&expression(draw, depth)),
            5 | 6 => text.push_str(draw.pick(&WORDS)),
            7 => text.push_str(draw.pick(&SIGNS)),
            8 => text.push_str(draw.pick(&WIDE)),
            _ if draw.takes(3, "NUL") => text.push('\0'),
            _ => {
                draw.hit("escaped expression");
                text.push('$');
                text.push_str(&expression(draw, 1));
            }
        }
    }
    text
}

fn name(draw: &mut Draw) -> String {
    match draw.below(20) {
        0..=13 => draw.pick(&SET).to_owned(),
        14..=18 => {
            draw.hit("unset variable");
            draw.pick(&UNSET).to_owned()
        }
        _ if draw.takes(70, "any letter as a name") => any_char(draw).to_string(),
        _ => {
            draw.hit("no name");
            draw.pick(&NO_NAMES).to_owned()
        }
    }
}

/// Mostly letters: the first planes.
fn any_char(draw: &mut Draw) -> char {
    let last = draw.pick(&[0x3000, 0x1_1000, 0x3_2000]);
    u32::try_from(draw.below(last)).ok().and_then(char::from_u32).unwrap_or('a')
}

fn expression(draw: &mut Draw, depth: usize) -> String {
    let name = name(draw);
    let mut form = draw.pick(&FORMS);
    if form.starts_with("bare") && draw.chance(75) {
        form = "plain";
    }
    draw.hit(form);
    let inside = match form {
        "plain" => name,
        "length" => format!("#{name}"),
        "^" | "^^" | "," | ",," => format!("{name}{form}"),
        "^," => format!("{name}{}", draw.pick(&["^,", ",^", "^^^", ",,,"])),
        ":=" | ":-" | ":?" | ":+" | "=" => {
            let mut word = String::new();
            for _ in 0..draw.below(4) {
                word.push_str(&word_of(draw, depth, &WORDS));
            }
            format!("{name}{form}{word}")
        }
        ":position" => format!("{name}:{}", word_of(draw, depth, &NUMBERS)),
        ":position:length" => {
            let colon = draw.pick(&[":", ":", ":", "::"]);
            format!("{name}:{}{colon}{}", word_of(draw, depth, &NUMBERS), word_of(draw, depth, &NUMBERS))
        }
        "#" | "##" | "%" | "%%" => format!("{name}{form}{}", pattern(draw, depth)),
        "bare -" | "bare ?" | "bare +" => format!("{name}{}{}", &form[5..], word_of(draw, depth, &WORDS)),
        _ => {
            let part = if draw.chance(80) { word_of(draw, depth, &WORDS) } else { pattern(draw, depth) };
            let slash = draw.pick(&["/", "/", "/", "/", "/", "/", "/", "/", "//", ""]);
            let by = if draw.takes(25, "replaced by nothing") {
                String::new()
            } else {
                word_of(draw, depth, &WORDS)
            };
            format!("{name}{form}{}{slash}{by}", part.replace('/', draw.pick(&["/", "\\/"])))
        }
    };
    format!("${{{inside}}}")
}

/// Two or three pieces of a pattern, wildcards and characters that values have.
fn pattern(draw: &mut Draw, depth: usize) -> String {
    let mut text = String::new();
    for _ in 0..draw.between(1, 3) {
        if draw.chance(60) {
            text.push_str(draw.pick(&PATTERNS));
        } else {
            text.push_str(&word_of(draw, depth, &["a", "b", ".", "/", "é", "ab", "中"]));
        }
    }
    text
}

fn word_of(draw: &mut Draw, depth: usize, words: &[&str]) -> String {
    match draw.below(20) {
        0..=11 => draw.pick(words).to_owned(),
        12 => draw.pick(&WIDE).to_owned(),
        13 => draw.pick(&SIGNS).to_owned(),
        14 => String::new(),
        _ if depth > 0 => {
            draw.hit("expression in an expression");
            expression(draw, depth - 1)
        }
        _ => draw.pick(words).to_owned(),
    }
}

fn value(draw: &mut Draw) -> Vec<u8> {
    let mut text = String::new();
    match draw.below(8) {
        0 => {}
        1 => text.push_str(draw.pick(&NUMBERS)),
        2 => text.push_str(draw.pick(&PATTERNS)),
        3 => (0..draw.between(1, 4)).for_each(|_| text.push(any_char(draw))),
        4 if draw.takes(40, "value that is no text") => {
            return (0..draw.between(1, 6)).map(|_| draw.pick(b"ab.*?[]-\xc3\xa9\xff\xe2\x82\xf0")).collect();
        }
        5 => text.push_str("/home/bozo/ideas/thoughts.for.today"),
        _ => {
            for _ in 0..draw.between(1, 4) {
                let from: &[&str] = if draw.chance(80) { &WORDS } else { &WIDE };
                text.push_str(draw.pick(from));
            }
        }
    }
    text.into_bytes()
}

/// A character less, one more, or one twice.
fn broken(draw: &mut Draw, text: &str) -> String {
    let mut all: Vec<char> = text.chars().collect();
    let at = draw.below(all.len());
    match draw.below(3) {
        0 if !all.is_empty() => {
            all.remove(at);
        }
        1 if !all.is_empty() => all.insert(at, all[at]),
        _ => {
            let piece = draw.pick(&SIGNS);
            return all[..at].iter().collect::<String>() + piece + &all[at..].iter().collect::<String>();
        }
    }
    all.into_iter().collect()
}
