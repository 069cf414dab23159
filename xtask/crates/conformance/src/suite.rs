//! All cases together: what passes, and what does not.

use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use crate::case::{self, Case, RECORDER};
use crate::check::{self, Parse};

/// What ours made of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Name of the case.
    pub name: String,
    /// What is wrong; `None` if it is as recorded.
    pub problem: Option<String>,
}

impl Verdict {
    /// `pass` or `fail`.
    pub fn word(&self) -> &'static str {
        if self.problem.is_none() { "pass" } else { "fail" }
    }
}

/// The text of a file beside the cases; empty if there is none.
pub fn text(tree: &dyn Tree, name: &str) -> String {
    RepoPath::new(name).ok().and_then(|path| tree.read(&path).ok()).unwrap_or_default()
}

/// The lines of such a file without comments.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Checks cases.
pub fn verdicts(tree: &dyn Tree, cases: &[Case], parse: Parse<'_>) -> Vec<Verdict> {
    let verdict =
        |case: &Case| Verdict { name: case.name.clone(), problem: check::problem(tree, case, parse) };
    cases.iter().map(verdict).collect()
}

/// The cases that fail, and how.
pub fn problems(verdicts: &[Verdict]) -> Vec<String> {
    let failed = |v: &Verdict| v.problem.as_ref().map(|problem| format!("{} {problem}", v.name));
    verdicts.iter().filter_map(failed).collect()
}

/// The scoreboard as it should be.
pub fn scoreboard(verdicts: &[Verdict]) -> String {
    let mut board = format!("# case: pass or fail against {RECORDER}\n");
    verdicts.iter().for_each(|v| board.push_str(&format!("{}: {}\n", v.name, v.word())));
    board
}

/// All cases of a tree.
pub fn cases(tree: &dyn Tree) -> Result<Vec<Case>, String> {
    case::all(tree)
}
