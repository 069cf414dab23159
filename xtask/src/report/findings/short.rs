//! A line each, with what to do in a line below: for `grep`.

use yamltree::diagnostic::Diagnostic;

/// `file:line:column: error[code]: message`, and the help in a line of its own.
pub fn short(found: &Diagnostic) -> String {
    found.to_string()
}
