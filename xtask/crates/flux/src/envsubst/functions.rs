//! What an operator makes of a value, as `funcs.go` does it: bytes in, bytes out.

use memchr::memmem;

use super::budget::Budget;
use super::error::Problem;
use super::pattern::Pattern;
use super::runes::{self, decode, lower, push, upper};

/// Whether the operator brings what stands in for a variable that is not set, empty as it may be (`isDefaultOp`).
pub(super) fn is_default(operator: &str) -> bool {
    matches!(operator, ":=" | ":-" | ":?" | ":+" | "=")
}

/// The value of an expression. `:?` and `:+` are defaults like `:=`, not what a shell makes of them.
pub(super) fn apply(
    operator: &str,
    value: Vec<u8>,
    arguments: &[&[u8]],
    budget: &mut Budget,
) -> Result<Vec<u8>, Problem> {
    let first = arguments.first().copied();
    let out = match (operator, first) {
        (",", _) => of_first(value, lower),
        (",,", _) => of_all(&value, lower),
        ("^", _) => of_first(value, upper),
        ("^^", _) => of_all(&value, upper),
        ("#", None) => value.len().to_string().into_bytes(),
        ("#", Some(pattern)) => trim(value, pattern, shortest, budget)?,
        ("##", Some(pattern)) => trim(value, pattern, longest, budget)?,
        ("%", Some(pattern)) => trim_end(&value, pattern, shortest, budget)?,
        ("%%", Some(pattern)) => trim_end(&value, pattern, longest, budget)?,
        (":", Some(position)) => substring(value, position, arguments.get(1).copied())?,
        ("/", Some(part)) => replace(value, part, second(arguments), 1, budget)?,
        ("//", Some(part)) => replace(value, part, second(arguments), usize::MAX, budget)?,
        // Without a replacement these do nothing.
        ("/#", Some(part)) if arguments.len() == 2 && value.starts_with(part) => {
            replace(value, part, second(arguments), 1, budget)?
        }
        ("/%", Some(part)) if arguments.len() == 2 && value.ends_with(part) => {
            let kept = value.len() - part.len();
            [value.get(..kept).unwrap_or_default(), second(arguments)].concat()
        }
        ("/#" | "/%", _) => value,
        // The operators with a default, and `,^` and `^,`, which the parser lets pass.
        _ if value.is_empty() => arguments.concat(),
        _ => value,
    };
    budget.spend(out.len())?;
    Ok(out)
}

fn second<'a>(arguments: &[&'a [u8]]) -> &'a [u8] {
    arguments.get(1).copied().unwrap_or_default()
}

fn of_first(value: Vec<u8>, case: fn(char) -> char) -> Vec<u8> {
    let (first, width) = decode(&value);
    if width == 0 {
        return value;
    }
    let mut out = Vec::with_capacity(value.len());
    push(&mut out, case(first));
    out.extend_from_slice(value.get(width..).unwrap_or_default());
    out
}

fn of_all(value: &[u8], case: fn(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    runes::runes(value).for_each(|(c, _)| push(&mut out, case(c)));
    out
}

/// `strconv.Atoi`: digits with at most one sign, in 64 bits.
fn number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Counts bytes, not characters. What is no number leaves the value as it is.
fn substring(value: Vec<u8>, position: &[u8], length: Option<&[u8]>) -> Result<Vec<u8>, Problem> {
    let size = i64::try_from(value.len()).unwrap_or(i64::MAX);
    let Some(mut from) = number(position) else { return Ok(value) };
    if from < 0 {
        from = size.saturating_add(from).max(0);
    }
    let mut to = size;
    if let Some(length) = length {
        let Some(length) = number(length) else { return Ok(value) };
        // It wraps in Go; what wraps lies before the beginning there, too.
        let end = from.wrapping_add(length);
        if end < size {
            if end < from {
                return Err(Problem::Length(length));
            }
            to = end;
        }
    }
    let place = |at: i64| usize::try_from(at).unwrap_or(usize::MAX);
    Ok(value.get(place(from)..place(to)).unwrap_or_default().to_vec())
}

/// `strings.Replace`: an empty part is found before each character and at the end.
fn replace(
    value: Vec<u8>,
    part: &[u8],
    by: &[u8],
    most: usize,
    budget: &mut Budget,
) -> Result<Vec<u8>, Problem> {
    let mut places: Box<dyn Iterator<Item = usize>> = if part.is_empty() {
        let mut at = 0;
        Box::new(std::iter::once(0).chain(runes::runes(&value).map(move |(_, width)| {
            at += width;
            at
        })))
    } else {
        Box::new(memmem::find_iter(&value, part))
    };
    let mut out = Vec::new();
    let mut done = 0;
    for at in places.by_ref().take(most) {
        budget.spend(by.len())?;
        out.extend_from_slice(value.get(done..at).unwrap_or_default());
        out.extend_from_slice(by);
        done = at + part.len();
    }
    out.extend_from_slice(value.get(done..).unwrap_or_default());
    Ok(out)
}

/// How much of a value a pattern takes from its beginning: never nothing.
type Measure = fn(&[u8], &Pattern<'_>, &mut Budget) -> Result<Option<usize>, Problem>;

fn shortest(value: &[u8], pattern: &Pattern<'_>, budget: &mut Budget) -> Result<Option<usize>, Problem> {
    first(1..=value.len(), value, pattern, budget)
}

fn longest(value: &[u8], pattern: &Pattern<'_>, budget: &mut Budget) -> Result<Option<usize>, Problem> {
    first((1..=value.len()).rev(), value, pattern, budget)
}

fn first(
    mut sizes: impl Iterator<Item = usize>,
    value: &[u8],
    pattern: &Pattern<'_>,
    budget: &mut Budget,
) -> Result<Option<usize>, Problem> {
    sizes
        .find_map(|size| {
            let matches = pattern.matches(value.get(..size).unwrap_or_default(), budget);
            matches.map(|matches| matches.then_some(size)).transpose()
        })
        .transpose()
}

/// Without the beginning that matches. A malformed pattern leaves the value as it is.
fn trim(value: Vec<u8>, pattern: &[u8], measure: Measure, budget: &mut Budget) -> Result<Vec<u8>, Problem> {
    let Some(pattern) = Pattern::new(pattern) else { return Ok(value) };
    Ok(match measure(&value, &pattern, budget)? {
        Some(size) => value.get(size..).unwrap_or_default().to_vec(),
        None => value,
    })
}

/// Without the end that matches: all backwards, the pattern too, so that `[a-c]` is no class here, and `\` escapes what stands
/// before it.
fn trim_end(value: &[u8], pattern: &[u8], measure: Measure, budget: &mut Budget) -> Result<Vec<u8>, Problem> {
    Ok(backwards(&trim(backwards(value), &backwards(pattern), measure, budget)?))
}

fn backwards(value: &[u8]) -> Vec<u8> {
    let mut end = runes::runes(value).map(|(c, _)| c.len_utf8()).sum();
    let mut out = vec![0; end];
    for (c, _) in runes::runes(value) {
        let begin = end - c.len_utf8();
        if let Some(place) = out.get_mut(begin..end) {
            c.encode_utf8(place);
        }
        end = begin;
    }
    out
}
