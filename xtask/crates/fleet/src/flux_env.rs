//! `.flux.env`: the variables of one cluster, in the syntax that kustomize's `envs:` reads.
//!
//! One `NAME=VALUE` a line. Blanks before the name are dropped, empty lines and lines that begin with `#` are skipped,
//! and everything after the first `=` is the value: there are no quotes, no escapes and no comments behind a value.

use std::collections::BTreeMap;

use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::nearest;

use crate::secret::SecretString;
use crate::substitution::survives_substitution;
use crate::variables::{Group, Variable};

/// The variables that a file sets. Empty values count as not set, as they do for `${x:=default}`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FluxEnv {
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    value: SecretString,
    is_secret: bool,
    line: usize,
}

impl FluxEnv {
    /// The value of a variable that is set and not secret.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.entries.get(name).filter(|e| !e.is_secret).map(|e| e.value.expose().as_str())
    }

    /// The value of a variable that is set, secret or not.
    pub fn secret(&self, name: &str) -> Option<&SecretString> {
        self.entries.get(name).map(|e| &e.value)
    }

    /// The line on which a variable is set.
    pub fn line_of(&self, name: &str) -> Option<usize> {
        self.entries.get(name).map(|e| e.line)
    }

    /// Is the variable set to `true`?
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// Everything that is set, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SecretString)> {
        self.entries.iter().map(|(name, entry)| (name.as_str(), &entry.value))
    }
}

/// Reads a `.flux.env` against the variables that may be in it.
///
/// Everything wrong is reported, each with its line and column; no message holds a value of a secret variable. The
/// result holds every line that could be read, even a faulty one.
pub fn parse(file: &str, text: &str, known: &[Variable]) -> (FluxEnv, Vec<Diagnostic>) {
    let mut env = FluxEnv::default();
    let mut diagnostics = Vec::new();
    let mut first_lines: BTreeMap<&str, usize> = BTreeMap::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1..).zip(text.split('\n')) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let Some(entry) = split(file, number, line, &mut diagnostics) else { continue };
        let place = Place::at(file, number, entry.name_column);
        if let Some(first) = first_lines.get(entry.name) {
            let message = format!("variable `{}` is set twice, first in line {first}", entry.name);
            diagnostics.push(Diagnostic::error("env/duplicate", place, message));
            continue;
        }
        first_lines.insert(entry.name, number);
        let variable = known.iter().find(|v| v.name == entry.name);
        match variable {
            None => diagnostics.push(unknown(place, entry.name, known)),
            Some(variable) => check_value(file, number, &entry, variable, &mut diagnostics),
        }
        if !entry.value.is_empty() {
            // What nobody knows may be a misspelt secret.
            let is_secret = variable.is_none_or(|v| v.secret);
            let value = SecretString::from(entry.value);
            env.entries.insert(entry.name.to_owned(), Entry { value, is_secret, line: number });
        }
    }
    diagnostics.extend(missing(file, &env, known));
    (env, diagnostics)
}

struct Line<'a> {
    name: &'a str,
    name_column: usize,
    value: &'a str,
    value_column: usize,
}

/// Splits a line; `None` for comments, empty lines, and lines without a usable name (which are reported).
fn split<'a>(
    file: &str,
    number: usize,
    line: &'a str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Line<'a>> {
    let content = line.trim_start();
    if content.is_empty() || content.starts_with('#') {
        return None;
    }
    let name_column = line.chars().count() - content.chars().count() + 1;
    let place = Place::at(file, number, name_column);
    let Some((name, value)) = content.split_once('=') else {
        let message = "a line without `=`; each line is `NAME=VALUE`";
        diagnostics.push(Diagnostic::error("env/syntax", place, message));
        return None;
    };
    if !is_name(name) {
        let help = match name.strip_prefix("export ") {
            Some(_) => "remove `export`: no shell reads this file".to_owned(),
            None if is_name(name.trim_end()) => "remove the blank before `=`".to_owned(),
            None => "use letters, digits and `_`, with no digit first".to_owned(),
        };
        let message = format!("`{name}` is not a name of a variable");
        diagnostics.push(Diagnostic::error("env/name", place, message).with_help(help));
        return None;
    }
    Some(Line { name, name_column, value, value_column: name_column + name.chars().count() + 1 })
}

