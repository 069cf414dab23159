//! From expressions to a text, as `template.go` does it.

use super::Strict;
use super::budget::Budget;
use super::error::{Problem, SubstitutionError};
use super::functions::{apply, is_default};
use super::parse::{Expression, Parsed, Part};

/// What gives the value of a variable as bytes.
pub(super) type Lookup<'a> = dyn FnMut(&str) -> Option<Vec<u8>> + 'a;

/// The text that the parts become. `place` is told where in it the part of each expression begins, in order.
pub(super) fn expand(
    text: &str,
    parsed: &Parsed<'_>,
    lookup: &mut Lookup<'_>,
    strict: Strict,
    mut place: impl FnMut(usize, usize),
) -> Result<Vec<u8>, SubstitutionError> {
    let values = values(text, &parsed.expressions, lookup, strict)?;
    let mut out = Vec::with_capacity(text.len());
    for part in &parsed.parts {
        if let Part::Expression(at) = part {
            place(out.len(), *at);
        }
        out.extend_from_slice(of(part, &values));
    }
    Ok(out)
}

fn of<'p>(part: &'p Part<'_>, values: &'p [Vec<u8>]) -> &'p [u8] {
    match part {
        Part::Text(text) => text,
        Part::Expression(at) => values.get(*at).map_or(&[], Vec::as_slice),
    }
}

/// The value of each expression: those inside first, even in a default that is not needed. A variable that is not set is an
/// error there, too.
fn values(
    text: &str,
    expressions: &[Expression<'_>],
    lookup: &mut Lookup<'_>,
    strict: Strict,
) -> Result<Vec<Vec<u8>>, SubstitutionError> {
    let mut budget = Budget::new();
    let mut values: Vec<Vec<u8>> = Vec::with_capacity(expressions.len());
    for expression in expressions {
        let refused = |problem| refused(text, expression, problem);
        let arguments: Vec<&[u8]> = expression.arguments.iter().map(|part| of(part, &values)).collect();
        let value = lookup(expression.variable);
        if value.is_none() && strict == Strict::Yes && !is_default(expression.operator) {
            return Err(refused(Problem::NotSet));
        }
        let value = value.unwrap_or_default();
        budget.spend(value.len()).map_err(refused)?;
        let value = apply(expression.operator, value, &arguments, &mut budget).map_err(refused)?;
        values.push(value);
    }
    Ok(values)
}

pub(super) fn refused(text: &str, expression: &Expression<'_>, problem: Problem) -> SubstitutionError {
    SubstitutionError::new(text, expression.range.clone(), expression.variable, problem)
}
