//! GitLab's code quality report: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use serde_json::{Value, json};
use yamltree::diagnostic::Diagnostic;

use super::fingerprints;

/// The whole report.
pub fn gitlab(found: &[Diagnostic]) -> Value {
    let one = |(found, fingerprint): (&Diagnostic, String)| {
        json!({
            "description": found.message,
            "check_name": found.code,
            "fingerprint": fingerprint,
            "severity": if found.is_error() { "major" } else { "minor" },
            "location": {"path": found.place.file, "lines": {"begin": found.place.line.unwrap_or(1)}},
        })
    };
    found.iter().zip(fingerprints(found)).map(one).collect()
}

#[cfg(test)]
mod tests {
    use yamltree::diagnostic::Place;

    use super::*;

    #[test]
    fn every_entry_has_what_gitlab_asks_for() {
        let found = [Diagnostic::warning("a/b", Place::file("f.yaml"), "odd")];
        let report = gitlab(&found);
        assert_eq!(report[0]["location"], json!({"path": "f.yaml", "lines": {"begin": 1}}));
        assert_eq!((&report[0]["severity"], &report[0]["check_name"]), (&json!("minor"), &json!("a/b")));
        assert_eq!(report[0]["fingerprint"].as_str().unwrap().len(), 64);
    }
}