/// Is this a name that Flux accepts for a variable?
pub fn is_name(name: &str) -> bool {
    let starts_well = name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic());
    starts_well && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

fn unknown(place: Place, name: &str, known: &[Variable]) -> Diagnostic {
    let mut found = Diagnostic::error("env/unknown", place, format!("unknown variable `{name}`"));
    found.help =
        nearest::nearest(name, known.iter().map(|v| v.name.as_ref())).map(|n| format!("did you mean `{n}`?"));
    found
}

fn check_value(
    file: &str,
    number: usize,
    line: &Line<'_>,
    variable: &Variable,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let (name, value) = (line.name, line.value);
    let place = Place::at(file, number, line.value_column);
    if value.is_empty() {
        return;
    }
    let is_quoted =
        value.len() > 1 && ['"', '\''].iter().any(|q| value.starts_with(*q) && value.ends_with(*q));
    if is_quoted {
        let message = format!("the quotes would be part of the value of `{name}`");
        let found = Diagnostic::error("env/quotes", place, message)
            .with_help("remove the quotes: nothing needs them here");
        diagnostics.push(found);
        return;
    }
    if !variable.check.is_scalar()
        && let Err(reason) = survives_substitution(value)
    {
        let message = format!("the value of `{name}` would not reach the cluster as it is: {reason}");
        diagnostics.push(
            Diagnostic::error("env/substitution", place, message).with_help("choose a value without it"),
        );
        return;
    }
    if let Err(wanted) = variable.check.accepts(value) {
        diagnostics.push(Diagnostic::error("env/value", place, format!("`{name}`: {wanted}")));
    }
}

fn missing(file: &str, env: &FluxEnv, known: &[Variable]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for variable in known.iter().filter(|v| !env.entries.contains_key(v.name.as_ref())) {
        let name = &variable.name;
        let help = format!("add `{name}={}`: {}", variable.example, variable.meaning);
        if variable.required {
            let message = format!("required variable `{name}` is not set");
            diagnostics.push(Diagnostic::error("env/missing", Place::file(file), message).with_help(help));
        } else if let Some(switch) = variable.needed_with.filter(|switch| env.is_on(switch)) {
            let message = format!("`{name}` is not set, but `{switch}` is `true`");
            let place = Place { line: env.line_of(switch), ..Place::file(file) };
            diagnostics.push(Diagnostic::error("env/missing", place, message).with_help(help));
        }
    }
    diagnostics
}

/// The documented example: required variables with an example value, all others as comments with their default.
///
/// `groups` are those that all clusters know ([`crate::variables::groups`]) or those of a tree
/// ([`crate::catalogue::Catalogue::groups`]).
pub fn example(groups: &[Group]) -> String {
    example_with(groups, &[])
}

/// The documented example with some values filled in; a given empty value stays empty.
pub fn example_with(groups: &[Group], given: &[(&str, &str)]) -> String {
    let mut text = String::from(
        "# The variables of one cluster. Copy this file to clusters/NAME/.flux.env and keep it secret (chmod 600).\n\
         #\n\
         # One NAME=VALUE a line. No quotes, no blanks round the =, no comments behind a value: all of it would become\n\
         # part of the value. Remove the # before a variable to set it.\n",
    );
    for group in groups {
        text.push_str(&format!("\n## {}.\n", group.title));
        for variable in &group.variables {
            let name = &variable.name;
            let given = given.iter().find(|(given, _)| given == name).map(|(_, value)| *value);
            let value = given.unwrap_or(&variable.example);
            let note = match (&variable.default, variable.needed_with) {
                (_, Some(switch)) => format!(" (needed if {switch} is true)"),
                (Some(default), _) if !default.is_empty() => format!(" (default: {default})"),
                _ => String::new(),
            };
            let hash = if variable.required || given.is_some() { "" } else { "#" };
            text.push_str(&format!("\n# {}{note}.\n{hash}{name}={value}\n", variable.meaning));
        }
    }
    text
}

#[cfg(test)]
mod tests;
