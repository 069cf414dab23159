//! Why there are no effective values. Nothing here holds a value: they may be secret.

use std::fmt;

use super::Reference;

/// A reference that cannot be used, which ends the reconciliation of the release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuesError {
    /// The index in `valuesFrom`.
    pub index: usize,
    /// The entry.
    pub reference: Box<Reference>,
    /// What is wrong.
    pub reason: Reason,
}

/// What is wrong with a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The kind is neither ConfigMap nor Secret.
    UnknownKind,
    /// There is no such object.
    NoObject,
    /// The object has no such key.
    NoKey,
    /// The text is no YAML document that holds a map.
    Text(TextFault),
    /// The value cannot be set at the target path.
    Path(PathFault),
}

impl Reason {
    /// Is this one of those that `optional: true` forgives? The field's documentation promises only a missing object, but
    /// chartutil forgives a missing key too.
    pub fn is_forgiven_by_optional(&self) -> bool {
        matches!(self, Reason::NoObject | Reason::NoKey)
    }
}

/// What is wrong with a text of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFault {
    /// What is wrong, without a word of the text.
    pub message: &'static str,
    /// Line and column, from 1, if it is about one place.
    pub at: Option<(usize, usize)>,
}

/// What is wrong with a target path or, as it is one line for Go, with the value behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathFault {
    /// A key without a value.
    NoValue,
    /// An index that is no number, or below 0, or above 65536.
    BadIndex,
    /// Something between `]` and what may follow it.
    AfterIndex,
    /// More than 30 dots.
    TooNested,
    /// A key goes into something that is no map.
    NotAMap,
    /// An index goes into something that is no list.
    NotAList,
    /// `{` without `}`.
    OpenList,
    /// Deeper than we go.
    TooDeep,
}

impl ValuesError {
    pub(super) fn new(index: usize, reference: &Reference, reason: Reason) -> Self {
        ValuesError { index, reference: Box::new(reference.clone()), reason }
    }
}

impl fmt::Display for ValuesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reference { kind, name, target_path, .. } = self.reference.as_ref();
        let key = self.reference.key();
        write!(f, "`valuesFrom[{}]`: ", self.index)?;
        match &self.reason {
            Reason::UnknownKind => write!(f, "kind `{kind}` is neither ConfigMap nor Secret"),
            Reason::NoObject => write!(f, "there is no {kind} `{name}`"),
            Reason::NoKey => write!(f, "{kind} `{name}` has no key `{key}`"),
            Reason::Text(fault) => write!(f, "key `{key}` of {kind} `{name}`: {fault}"),
            Reason::Path(fault) => {
                write!(
                    f,
                    "the value of key `{key}` of {kind} `{name}` cannot be set at `{target_path}`: {fault}"
                )
            }
        }
    }
}

impl std::error::Error for ValuesError {}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.at {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(self.message)
    }
}

impl fmt::Display for PathFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PathFault::NoValue => "a key has no value (a comma in the value begins another key)",
            PathFault::BadIndex => "an index is not a number from 0 to 65536",
            PathFault::AfterIndex => "something follows an index that is neither `.`, `[` nor `=`",
            PathFault::TooNested => "it has more than 30 dots",
            PathFault::NotAMap => "it goes into something that is not a map",
            PathFault::NotAList => "it goes into something that is not a list",
            PathFault::OpenList => "a list that begins with `{` does not end with `}`",
            PathFault::TooDeep => "it lies deeper than any honest value",
        })
    }
}
