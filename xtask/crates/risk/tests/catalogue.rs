//! The catalogue of risks in the repository is that of the rules.
#![allow(clippy::disallowed_methods, reason = "a test reads and writes the file")]

#[test]
fn the_catalogue_is_that_of_the_rules() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/RISKS.md");
    let text = risk::catalogue();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    let committed = std::fs::read_to_string(file).unwrap();
    assert!(committed == text, "write it with UPDATE=1 cargo test -p risk --test catalogue");
}
