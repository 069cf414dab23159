//! All cases together: what passes, what is awaited, and what must be said about it.

use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use crate::case::{self, Case, RECORDER};
use crate::check::{self, Parse};

/// What ours made of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Name of the case.
    pub name: String,
    /// Why it is tolerated that it fails, as `pending.txt` says.
    pub pending: Option<String>,
    /// What is wrong; `None` if it is as recorded.
    pub problem: Option<String>,
}

impl Verdict {
    /// `pass`, `fail` or `pending`.
    pub fn word(&self) -> &'static str {
        match (&self.problem, &self.pending) {
            (None, _) => "pass",
            (Some(_), Some(_)) => "pending",
            (Some(_), None) => "fail",
        }
    }

    /// What must be done about it.
    pub fn failure(&self) -> Option<String> {
        match (&self.problem, &self.pending) {
            (Some(problem), None) => Some(format!("{} {problem}", self.name)),
            (None, Some(_)) => Some(format!("{} passes: take it off pending.txt", self.name)),
            _ => None,
        }
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
    let pending = text(tree, "pending.txt");
    let reason = |name: &str| {
        let found =
            lines(&pending).filter_map(|line| line.split_once(": ")).find(|(known, _)| *known == name);
        found.map(|(_, reason)| reason.to_owned())
    };
    let verdict = |case: &Case| Verdict {
        name: case.name.clone(),
        pending: reason(&case.name),
        problem: check::problem(tree, case, parse),
    };
    cases.iter().map(verdict).collect()
}

/// What is wrong with the whole: cases that fail, and entries of `pending.txt` that nothing waits for.
pub fn problems(tree: &dyn Tree, verdicts: &[Verdict]) -> Vec<String> {
    let failed = verdicts.iter().filter_map(Verdict::failure);
    let pending = text(tree, "pending.txt");
    let unknown = lines(&pending)
        .map(|line| line.split_once(": ").map_or(line, |(name, _)| name))
        .filter(|name| verdicts.iter().all(|v| v.name != **name))
        .map(|name| format!("{name} is in pending.txt, but there is no such case"));
    failed.chain(unknown).collect()
}

/// The scoreboard as it should be.
pub fn scoreboard(verdicts: &[Verdict]) -> String {
    let mut board = format!("# case: pass, fail or pending against {RECORDER}\n");
    verdicts.iter().for_each(|v| board.push_str(&format!("{}: {}\n", v.name, v.word())));
    board
}

/// All cases of a tree.
pub fn cases(tree: &dyn Tree) -> Result<Vec<Case>, String> {
    case::all(tree)
}
