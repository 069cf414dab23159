//! The rules as a document.

use crate::{Class, RULES, Rule};

/// All rules in Markdown, by class: what each says, why that matters, and what to do first.
pub fn catalogue() -> String {
    let mut text = String::from(
        "# Risks that `diff` tells of\n\nMade from the rules: `UPDATE=1 cargo test -p risk --test catalogue`. `cargo xtask diff --explain CODE` shows \
         an example of each, and what\nlooks like it and is harmless. A danger wants something to be done first, a caution wants to be known, a note is \
         good to know.\n",
    );
    for class in Class::ALL {
        text.push_str(&format!(
            "\n## {}\n\n| code | level | what | first |\n| --- | --- | --- | --- |\n",
            capital(&class.to_string())
        ));
        RULES.iter().filter(|rule| rule.class == class).for_each(|rule| text.push_str(&row(rule)));
    }
    text
}

fn row(rule: &Rule) -> String {
    let Rule { code, severity, says, why, first, .. } = rule;
    format!("| `{code}` | {severity} | {says} {why} | {first} |\n")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
