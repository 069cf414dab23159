//! What we say of a tree, and how it differs from what the original says.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kustomize_rs::{LoadRestrictor, Options, Reorder, build};
use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

use super::Case;

/// How the two differ; the texts tell one cause from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Both build, but not the same bytes.
    Bytes,
    /// Only we refuse.
    Refused(String),
    /// Only the original refuses.
    Accepted(String),
    /// We panic.
    Panic(String),
}

/// What we write, or why we refuse; the outer error is a panic.
pub fn ours(case: &Case) -> Result<Result<String, String>, String> {
    let mut tree = MemTree::new();
    for (path, text) in &case.files {
        tree.insert(RepoPath::new(path).unwrap(), text.as_str());
    }
    let mut options = Options::default();
    for flag in &case.flags {
        match flag.as_str() {
            "--reorder=none" => options.reorder = Reorder::None,
            "--load-restrictor=LoadRestrictionsNone" => options.load_restrictor = LoadRestrictor::None,
            "--enable-managedby-label" => options.managed_by_label = true,
            other => panic!("no such flag: {other}"),
        }
    }
    let folder = RepoPath::new(&case.folder).unwrap();
    let built = catch_unwind(AssertUnwindSafe(|| build(&tree, &folder, &options).and_then(|b| b.to_yaml())));
    match built {
        Ok(built) => Ok(built.map_err(|e| e.to_string())),
        Err(panic) => Err(panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic".to_owned())),
    }
}

/// The difference, if there is one.
pub fn compare(case: &Case, theirs: &Result<String, String>) -> Option<Difference> {
    match (ours(case), theirs) {
        (Err(panic), _) => Some(Difference::Panic(outline(&panic))),
        (Ok(Ok(ours)), Ok(theirs)) => (ours != *theirs).then_some(Difference::Bytes),
        (Ok(Err(_)), Err(_)) => None,
        (Ok(Err(error)), Ok(_)) => {
            Some(Difference::Refused(outline(error.split_once("error[").map_or(error.as_str(), |(_, e)| e))))
        }
        // A panic of the original is no behaviour to copy.
        (Ok(Ok(_)), Err(error)) if error.starts_with("panic: ") => None,
        (Ok(Ok(_)), Err(error)) => Some(Difference::Accepted(outline(error))),
    }
}

/// The words of a message that do not come from the tree.
pub fn outline(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    // What it was part of is long and says little.
    let line = line.rsplit_once("recursed accumulation of path").map_or(line, |(_, rest)| rest);
    let mut words: Vec<&str> = line
        .split(' ')
        .filter(|w| {
            w.chars().all(|c| c.is_ascii_alphabetic() || "[]/-:,.;'".contains(c)) && !w.contains(".yaml")
        })
        .filter(|w| !w.starts_with(['\'', '/']) && !w.starts_with("map["))
        .collect();
    let last = words.len().saturating_sub(8);
    words.drain(..last);
    words.join(" ")
}
