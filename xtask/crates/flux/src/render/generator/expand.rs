//! `spec.pathPattern`: one set of artifacts for each folder that the pattern matches.
//!
//! Upstream: `artifactgenerator_pathpattern.go`.

use std::collections::{BTreeMap, HashSet};

use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use super::check::{is_label_value, is_object_name};
use super::spec::{ArtifactGenerator, Copy, Output};
use super::{Sources, Wrong};

type Result<T> = std::result::Result<T, String>;
type Captures<'t> = BTreeMap<&'t str, String>;

/// A piece of a pattern or of a text with placeholders.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'p> {
    Text(&'p str),
    Name(&'p str),
}

/// The artifacts that a generator asks for.
pub(super) fn outputs(
    generator: &ArtifactGenerator,
    sources: &Sources<'_>,
) -> std::result::Result<Vec<Output>, Wrong> {
    let pattern = generator.path_pattern.as_str();
    if pattern.is_empty() {
        return Ok(generator.outputs.clone());
    }
    expand(generator, pattern, sources)
        .map_err(|reason| Wrong { at: generator.at, message: format!("pathPattern `{pattern}`: {reason}") })
}

fn expand(generator: &ArtifactGenerator, pattern: &str, sources: &Sources<'_>) -> Result<Vec<Output>> {
    let parts = pattern.strip_prefix('@').and_then(|rest| rest.split_once('/'));
    let (alias, pattern) = parts.ok_or("it is not of the form `@alias/pattern`")?;
    let source = sources.get(alias).ok_or_else(|| format!("no source has the alias `{alias}`"))?;
    let pieces = pieces(pattern)?;
    let mut names = HashSet::new();
    for piece in &pieces {
        if let Piece::Name(name) = piece {
            if !names.insert(*name) {
                return Err(format!("`{{{name}}}` is there twice"));
            }
            if !is_label_value(name) {
                return Err(format!("`{name}` cannot be the key of a label"));
            }
        }
    }
    let mut folders = Vec::new();
    walk(source.tree(), &RepoPath::root(), &mut folders)?;
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut all = Vec::new();
    for folder in folders {
        let Some(captures) = captures(&pieces, folder.as_str()) else { continue };
        let lower: Captures<'_> =
            captures.iter().map(|(name, value)| (*name, value.to_lowercase())).collect();
        if let Some((name, value)) = lower.iter().find(|(_, value)| !is_label_value(value)) {
            return Err(format!("`{folder}`: `{value}` of `{{{name}}}` cannot be the value of a label"));
        }
        for output in &generator.outputs {
            let output = rendered(output, &lower, &captures)
                .map_err(|reason| format!("artifact `{}` for `{folder}`: {reason}", output.name))?;
            if !is_object_name(&output.name) {
                return Err(format!("`{folder}`: `{}` cannot be the name of an artifact", output.name));
            }
            if let Some(before) = seen.insert(output.name.clone(), folder.to_string()) {
                return Err(format!("`{before}` and `{folder}` both make artifact `{}`", output.name));
            }
            all.push(output);
        }
    }
    Ok(all)
}

/// Folders in the order of `filepath.WalkDir`.
fn walk(tree: &dyn Tree, folder: &RepoPath, all: &mut Vec<RepoPath>) -> Result<()> {
    let mut entries = tree.list(folder).map_err(|error| error.to_string())?;
    entries.sort_by(|a, b| a.path.name().cmp(&b.path.name()));
    for entry in entries.into_iter().filter(|entry| entry.is_dir) {
        all.push(entry.path.clone());
        walk(tree, &entry.path, all)?;
    }
    Ok(())
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(at);
        if brace.starts_with('}') {
            return Err(format!("`{text}` has a `}}` without `{{`"));
        }
        let (name, behind) =
            brace[1..].split_once('}').ok_or_else(|| format!("`{text}` has a `{{` without `}}`"))?;
        let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
        if !name.starts_with(is_first) || !name.chars().all(|c| is_first(c) || c.is_ascii_digit()) {
            return Err(format!("`{{{name}}}` is no name: letters, digits and `_`, and no digit first"));
        }
        found.extend([Piece::Text(before), Piece::Name(name)]);
        rest = behind;
    }
    found.push(Piece::Text(rest));
    Ok(found)
}

/// What stands for the names if the whole path matches: the longest that can be, the first name first.
fn captures<'p>(pieces: &[Piece<'p>], path: &str) -> Option<Captures<'p>> {
    let mut found = Captures::new();
    is_match(pieces, path, &mut found, &mut HashSet::new()).then_some(found)
}

/// `failed` are numbers of pieces and lengths of paths that led nowhere, so that each is tried once.
fn is_match<'p>(
    pieces: &[Piece<'p>],
    path: &str,
    found: &mut Captures<'p>,
    failed: &mut HashSet<(usize, usize)>,
) -> bool {
    let Some((first, rest)) = pieces.split_first() else { return path.is_empty() };
    if failed.contains(&(pieces.len(), path.len())) {
        return false;
    }
    let is_found = match first {
        Piece::Text(text) => path.strip_prefix(text).is_some_and(|path| is_match(rest, path, found, failed)),
        Piece::Name(name) => {
            let segment = path.split('/').next().unwrap_or_default();
            let ends = segment.char_indices().rev().map(|(at, c)| at + c.len_utf8());
            let end = ends.into_iter().find(|end| is_match(rest, &path[*end..], found, failed));
            end.inspect(|end| drop(found.insert(name, path[..*end].to_owned()))).is_some()
        }
    };
    if !is_found {
        failed.insert((pieces.len(), path.len()));
    }
    is_found
}

/// Names are in lower case, paths as they are.
fn rendered(output: &Output, lower: &Captures<'_>, raw: &Captures<'_>) -> Result<Output> {
    let copy =
        |copy: &Copy| Ok(Copy { from: filled(&copy.from, raw)?, to: filled(&copy.to, raw)?, ..copy.clone() });
    Ok(Output {
        name: filled(&output.name, lower)?,
        copies: output.copies.iter().map(copy).collect::<Result<_>>()?,
        ..output.clone()
    })
}

fn filled(text: &str, captures: &Captures<'_>) -> Result<String> {
    let mut out = String::new();
    for piece in pieces(text)? {
        out.push_str(match piece {
            Piece::Text(text) => text,
            Piece::Name(name) => captures
                .get(name)
                .ok_or_else(|| format!("`{text}` asks for `{{{name}}}`, which the pattern has not"))?,
        });
    }
    Ok(out)
}

/// May a template make this name?
pub(super) fn may_make(template: &str, name: &str) -> bool {
    pieces(template).is_ok_and(|pieces| captures(&pieces, name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_takes_the_most() {
        let pieces = pieces("a/{x}-{y}").unwrap();
        let found = captures(&pieces, "a/b-c-d").unwrap();
        assert_eq!((found["x"].as_str(), found["y"].as_str()), ("b-c", "d"));
        assert_eq!(captures(&pieces, "a/b/c-d"), None);
        assert_eq!(captures(&pieces, "a/-d"), None);
    }

    #[test]
    fn many_names_that_match_nothing_end_soon() {
        let pattern: String = (0..60).map(|n| format!("{{n{n}}}")).collect();
        assert_eq!(captures(&pieces(&(pattern + "/x")).unwrap(), &"a".repeat(200)), None);
    }

    #[test]
    fn braces_come_in_pairs_around_a_name() {
        for text in ["{", "}", "{}", "{1a}", "{a-b}"] {
            assert!(pieces(text).is_err(), "{text}");
        }
        assert!(may_make("app-{x}", "app-y") && !may_make("app-{x}", "other"));
    }
}
