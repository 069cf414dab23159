//! The syntax of YAML as go-yaml reads it: a text in, events with places out.
//!
//! This is libyaml's grammar (`scannerc.go` and `parserc.go` of go-yaml v3, MIT), because what kustomize accepts and refuses is
//! decided there and not by the specification. It works on slices of the text: a scalar without escapes or folding is not
//! copied. Comments are skipped unless somebody wants them; what a scalar means is for [`crate::scalar`] to say.

mod block;
mod characters;
mod comments;
pub mod common;
mod cursor;
mod grammar;
mod quoted;
mod scanner;
mod tag;
mod token;

use std::borrow::Cow;
use std::fmt;

use crate::node::Position;

pub use comments::Comments;
pub use grammar::Parser;

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// What a node carries besides its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties<'a> {
    /// `&name`
    pub anchor: Option<&'a str>,
    /// The tag in full (`tag:yaml.org,2002:str`), or `!`.
    pub tag: Option<Cow<'a, str>>,
}

impl Properties<'_> {
    /// The part of a tag behind `tag:yaml.org,2002:`, as in `!!str`; `None` for no tag, for `!` and for tags of somebody's own.
    pub fn core_tag(&self) -> Option<&str> {
        self.tag.as_deref()?.strip_prefix(CORE)
    }

    /// Is there a tag that says something? `!` says nothing.
    pub fn is_tagged(&self) -> bool {
        self.tag.as_deref().is_some_and(|tag| tag != "!")
    }
}

/// What `!!` stands for.
pub(crate) const CORE: &str = "tag:yaml.org,2002:";

/// Is it one of libyaml's five line breaks?
fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// One event of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'a> {
    /// A document begins.
    DocumentStart,
    /// A document ends.
    DocumentEnd,
    /// `*name`
    Alias(&'a str),
    /// A scalar; where nothing is written, an empty plain one.
    Scalar(Cow<'a, str>, Style, Properties<'a>),
    /// A list begins; is it written `[…]`?
    SequenceStart(bool, Properties<'a>),
    /// A list ends.
    SequenceEnd,
    /// A mapping begins; is it written `{…}`?
    MappingStart(bool, Properties<'a>),
    /// A mapping ends.
    MappingEnd,
}

/// Where an event begins and ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// The first character.
    pub start: Position,
    /// Behind the last character.
    pub end: Position,
}

/// Why a text is not YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, in libyaml's words.
    pub message: &'static str,
    /// Where.
    pub at: Position,
    /// What was being read, and where that began.
    pub context: Option<(&'static str, Position)>,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.context {
            Some((context, at)) if at.line != self.at.line => {
                write!(f, "{context} from line {}: {}", at.line, self.message)
            }
            Some((context, _)) => write!(f, "{context}: {}", self.message),
            None => f.write_str(self.message),
        }
    }
}

impl std::error::Error for SyntaxError {}

#[cfg(test)]
mod tests;
