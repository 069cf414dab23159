//! Target paths, and what is put at their ends.

use crate::differential::draw::Draw;

const KEYS: [&str; 6] = ["a", "b", "c", "d", "a-b", "x/y"];

/// A target path: mostly one that the CRD's pattern accepts, sometimes one that only chartutil does.
pub fn path(draw: &mut Draw) -> String {
    if draw.takes(4, "odd target path") {
        return (0..draw.between(1, 6)).map(|_| piece(draw)).collect();
    }
    if draw.takes(1, "many dots") {
        return vec!["a"; draw.between(29, 33)].join(".");
    }
    if draw.takes(1, "many indexes") {
        return format!("a{}", "[0]".repeat(draw.between(1, 400)));
    }
    let mut path = draw.pick(&KEYS).to_owned();
    for _ in 0..draw.below(4) {
        match draw.below(10) {
            0..=5 => path.push_str(&format!(".{}", draw.pick(&KEYS))),
            6..=7 => {
                draw.hit("index in a target path");
                let fits = draw.chance(97);
                let index = draw.pick(if fits {
                    &["[0]", "[1]", "[2]", "[02]", "[5]"]
                } else {
                    &["[65536]", "[65537]", "[99999]"]
                });
                path.push_str(index);
            }
            8 => {
                draw.hit("escape in a target path");
                path.push_str(draw.pick(&["\\.", "\\.x", "\\", "\\\\", "\\a"]));
            }
            _ => path.push_str(draw.pick(&["..", ".", "/", "1", "null"])),
        }
    }
    path
}

/// A value for a target path.
pub fn value(draw: &mut Draw) -> Vec<u8> {
    let mut value = match draw.below(10) {
        0..=3 => scalar(draw),
        4 => {
            draw.hit("list in a value");
            let items: Vec<String> = (0..draw.below(4)).map(|_| scalar(draw)).collect();
            let end = draw.pick(&["", "", "", ",", "x", ",b=1", "}"]);
            format!("{{{}}}{end}", items.join(","))
        }
        5..=6 => {
            draw.hit("more keys in a value");
            let first = scalar(draw);
            let more: Vec<String> =
                (0..draw.between(1, 3)).map(|_| format!("{}={}", path(draw), scalar(draw))).collect();
            format!("{first},{}", more.join(","))
        }
        _ => {
            draw.hit("odd value");
            (0..draw.below(8)).map(|_| piece(draw)).collect()
        }
    };
    if draw.takes(12, "quotes around a value") {
        let quote = draw.pick(&["'", "\"", "'\"", "''"]);
        let end = if draw.chance(80) { quote } else { "\"" };
        value = format!("{quote}{value}{end}");
    }
    if draw.takes(10, "line feed behind a value") {
        value.push('\n');
    }
    let mut bytes = value.into_bytes();
    if draw.takes(2, "bytes that are no text") {
        let at = draw.between(0, bytes.len());
        let odd: [&[u8]; 4] = [b"\xff", b"\xe2\x82", b"\xf0\x9f\x98", b"\xc3"];
        bytes.splice(at..at, draw.pick(&odd).iter().copied());
    }
    bytes
}

fn scalar(draw: &mut Draw) -> String {
    draw.pick(&[
        "x",
        "hello",
        "1",
        "0",
        "00",
        "01",
        "-1",
        "-01",
        "+1",
        "-0",
        "1.5",
        "1e3",
        "1_0",
        "true",
        "TRUE",
        "False",
        "falſe",
        "null",
        "NULL",
        "nuLl",
        "",
        " ",
        " 1",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "a b",
        "a\\,b",
        "é",
        "a.b",
        "a=b",
        "http://x/y?z=1",
        "'q'",
        "\"q\"",
        "\\",
        "x\\",
        "yes",
        "~",
        "0x10",
        "٣",
    ])
    .to_owned()
}

fn piece(draw: &mut Draw) -> String {
    draw.pick(&[
        "a",
        "b",
        "c",
        "a",
        "b",
        ".",
        ".",
        "=",
        "=",
        ",",
        ",",
        "[0]",
        "[1]",
        "[-1]",
        "[+1]",
        "[",
        "]",
        "{",
        "}",
        "\\",
        "'",
        "\"",
        "1",
        "0",
        "true",
        "null",
        "\n",
        " ",
        "é",
        "[x]",
        "[]",
        "[\\1]",
        "[1][2]",
        "[0].",
        "[0]=",
        "a=",
        "{x,y}",
        "[66000]",
        "[99999999999999999999]",
        "a.b=",
        "a[1]=",
        "a[0].b=",
        ",a[0].c=2",
        "\\.",
        "\\,",
        "\\[",
        "[ 1]",
    ])
    .to_owned()
}
