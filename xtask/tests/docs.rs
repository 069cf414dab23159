//! The commands, links and tables of the documents, against the tool and the files themselves.
//!
//! A code block's info string says what holds for its commands: `sh run` is run by a test of the sandbox tier, `sh parse`
//! is only parsed, `sh tool` holds commands of other programs. All of the first two are parsed here.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser};
use xtask::commands::Arguments;

/// The documents whose commands are checked.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "MANUAL.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "clusters/README.md",
    "flux2/README.md",
    "install/README.md",
    "install/sandbox/README.md",
    "xtask/crates/kustomize-rs/README.md",
    "xtask/fuzz/README.md",
];

/// Documents with links only.
const LINKING: &[&str] = &["ARCHITECTURE.md", "CHANGELOG.md", "overrides/README.md"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("read {name}: {error}"))
}

/// A code block: the line it begins on, its info string, its lines.
struct Block<'a> {
    line: usize,
    info: &'a str,
    lines: Vec<&'a str>,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for (number, line) in (1..).zip(text.lines()) {
        match (line.strip_prefix("```"), open.take()) {
            (Some(info), None) => open = Some(Block { line: number, info, lines: Vec::new() }),
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some(mut block)) => {
                block.lines.push(line);
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a code block is not closed");
    blocks
}

/// The words of a command line as a shell would split them, comments left out.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// The arguments of `cargo xtask …` in a line; none for a line of another program.
fn xtask_arguments(line: &str) -> Option<Vec<String>> {
    let words = words(line);
    let rest = words.strip_prefix(["cargo".to_owned(), "xtask".to_owned()].as_slice())?;
    Some(rest.to_vec())
}

#[test]
fn every_block_says_what_holds_for_its_commands() {
    for name in DOCUMENTS {
        for block in blocks(&read(name)) {
            // A block of Rust is a test of the crate that the document is of.
            let known = ["sh run", "sh parse", "sh tool", "text", "yaml", "rust"];
            assert!(known.contains(&block.info), "{name}:{}: a block marked `{}`", block.line, block.info);
            let is_tool = block.info == "sh tool";
            let hidden = block.lines.iter().find(|line| is_tool && xtask_arguments(line).is_some());
            assert_eq!(hidden, None, "{name}:{}: a command that nobody parses", block.line);
        }
    }
}

#[test]
fn every_command_of_the_documents_is_one_that_the_tool_knows() {
    let mut parsed = 0;
    for name in DOCUMENTS {
        let text = read(name);
        for block in blocks(&text).iter().filter(|block| matches!(block.info, "sh run" | "sh parse")) {
            for (number, line) in (block.line + 1..).zip(&block.lines) {
                if words(line).is_empty() {
                    continue;
                }
                let arguments = xtask_arguments(line)
                    .unwrap_or_else(|| panic!("{name}:{number}: `{line}` is no `cargo xtask` command"));
                let arguments = std::iter::once("xtask".to_owned()).chain(arguments);
                if let Err(error) = Arguments::try_parse_from(arguments) {
                    panic!("{name}:{number}: `{line}`: {error}");
                }
                parsed += 1;
            }
        }
    }
    assert!(parsed > 20, "only {parsed} commands were found");
}

#[test]
fn every_verb_is_in_the_table_of_the_readme() {
    let readme = read("README.md");
    let command = Arguments::command();
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        let is_there = readme.contains(&format!("| `{}", verb.get_name()));
        assert!(is_there, "README.md has no row for `{}`", verb.get_name());
    }
}

#[test]
fn every_file_that_a_document_links_to_is_there() {
    for name in DOCUMENTS.iter().chain(LINKING) {
        let path = root().join(name);
        let folder = path.parent().unwrap();
        for link in read(name).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            let is_file = !file.is_empty() && !file.contains("://");
            assert!(!is_file || folder.join(file).exists(), "{name}: `{link}` does not exist");
        }
    }
}

#[test]
fn words_are_split_as_a_shell_does() {
    let line = "cargo xtask apps add 'my cluster' nextcloud   # a comment";
    assert_eq!(words(line), ["cargo", "xtask", "apps", "add", "my cluster", "nextcloud"]);
    assert_eq!(xtask_arguments("kubectl get pods"), None);
}
