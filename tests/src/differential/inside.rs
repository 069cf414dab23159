//! Replacements into YAML that is a text: comments everywhere, every way of writing a value, and paths that lead there.
//!
//! The text is a file of its own that becomes a field of a ConfigMap, so that any bytes can be in it.

mod text;

use std::collections::BTreeMap;

use super::Case;
use super::draw::Draw;
use text::text;

/// What is put there.
const VALUES: &[&str] = &[
    "new",
    "5",
    "true",
    "a: b",
    "x # y",
    "two\\nlines\\n",
    "two\\nlines",
    " lead",
    "é",
    "😀",
    "",
    "tab\\tin",
    "a \\nb",
    "null",
    "- x",
    "'q'",
    "{a}",
    "*x",
    "a\\n\\n",
    "\\nb",
    "#c",
    "1.0",
    "long long long long long long long long long long long long long long long long long",
];

/// A tree with one replacement into a text.
pub fn case(seed: u64) -> Case {
    let mut draw = Draw::new(seed);
    draw.hit("text inside");
    let odd = draw.pick(&[0, 5, 15, 30]);
    let (out, paths) = text(&mut draw, odd, false);
    let path = change(&mut draw, paths);
    let mut files = BTreeMap::new();
    let source = if draw.takes(30, "value of an object inside a text") {
        let (spec, paths) = text(&mut draw, 0, true);
        let indented = |l: &str| if l == "\n" { l.to_owned() } else { format!("  {l}") };
        let spec: String = spec.split_inclusive('\n').map(indented).collect();
        let head = "apiVersion: e.org/v1\nkind: From\nmetadata: {name: f}\nspec:\n";
        files.insert("from.yaml".to_owned(), format!("{head}{spec}"));
        format!("source: {{kind: From, fieldPath: spec.{}}}", change(&mut draw, paths))
    } else {
        format!("sourceValue: \"{}\"", draw.pick(VALUES))
    };
    let out = noise(&mut draw, out);
    let mut kustomization = String::from("generatorOptions: {disableNameSuffixHash: true}\n");
    kustomization.push_str("configMapGenerator:\n- name: t\n  files: [k=text]\n");
    if !files.is_empty() {
        kustomization.push_str("resources: [from.yaml]\n");
    }
    kustomization.push_str(&format!("replacements:\n- {source}\n  targets:\n  - select: {{name: t}}\n"));
    kustomization.push_str(&format!("    fieldPaths:\n    - data.k.{path}\n"));
    if draw.chance(25) {
        kustomization.push_str("    options: {create: true}\n");
    }
    files.insert("text".to_owned(), out);
    files.insert("kustomization.yaml".to_owned(), kustomization);
    Case { files, folder: ".".to_owned(), flags: Vec::new(), hits: std::mem::take(&mut draw.hits) }
}

/// A path; now and then it leads elsewhere.
fn change(draw: &mut Draw, (paths, containers): (Vec<String>, Vec<String>)) -> String {
    let is_deep = paths.is_empty() || (draw.chance(20) && !containers.is_empty());
    let all = if is_deep { containers } else { paths };
    let path = if all.is_empty() { "a".to_owned() } else { draw.pick(&all) };
    if draw.chance(85) {
        return path;
    }
    match draw.below(6) {
        4 => format!("{path}.[name=x]"),
        5 => path.rsplit_once('.').map_or(path.clone(), |(before, _)| format!("{before}.[=x]")),
        0 => format!("{path}.new"),
        1 => path.rsplit_once('.').map_or(path.clone(), |(before, _)| format!("{before}.new")),
        2 => path.rsplit_once('.').map_or(path.clone(), |(before, _)| format!("{before}.*")),
        _ => path.rsplit_once('.').map_or(path.clone(), |(before, _)| before.to_owned()),
    }
}

/// Lines moved, doubled, lost; comments and blank lines where nobody puts them.
fn noise(draw: &mut Draw, text: String) -> String {
    if draw.chance(65) {
        return text;
    }
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    for _ in 0..draw.between(1, 3) {
        let at = draw.below(lines.len() + 1);
        match draw.below(8) {
            0 => lines.insert(at, "\n".to_owned()),
            1 | 2 => {
                let indent = " ".repeat(draw.below(7));
                lines.insert(at, format!("{indent}# noise\n"));
            }
            3 => lines.insert(at, "#\n".to_owned()),
            4 if at < lines.len() => {
                let line = lines[at].trim_end_matches('\n').to_owned();
                lines[at] = format!("{line} # behind\n");
            }
            5 if at < lines.len() => {
                lines.remove(at);
            }
            6 if at < lines.len() => lines[at] = lines[at].replace(' ', "  "),
            7 if at < lines.len() => {
                lines[at] = lines[at].replace('\n', draw.pick(&["\r\n", " \n", "\t\n", "\n\n", ""]))
            }
            _ => {}
        }
    }
    lines.concat()
}
