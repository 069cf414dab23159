//! Variables in a text, as Flux's post-build substitution puts them in: `${name}`, `${name:=default}` and the other forms.
//!
//! This is Go's module `github.com/fluxcd/pkg/envsubst` 1.7.0, quirks included: the same bytes come out, and what it refuses is
//! refused, where it panics too (the controller catches that). Differences are the wording of errors, which name the place, and
//! two limits: [`Problem::Work`], where the original goes on until time or memory ends, and [`Problem::NotText`] for callers that
//! want text. `tests/sandbox/envsubst.rs` holds both against each other.
//!
//! | form | gives |
//! | --- | --- |
//! | `${v}` | the value |
//! | `${v:=word}`, `:-`, `:+`, `:?`, `${v=word}` | the value, or `word` (expressions and all) if that is empty |
//! | `${#v}` | how many bytes it has |
//! | `${v^}`, `${v^^}`, `${v,}`, `${v,,}` | upper or lower case, of the first character or of all |
//! | `${v:position}`, `${v:position:length}` | some of its bytes; negative positions count from the end |
//! | `${v#pattern}`, `##`, `%`, `%%` | without the shortest or longest beginning or end that matches |
//! | `${v/part/by}`, `//`, `/#`, `/%` | the first, each, a first or a last `part` replaced |
//! | `$$` | `$`; so `$${v}` stays `${v}` |
//!
//! What kustomize-controller does around it (`fluxcd/pkg/kustomize`, `kustomize_varsub.go`) is the caller's: it takes the line
//! feeds out of every value, and refuses names of variables that are not `[_a-zA-Z][_a-zA-Z0-9]*`.

mod budget;
mod error;
mod expand;
mod functions;
mod parse;
mod pattern;
mod runes;
mod scan;
mod tables;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

pub use error::{Problem, SubstitutionError};
use parse::Expression;

/// Whether a variable must be set where nothing stands in for it.
///
/// kustomize-controller's feature gate `StrictPostBuildSubstitutions`. Exempt are the operators that bring a default: `:=`,
/// `:-`, `:+`, `:?` and `=`; an empty one is one (`isDefaultOp` in `template.go`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strict {
    /// A variable that is not set is an error.
    Yes,
    /// It is empty.
    No,
}

/// A variable that a text asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Its name.
    pub variable: String,
    /// The operator as it is written; empty for `${name}`.
    pub operator: String,
    /// The expression in the text, from `$` to behind `}`.
    pub range: Range<usize>,
    /// Where the default is written, expressions in it included, if the operator brings one; it may be empty.
    pub default: Option<Range<usize>>,
    /// How many expressions it stands in.
    pub depth: usize,
}

/// The text with the values of its variables; borrowed if there is nothing to do.
///
/// `lookup` gives the value of a variable, or none if it is not set. It is asked once for every expression, first for those
/// inside. The source is `Eval` in `eval.go`.
///
/// # Errors
///
/// Where the original has one, at a limit of this module, and if the outcome is no UTF-8, see [`Problem`].
pub fn substitute<'t>(
    text: &'t str,
    lookup: &mut dyn FnMut(&str) -> Option<String>,
    strict: Strict,
) -> Result<Cow<'t, str>, SubstitutionError> {
    if is_as_it_is(text) {
        return Ok(Cow::Borrowed(text));
    }
    let parsed = parse::parse(text)?;
    let mut places = Vec::new();
    let mut lookup = |name: &str| lookup(name).map(String::into_bytes);
    let out = expand::expand(text, &parsed, &mut lookup, strict, |begin, at| places.push((begin, at)))?;
    String::from_utf8(out).map(Cow::Owned).map_err(|error| {
        // A text is UTF-8, so that it is an expression that the wrong byte comes from.
        let wrong = error.utf8_error().valid_up_to();
        let behind = places.partition_point(|(begin, _)| *begin <= wrong);
        let place = behind.checked_sub(1).and_then(|at| places.get(at));
        match place.and_then(|(_, at)| parsed.expressions.get(*at)) {
            Some(expression) => expand::refused(text, expression, Problem::NotText),
            None => SubstitutionError::new(text, 0..text.len(), "", Problem::NotText),
        }
    })
}

/// As [`substitute`], with values and an outcome that need not be UTF-8: the data of a Secret can be anything, and `${v:0:1}`
/// counts bytes.
///
/// # Errors
///
/// Where the original has one, and at a limit of this module, see [`Problem`].
pub fn substitute_bytes<'t>(
    text: &'t str,
    lookup: &mut dyn FnMut(&str) -> Option<Vec<u8>>,
    strict: Strict,
) -> Result<Cow<'t, [u8]>, SubstitutionError> {
    if is_as_it_is(text) {
        return Ok(Cow::Borrowed(text.as_bytes()));
    }
    expand::expand(text, &parse::parse(text)?, lookup, strict, |_, _| ()).map(Cow::Owned)
}

/// The variables that a text asks for, in the order of their places; those in a default count whether it is needed or not.
///
/// Every one of them is looked up by [`substitute`], and no other one.
///
/// # Errors
///
/// What [`substitute`] says of the same text, as far as it does not depend on values.
pub fn variables(text: &str) -> Result<Vec<Use>, SubstitutionError> {
    if is_as_it_is(text) {
        return Ok(Vec::new());
    }
    let used = |it: Expression<'_>| Use {
        variable: it.variable.to_owned(),
        operator: it.operator.to_owned(),
        range: it.range,
        default: it.default,
        depth: it.depth,
    };
    let mut found: Vec<Use> = parse::parse(text)?.expressions.into_iter().map(used).collect();
    found.sort_by_key(|it| it.range.start);
    Ok(found)
}

/// Whether nothing in the text can have a meaning: only `${` and `$$` do, and a NUL, which ends it.
fn is_as_it_is(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'$', 0, bytes)
        .all(|at| bytes.get(at) == Some(&b'$') && !matches!(bytes.get(at + 1), Some(b'$' | b'{')))
}
