//! Replacements by chance between objects by chance.

use super::chance::Chance;
use super::rules;

/// Builds some objects with replacements.
pub fn replacement(data: &[u8]) {
    let mut chance = Chance::new(data);
    let mut objects = chance.object();
    for _ in 0..chance.below(3) {
        objects = format!("{objects}---\n{}", chance.object());
    }
    let mut all = String::new();
    while !chance.is_over() && all.len() < 800 {
        all.push_str(&one(&mut chance));
    }
    let all = if all.is_empty() { "[]\n".to_owned() } else { format!("\n{all}") };
    let fixture =
        format!("#- kustomization.yaml\nresources: [a.yaml]\nreplacements: {all}#- a.yaml\n{objects}");
    rules::check(&fixture, "");
}

/// One entry of `replacements`.
pub fn one(chance: &mut Chance<'_>) -> String {
    let from = match chance.below(8) {
        0 => format!("sourceValue: {}", chance.scalar()),
        _ => {
            let selector = chance.selector();
            let selector = selector.trim_matches(['{', '}']);
            let comma = if selector.is_empty() { "" } else { ", " };
            format!(
                "source: {{{selector}{comma}fieldPath: '{}', options: {}}}",
                chance.path("."),
                options(chance)
            )
        }
    };
    let mut out = format!("- {from}\n  targets:\n");
    for _ in 0..=chance.below(2) {
        let paths: Vec<String> = (0..=chance.below(2)).map(|_| format!("'{}'", chance.path("."))).collect();
        out.push_str(&format!(
            "  - select: {}\n    fieldPaths: [{}]\n    options: {}\n",
            chance.selector(),
            paths.join(", "),
            options(chance)
        ));
        if chance.once_in(4) {
            out.push_str(&format!("    reject: [{}]\n", chance.selector()));
        }
    }
    out
}

fn options(chance: &mut Chance<'_>) -> String {
    let delimiter = chance.of(&["", "-", ",", ".", "a", "--", "/"]);
    let index = chance.of(&["0", "1", "-1", "9", "99999999999"]);
    format!("{{create: {}, delimiter: '{delimiter}', index: {index}}}", chance.of(&["false", "true"]))
}
