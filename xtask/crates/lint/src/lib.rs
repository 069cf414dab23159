//! Rules over what a repository renders to.
//!
//! A rule looks at objects as the API server would get them: after kustomize, patches of parents and substitution, and, where charts
//! are at hand, after Helm. Findings say where in the repository the value was written.
//!
//! Pure: the rendering comes in, findings go out.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod allowed;
pub mod fix;
mod made;
mod overrides;
mod platform;
mod pod_security;
pub mod proof;
mod refused;
mod rule;
mod rules;
mod secret_lines;
mod subject;
mod written;

use flux::render::parallel;
use yamltree::diagnostic::Diagnostic;

pub use refused::Refused;
pub use rule::{Check, Found, Rule};
pub use rules::RULES;
pub use secret_lines::secret_lines;
pub use subject::{ChartObjects, Object, Owner, Subject};

/// Everything that is wrong, sorted by place: what cannot be built, what waits for nothing or for itself, and what rules find.
///
/// A finding is left out where the line that it names, or the one above it, has a comment `# allow CODE: REASON`. Such a comment that
/// allows nothing is a finding itself.
pub fn lint(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = subject.rendering.problems().cloned().collect();
    found.extend(subject.graph.findings.iter().cloned());
    found.extend(subject.platform().into_iter().flat_map(|platform| platform.found.iter().cloned()));
    // The one that renders clusters goes first: the others are done meanwhile.
    let mut rules: Vec<&Rule> = RULES.iter().collect();
    rules.sort_by_key(|rule| rule.code != rules::LOCK);
    let of_rules = parallel::each(subject.threads, &rules, |rule| rule.findings(subject));
    found.extend(of_rules.into_iter().flatten());
    let mut found = allowed::without(found, subject);
    found.sort();
    found.dedup();
    found
}

/// The rule of a code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}
