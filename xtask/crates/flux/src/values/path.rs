//! `ReplacePathValue` and `ReplacePathLiteralValue` of chartutil: a line for `helm --set` out of path and value.

use super::Reference;
use super::error::PathFault;
use super::go;
use super::heap::{Heap, MapId};
use super::node::{Layer, Origin};
use super::set::{self, Typing};

/// Sets the value at the reference's target path, and whatever else the value makes of the line: `x,b=2` sets `b` too.
pub(super) fn replace(
    heap: &mut Heap,
    values: MapId,
    layer: Layer,
    reference: &Reference,
    value: &[u8],
) -> Result<(), PathFault> {
    let value = go::runes(value);
    let mut line: Vec<char> = reference.target_path.chars().chain(['=']).collect();
    let typing = if reference.literal {
        line.extend(escaped(&value));
        Typing::Text
    } else if let Some(inner) = unquoted(&value) {
        line.extend(inner);
        Typing::Text
    } else {
        line.extend(&value);
        Typing::Guess
    };
    set::parse(heap, values, &line, typing, Origin { layer, at: None })
}

/// The value with a backslash before everything that the line would take for syntax.
fn escaped(value: &[char]) -> impl Iterator<Item = char> + '_ {
    value.iter().flat_map(|c| {
        let is_syntax = matches!(c, '\\' | ',' | '[' | ']' | '{' | '}');
        is_syntax.then_some('\\').into_iter().chain([*c])
    })
}

/// What is left of a value in quotes, if it is in quotes: all quotes of both sorts at both ends go.
fn unquoted(value: &[char]) -> Option<&[char]> {
    let (first, last) = (value.first()?, value.last()?);
    if first != last || !matches!(first, '\'' | '"') {
        return None;
    }
    let is_quote = |c: &char| matches!(c, '\'' | '"');
    let start = value.iter().position(|c| !is_quote(c)).unwrap_or(value.len());
    let end = value.iter().rposition(|c| !is_quote(c)).map_or(start, |at| at + 1);
    value.get(start..end)
}
