//! What may go wrong, for people: by code, what to do first once for all objects that have it.

use risk::{Risk, Severity};

use super::human::Form;
use super::words::{Look, look};
use crate::report::findings::human::Style;

/// How many objects of a code are shown before the rest is folded away.
const MOST: usize = 8;

/// Everything that may go wrong, with an empty line behind it; empty if there is nothing.
pub fn risky(risks: &[Risk], form: Form) -> String {
    let mut text = String::new();
    for group in risks.chunk_by(|a, b| a.code == b.code && a.severity == b.severity) {
        let Some(Risk { severity, code, first, class, .. }) = group.first() else { continue };
        let severity = look(&severity.to_string().to_uppercase(), look_of(*severity), form.style);
        text.push_str(&format!("{severity} {} ({class})\n", look(code, Look::Bold, form.style)));
        // One more costs no more than to say so.
        let shown = if form.is_full || group.len() <= MOST + 1 { group.len() } else { MOST };
        for risk in &group[..shown] {
            text.push_str(&format!("  {}\n", look(&risk.reason, Look::Plain, form.style)));
        }
        if shown < group.len() {
            let more = format!("  … {} more, `--full` shows all", group.len() - shown);
            text.push_str(&format!("{}\n", look(&more, Look::Dim, form.style)));
        }
        text.push_str(&format!("  {}\n", look(&format!("First: {first}"), Look::Dim, form.style)));
    }
    if text.is_empty() { text } else { text + "\n" }
}

/// A line each, for `grep`: `SEVERITY CODE OBJECT: REASON`.
pub fn lines(risks: &[Risk]) -> Vec<String> {
    let line = |risk: &Risk| format!("{} {} {}", risk.severity, risk.code, risk.reason);
    risks.iter().map(|risk| look(&line(risk), Look::Plain, Style::Plain)).collect()
}

/// How many there are of each severity, behind a comma; empty if there is none.
pub fn counted(risks: &[Risk]) -> String {
    let count = |severity| risks.iter().filter(|risk| risk.severity == severity).count();
    let all = Severity::ALL.map(|severity| (count(severity), severity));
    let said = |(count, severity): &(usize, Severity)| {
        let many = if *count == 1 { "" } else { "s" };
        (*count > 0).then(|| format!(", {count} {severity}{many}"))
    };
    all.iter().filter_map(said).collect()
}

fn look_of(severity: Severity) -> Look {
    match severity {
        Severity::Danger => Look::Gone,
        Severity::Caution => Look::Changed,
        Severity::Note => Look::Bold,
    }
}
