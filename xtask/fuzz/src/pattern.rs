//! Any text as the expression of a selector.

use super::rules;

/// Builds with the text as the name that a target selects.
pub fn pattern(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut quoted = String::new();
    for c in text.chars() {
        match u32::from(c) {
            0x20..=0x7e if !matches!(c, '"' | '\\') => quoted.push(c),
            code => quoted.push_str(&format!("\\U{code:08x}")),
        }
    }
    let fixture = format!(
        "#- kustomization.yaml\nresources: [a.yaml]\npatches:\n- target:\n    name: \"{quoted}\"\n    labelSelector: \"{quoted}\"\n  \
         patch: '[{{\"op\": \"add\", \"path\": \"/x\", \"value\": 1}}]'\n#- a.yaml\napiVersion: v1\nkind: A\nmetadata: {{name: ab-1}}\n"
    );
    rules::check(&fixture, "");
    rules::check(&fixture.replace("    labelSelector", "    kind"), "");
}
