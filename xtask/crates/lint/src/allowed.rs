//! Findings that somebody allowed where they are: `# allow CODE: REASON`.

use std::collections::{BTreeMap, BTreeSet};

use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::fix::Fix;
use yamltree::path::RepoPath;

use crate::subject::Subject;

const MARK: &str = "# allow ";

/// One such comment.
struct Allowance {
    code: String,
    has_reason: bool,
    /// Does the next line go on with it?
    goes_on: bool,
    column: usize,
    is_used: bool,
}

/// The findings that nobody allowed, and the comments that allow nothing or say no reason.
pub(crate) fn without(found: Vec<Diagnostic>, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let sources = subject.rendering.parts.iter().flat_map(|part| part.sources.iter());
    let mut files: BTreeSet<String> = sources.map(|source| source.file.to_string()).collect();
    files.extend(found.iter().map(|found| found.place.file.clone()));
    let mut all: BTreeMap<(String, usize), Allowance> = BTreeMap::new();
    for file in files {
        let Some(text) = RepoPath::new(&file).ok().and_then(|path| subject.tree.read(&path).ok()) else {
            continue;
        };
        if !text.contains(MARK) {
            continue;
        }
        let next = text.lines().skip(1).chain([""]);
        for (number, (line, next)) in text.lines().zip(next).enumerate() {
            if let Some(mut allowance) = allowance(line) {
                allowance.goes_on = next.trim_start().starts_with('#') && !next.contains(MARK);
                all.insert((file.clone(), number + 1), allowance);
            }
        }
    }
    let mut left: Vec<Diagnostic> = Vec::new();
    for found in found {
        let line = found.place.line.unwrap_or(0);
        let lines = [line, line.saturating_sub(1)].map(|line| (found.place.file.clone(), line));
        let allowed =
            lines.iter().find(|key| all.get(key).is_some_and(|allowance| allowance.code == found.code));
        match allowed.and_then(|key| all.get_mut(key)) {
            Some(allowance) => allowance.is_used = true,
            None => left.push(found),
        }
    }
    let is_complete = subject.is_complete();
    // Without schemas nobody knows what the API server would say.
    let would_be_found = |code: &str| {
        let needs_schemas = code.starts_with("api/") || code.starts_with("kubernetes/");
        crate::rule(code).is_some() && (subject.has_schemas() || !needs_schemas)
    };
    for ((file, line), allowance) in all {
        // What checks find with real charts is looked for elsewhere.
        let is_of_check = allowance.code.starts_with(crate::proof::FAMILY);
        let place = Place::at(file, line, allowance.column);
        // What only charts' objects have is allowed also where those are not at hand.
        if !allowance.is_used && is_complete && !is_of_check {
            let message = format!("`{}` is allowed here, and there is nothing to allow", allowance.code);
            let mut found =
                Diagnostic::warning("lint/unused-allow", place, message).with_help("remove the comment");
            if !allowance.goes_on && would_be_found(&allowance.code) {
                found = found.with_fix(Fix::Uncomment { begins: format!("{MARK}{}", allowance.code) });
            }
            left.push(found);
        } else if !allowance.has_reason {
            let message = format!("`{}` is allowed here without a reason", allowance.code);
            let help = "write it as `# allow CODE: REASON`";
            left.push(Diagnostic::warning("lint/allow-without-reason", place, message).with_help(help));
        }
    }
    left
}

fn allowance(line: &str) -> Option<Allowance> {
    let (before, rest) = line.split_once(MARK)?;
    let (code, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let code = code.trim();
    let is_code =
        code.contains('/') && code.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'/' | b'-'));
    let column = before.chars().count() + 1;
    is_code.then(|| Allowance {
        code: code.to_owned(),
        has_reason: !reason.trim().is_empty(),
        goes_on: false,
        column,
        is_used: false,
    })
}
