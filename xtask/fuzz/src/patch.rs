//! Patches by chance on objects by chance.

use super::chance::{Chance, indented};
use super::rules;

/// Builds some objects with patches of both sorts.
pub fn patch(data: &[u8]) {
    let mut chance = Chance::new(data);
    let mut objects = chance.object();
    for _ in 0..chance.below(2) {
        objects = format!("{objects}---\n{}", chance.object());
    }
    let mut patches = String::new();
    while !chance.is_over() && patches.len() < 600 {
        let text = if chance.once_in(2) { operations(&mut chance) } else { merge(&mut chance) };
        let target =
            if chance.once_in(2) { format!("  target: {}\n", chance.selector()) } else { String::new() };
        patches.push_str(&format!("- patch: |-\n{}{target}", indented(&text, "    ")));
    }
    let patches = if patches.is_empty() { "[]\n".to_owned() } else { format!("\n{patches}") };
    let fixture = format!(
        "#- kustomization.yaml\nresources: [a.yaml]\nnamePrefix: p-\npatches: {patches}#- a.yaml\n{objects}"
    );
    rules::check(&fixture, "");
}

/// A strategic merge patch.
pub fn merge(chance: &mut Chance<'_>) -> String {
    let mut out = chance.object();
    if chance.once_in(4) {
        out.push_str(&format!("$patch: {}\n", chance.of(&["delete", "replace", "merge", "x"])));
    }
    out
}

/// A list of operations.
pub fn operations(chance: &mut Chance<'_>) -> String {
    let mut out = String::new();
    for _ in 0..=chance.below(4) {
        let op = chance.of(&["add", "remove", "replace", "move", "copy", "test", "x"]);
        let [path, from] = [0, 1].map(|_| pointer(chance));
        out.push_str(&format!(
            "- {{op: {op}, path: '{path}', from: '{from}', value: {}}}\n",
            chance.value(2)
        ));
    }
    out
}

fn pointer(chance: &mut Chance<'_>) -> String {
    let steps = chance.below(6);
    (0..steps)
        .map(|_| {
            chance.of(&[
                "/spec",
                "/template",
                "/spec",
                "/containers",
                "/0",
                "/-",
                "/-1",
                "/1",
                "/metadata",
                "/labels",
                "/name",
                "/a",
                "/b",
                "/",
                "/~1",
                "/~0",
                "/items",
                "/data",
                "x",
                "/9999999999999999999",
                "/-9223372036854775808",
                "/kind",
                "/apiVersion",
            ])
        })
        .collect()
}
