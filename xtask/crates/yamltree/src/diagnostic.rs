//! What is wrong in somebody's files, where, and what to do about it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fix::Fix;

/// How bad a [`Diagnostic`] is. Errors sort before warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing may be applied while this stands.
    Error,
    /// Works, but probably not as meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

/// Where in a file. Line and column count from 1, in characters; a column is only there beside a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// The file as the person knows it, usually relative to the repository.
    pub file: String,
    /// Line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column, from 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl Place {
    /// The file as a whole.
    pub fn file(file: impl Into<String>) -> Self {
        Place { file: file.into(), line: None, column: None }
    }

    /// One character of the file.
    pub fn at(file: impl Into<String>, line: usize, column: usize) -> Self {
        Place { file: file.into(), line: Some(line), column: Some(column) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        Ok(())
    }
}

/// One finding: a code to look up, a message that says what is wrong, and (if known) what to do.
///
/// Displays as `file:line:column: error[code]: message`, followed by `  help: …` on its own line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Diagnostic {
    /// Stable name of this kind of finding, `area/what`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// Lower case, no full stop, names in backticks.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do, in the imperative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The same for a machine, if there is nothing to decide.
    #[serde(skip)]
    pub fix: Option<Box<Fix>>,
}

impl Diagnostic {
    /// An error without help.
    pub fn error(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Diagnostic { code, severity: Severity::Error, message: message.into(), place, help: None, fix: None }
    }

    /// A warning without help.
    pub fn warning(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, place, message) }
    }

    /// The same finding with help.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding with a fix for its place.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Self {
        self.fix = Some(Box::new(fix));
        self
    }

    /// Is this an error?
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    fn sort_key(&self) -> (&Place, Severity, &'static str, &str) {
        (&self.place, self.severity, self.code, &self.message)
    }
}

impl PartialOrd for Diagnostic {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Diagnostic {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.sort_key()
            .cmp(&other.sort_key())
            .then_with(|| self.help.cmp(&other.help))
            .then_with(|| self.fix.cmp(&other.fix))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}[{}]: {}", self.place, self.severity, self.code, self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

/// Is there an error (not only warnings) among them?
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_place_code_message_and_help() {
        let d = Diagnostic::error("env/unknown", Place::at("a/.flux.env", 3, 1), "unknown variable `domian`")
            .with_help("did you mean `domain`?");
        assert_eq!(
            d.to_string(),
            "a/.flux.env:3:1: error[env/unknown]: unknown variable `domian`\n  help: did you mean `domain`?"
        );
        assert_eq!(Diagnostic::warning("x", Place::file("f"), "m").to_string(), "f: warning[x]: m");
    }

    #[test]
    fn sorts_by_file_then_line_then_column_then_severity() {
        let at = |file: &str, line, column| Diagnostic::error("c", Place::at(file, line, column), "m");
        let mut all = [
            at("b", 1, 1),
            at("a", 10, 1),
            Diagnostic::warning("c", Place::at("a", 2, 5), "m"),
            at("a", 2, 5),
            at("a", 2, 3),
            Diagnostic::error("c", Place::file("a"), "m"),
        ];
        all.sort();
        let order: Vec<String> = all.iter().map(|d| format!("{} {}", d.place, d.severity)).collect();
        assert_eq!(
            order,
            ["a error", "a:2:3 error", "a:2:5 error", "a:2:5 warning", "a:10:1 error", "b:1:1 error"]
        );
    }
}
