//! Our answer beside the original's.

use std::borrow::Cow;
use std::panic::catch_unwind;

use flux::envsubst::{Problem, Strict, SubstitutionError, substitute, substitute_bytes, variables};

use super::Case;

/// In which way the answers differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Ours ends in a panic.
    Panic(String),
    /// Both substitute, and other bytes come out.
    Bytes,
    /// Only we refuse, for this reason.
    WeRefuse(String),
    /// Only the original refuses, for this reason.
    TheyRefuse(String),
    /// Both refuse, for reasons that do not belong together.
    Reason(String),
    /// Our own functions contradict one another.
    Ourselves(&'static str),
}

/// What we make of it.
pub fn ours(case: &Case) -> Result<Vec<u8>, SubstitutionError> {
    let mut lookup = |name: &str| case.variables.get(name).cloned();
    substitute_bytes(&case.text, &mut lookup, strict(case)).map(Cow::into_owned)
}

fn strict(case: &Case) -> Strict {
    if case.strict { Strict::Yes } else { Strict::No }
}

/// How the answers differ, if they do.
pub fn compare(case: &Case, theirs: &Result<Vec<u8>, String>) -> Option<Difference> {
    let judged = catch_unwind(|| {
        let ours = ours(case);
        beside(&ours, theirs).or_else(|| ourselves(case, &ours).map(Difference::Ourselves))
    });
    judged.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Some(Difference::Panic(text.unwrap_or_else(|| "a panic".to_owned())))
    })
}

fn beside(ours: &Result<Vec<u8>, SubstitutionError>, theirs: &Result<Vec<u8>, String>) -> Option<Difference> {
    match (ours, theirs) {
        // Where the original goes on until time or memory ends.
        (Err(SubstitutionError { problem: Problem::Work, .. }), _) => None,
        (Ok(ours), Ok(theirs)) => (ours != theirs).then_some(Difference::Bytes),
        (Err(ours), Ok(_)) => Some(Difference::WeRefuse(format!("{:?}", ours.problem))),
        (Ok(_), Err(theirs)) => Some(Difference::TheyRefuse(reason(theirs).to_owned())),
        (Err(ours), Err(theirs)) => {
            let expected: &[&str] = match ours.problem {
                Problem::NotSet => &["variable not set"],
                Problem::Length(_) => &["panic: runtime error: slice bounds out of range"],
                Problem::Name => &["unable to parse variable name", "bad substitution"],
                Problem::Operator(_) => &["missing closing brace"],
                Problem::Unclosed => &[
                    "missing closing brace",
                    "bad substitution",
                    "unable to parse substitution within function",
                ],
                Problem::Argument => &["unable to parse substitution within function"],
                _ => &["bad substitution"],
            };
            let fits = expected.iter().any(|it| theirs.starts_with(it)) && blames_the_same(ours, theirs);
            (!fits).then(|| Difference::Reason(format!("{:?} / {}", ours.problem, reason(theirs))))
        }
    }
}

/// Whether the original, where it names the variable, names the one that we name.
fn blames_the_same(ours: &SubstitutionError, theirs: &str) -> bool {
    let Some((_, quoted)) = theirs.split_once("(strict mode): ") else { return true };
    let name = ours.variable.as_deref().unwrap_or_default();
    // Go writes what it cannot print as an escape.
    quoted.contains('\\') || quoted == format!("\"{name}\"")
}

/// An error of the original without what belongs to one text only.
pub fn reason(error: &str) -> &str {
    error
        .split([':', '['])
        .take(if error.starts_with("panic") { 3 } else { 1 })
        .last()
        .unwrap_or_default()
        .trim()
}

/// What must hold between our functions, whatever the original says.
fn ourselves(case: &Case, ours: &Result<Vec<u8>, SubstitutionError>) -> Option<&'static str> {
    let mut asked = Vec::new();
    let mut lookup = |name: &str| {
        asked.push(name.to_owned());
        case.variables.get(name).map(|value| String::from_utf8_lossy(value).into_owned())
    };
    let text = substitute(&case.text, &mut lookup, strict(case));
    let all_text = case.variables.values().all(|value| std::str::from_utf8(value).is_ok());
    let agree = match (&text, ours) {
        _ if !all_text => true,
        (Ok(text), Ok(bytes)) => text.as_bytes() == bytes,
        (Err(error), Ok(bytes)) => error.problem == Problem::NotText && std::str::from_utf8(bytes).is_err(),
        (Err(error), Err(other)) => error == other,
        (Ok(_), Err(_)) => false,
    };
    if !agree {
        return Some("substitute and substitute_bytes");
    }
    if let Err(error) = &text
        && !case.text.get(error.offset..).is_some_and(|rest| rest.starts_with("${"))
    {
        return Some("the place of an error");
    }
    let Ok(uses) = variables(&case.text) else {
        return text.is_ok().then_some("variables refuses, substitute does not");
    };
    if uses.iter().any(|it| !is_expression(&case.text[it.range.clone()], &it.variable)) {
        return Some("the place of a variable");
    }
    let mut told: Vec<String> = uses.into_iter().map(|it| it.variable).collect();
    if text.is_ok() {
        told.sort();
        asked.sort();
        return (told != asked).then_some("variables and lookups");
    }
    None
}

fn is_expression(text: &str, variable: &str) -> bool {
    let name = text.strip_prefix("${").map(|rest| rest.strip_prefix('#').unwrap_or(rest));
    name.is_some_and(|rest| rest.starts_with(variable)) && text.ends_with('}')
}
