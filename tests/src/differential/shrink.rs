//! Making a tree smaller as long as it shows the same difference.
//!
//! It works on the lines of the files, whatever made them: a line goes together with what is indented below it, then a file,
//! then a part of a line.

use std::collections::BTreeSet;

use super::Case;

/// The smallest case found for which `shows` still holds; it is asked `budget` times at most.
pub fn shrink(case: &Case, budget: usize, mut shows: impl FnMut(&Case) -> bool) -> Case {
    let mut best = case.clone();
    best.hits = BTreeSet::new();
    let mut left = budget;
    loop {
        let before = weight(&best);
        for step in [flags, files, blocks, documents, replaced, pieces] {
            let mut at = 0;
            while left > 0 {
                let Some(smaller) = step(&best, at) else { break };
                if smaller == best {
                    at += 1;
                    continue;
                }
                left -= 1;
                if weight(&smaller) < weight(&best) && shows(&smaller) {
                    best = smaller;
                } else {
                    at += 1;
                }
            }
        }
        if left == 0 || weight(&best) == before {
            return best;
        }
    }
}

/// Fewer files, fewer lines, fewer characters; a plain letter is lighter than anything else.
fn weight(case: &Case) -> usize {
    let text = |t: &String| 20 + t.chars().map(|c| if c == 'x' { 9 } else { 10 }).sum::<usize>();
    case.flags.len() * 100 + case.files.iter().map(|(name, t)| name.len() + text(t)).sum::<usize>()
}

fn flags(case: &Case, at: usize) -> Option<Case> {
    case.flags.get(at)?;
    let mut smaller = case.clone();
    smaller.flags.remove(at);
    Some(smaller)
}

fn files(case: &Case, at: usize) -> Option<Case> {
    let name = case.files.keys().nth(at)?;
    let mut smaller = case.clone();
    smaller.files.remove(name);
    Some(smaller)
}

/// The case with one file's text changed; `at` counts through the places of all files.
fn with(case: &Case, at: usize, places: impl Fn(&str) -> Vec<String>) -> Option<Case> {
    let mut left = at;
    for (name, text) in &case.files {
        let mut changed = places(text);
        if left < changed.len() {
            let mut smaller = case.clone();
            smaller.files.insert(name.clone(), changed.swap_remove(left));
            return Some(smaller);
        }
        left -= changed.len();
    }
    None
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-']).len()
}

fn spaces(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Each line goes with all that is indented further, lists at the same indentation included.
fn blocks(case: &Case, at: usize) -> Option<Case> {
    with(case, at, |text| {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut found = Vec::new();
        for first in 0..lines.len() {
            let own = spaces(lines[first]);
            let is_item = lines[first].trim_start().starts_with('-');
            let is_inside = |line: &&&str| {
                line.trim().is_empty()
                    || spaces(line) > own
                    || (!is_item && spaces(line) == own && line.trim_start().starts_with("- "))
            };
            let size = 1 + lines[first + 1..].iter().take_while(is_inside).count();
            let mut rest: Vec<&str> = lines.clone();
            rest.drain(first..first + size);
            found.push(rest.concat());
            if is_item && indentation(lines[first]) > own {
                // The first key of an item goes, the dash moves to the next.
                if let Some(next) = lines.get(first + 1)
                    && spaces(next) == indentation(lines[first])
                {
                    let dash = &lines[first][..indentation(lines[first])];
                    let mut rest: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
                    rest[first + 1] = format!("{dash}{}", next.trim_start());
                    rest.remove(first);
                    found.push(rest.concat());
                }
            }
        }
        found
    })
}

fn documents(case: &Case, at: usize) -> Option<Case> {
    with(case, at, |text| {
        let parts: Vec<&str> = text.split("---\n").collect();
        if parts.len() < 2 {
            return Vec::new();
        }
        let without = |at: usize| {
            let mut rest = parts.clone();
            rest.remove(at);
            rest.join("---\n")
        };
        (0..parts.len()).map(without).collect()
    })
}

/// The value behind a key becomes `x`; comments go.
fn replaced(case: &Case, at: usize) -> Option<Case> {
    with(case, at, |text| {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut found = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let mut change = |new: String| {
                let mut rest: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
                rest[index] = new;
                found.push(rest.concat());
            };
            if let Some((key, value)) = line.split_once(": ")
                && value.trim() != "x"
            {
                change(format!("{key}: x\n"));
            }
            if let Some((start, _)) = line.split_once(" #") {
                change(format!("{start}\n"));
            }
            let dash = &line[..indentation(line)];
            if dash.ends_with("- ") && !line.contains(": ") && line.trim() != "- x" {
                change(format!("{dash}x\n"));
            }
        }
        found
    })
}

/// Pieces of a line between separators go.
fn pieces(case: &Case, at: usize) -> Option<Case> {
    with(case, at, |text| {
        let mut found = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let body = line.trim_end_matches('\n');
            let cuts: Vec<usize> = body
                .char_indices()
                .filter(|(_, c)| !c.is_alphanumeric())
                .flat_map(|(at, c)| [at, at + c.len_utf8()])
                .chain([0, body.len()])
                .collect::<BTreeSet<usize>>()
                .into_iter()
                .collect();
            let most = if body.len() > 200 { 3 } else { 12 };
            for (index, from) in cuts.iter().enumerate() {
                for to in cuts[index + 1..].iter().take(most) {
                    if to - from < body.len() {
                        found.push(format!("{}{}", &text[..start + from], &text[start + to..]));
                    }
                }
            }
            start += line.len();
        }
        found
    })
}
