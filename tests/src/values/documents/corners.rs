//! What go-yaml v2 reads in its own way.

use super::KEYS;
use crate::differential::draw::Draw;

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
pub fn block(draw: &mut Draw, depth: usize, indent: &str) -> String {
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
            0..=2 if depth < 3 => out.push_str(&format!("\n{}", block(draw, depth + 1, &deeper))),
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

pub fn flow(draw: &mut Draw, depth: usize) -> String {
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
