//! Why a text is refused, and where.

use std::ops::Range;

use thiserror::Error;

/// A refusal: it exists where Flux's own module refuses a text, and where a documented limit is reached.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{expression}` at byte {offset}: {problem}")]
pub struct SubstitutionError {
    /// Where in the text the expression begins: the place of its `$`.
    pub offset: usize,
    /// The beginning of the expression, as far as it was read and at most 60 characters of one line.
    pub expression: String,
    /// The variable, if its name was read.
    pub variable: Option<String>,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with an expression. The names in brackets are the original's errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Problem {
    /// No name behind `${` or `${#` (`ErrParseVariableName`, `ErrBadSubstitution`).
    #[error(
        "a name of letters, digits and `_` must follow `${{`; write `$${{` for the two characters themselves"
    )]
    Name,
    /// A character behind the name that is no operator (`ErrMissingClosingBrace`); `-`, `+` and `?` need a colon before them.
    #[error("`{0}` cannot follow the name; `}}` or an operator can, such as `:=` before a default")]
    Operator(char),
    /// The text ends before the `}` (`ErrMissingClosingBrace`, `ErrBadSubstitution`, `ErrParseFuncSubstitution`).
    #[error("the closing `}}` is missing")]
    Unclosed,
    /// Something else where only `}` may stand (`ErrBadSubstitution`).
    #[error("`}}` is expected, not `{0}`")]
    Close(char),
    /// Nothing where a position, a pattern or a part to replace must stand (`ErrParseFuncSubstitution`).
    #[error("the operator has no argument")]
    Argument,
    /// The character behind the colon can be no position (`ErrBadSubstitution`).
    #[error("`:` must be followed by a position, or by `=` or `-` and a default")]
    Position,
    /// No `/` between what is replaced and its replacement (`ErrBadSubstitution`).
    #[error("`/` must follow what is to be replaced, even if nothing replaces it")]
    Slash,
    /// Strict, and the variable does not exist (`errVarNotSet`).
    #[error("the variable is not set, and has no default here")]
    NotSet,
    /// The end of a part lies before its beginning: the original panics.
    #[error("the length {0} is negative")]
    Length(i64),
    /// What comes out is no UTF-8, since a character was cut into pieces. The original writes it; Flux's YAML reader refuses it.
    #[error("a character of more than one byte is cut into pieces")]
    NotText,
    /// More than 2²⁸ bytes and comparisons. The original goes on until time or memory ends.
    #[error("the text grows too large, or takes too long to compare")]
    Work,
}

impl SubstitutionError {
    pub(super) fn new(text: &str, range: Range<usize>, variable: &str, problem: Problem) -> Self {
        // `range` may end inside a character.
        let rest = text.get(range.start..).unwrap_or_default();
        let whole = rest.lines().next().unwrap_or_default();
        let length = range.end.saturating_sub(range.start);
        let mut expression: String =
            whole.char_indices().take_while(|(at, _)| *at < length).take(60).map(|(_, c)| c).collect();
        if expression.len() < length {
            expression.push('…');
        }
        let variable = (!variable.is_empty()).then(|| variable.to_owned());
        SubstitutionError { offset: range.start, expression, variable, problem }
    }
}
