//! SARIF 2.1.0, which code hosts and editors show beside the source:
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use lint::Rule;
use serde_json::{Value, json};
use yamltree::diagnostic::{Diagnostic, Place, Severity};

use super::fingerprints;

/// Under which name [`fingerprints`] are given; another way to make them needs another number.
const FINGERPRINT: &str = "finding/v1";

/// The whole log: one run, with all rules.
///
/// Findings whose code is that of no rule (of what cannot be built, say) get a rule that has its name only, as every result needs one.
pub fn sarif(found: &[Diagnostic], rules: &[Rule]) -> Value {
    let mut ids: Vec<&str> = rules.iter().map(|rule| rule.code).collect();
    let mut described: Vec<Value> = rules.iter().map(described).collect();
    let mut index_of = |code: &'static str| {
        ids.iter().position(|id| *id == code).unwrap_or_else(|| {
            ids.push(code);
            described.push(json!({"id": code}));
            ids.len() - 1
        })
    };
    let results: Vec<Value> = found
        .iter()
        .zip(fingerprints(found))
        .map(|(found, fingerprint)| result(found, index_of(found.code), &fingerprint))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "cargo xtask lint",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": described,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn described(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "shortDescription": {"text": rule.says},
        "fullDescription": {"text": rule.why},
        "help": {"text": format!("{} {}", rule.says, rule.why)},
        "defaultConfiguration": {"level": level(rule.severity)},
    })
}

fn result(found: &Diagnostic, rule: usize, fingerprint: &str) -> Value {
    let help = found.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    json!({
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": level(found.severity),
        "message": {"text": format!("{}{help}", found.message)},
        "locations": [{"physicalLocation": location(&found.place)}],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn location(place: &Place) -> Value {
    // What `%SRCROOT%` is, is the reader's to know: where the repository is checked out.
    let mut location = json!({"artifactLocation": {"uri": reference(&place.file), "uriBaseId": "%SRCROOT%"}});
    if let Some(line) = place.line {
        location["region"] = json!({"startLine": line});
        if let Some(column) = place.column {
            location["region"]["startColumn"] = json!(column);
        }
    }
    location
}

/// A path as a URI reference (RFC 3986).
fn reference(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use lint::RULES;

    use super::*;

    fn found() -> Vec<Diagnostic> {
        let place = Place::at("a b/ü.yaml", 3, 5);
        vec![
            Diagnostic::error("flux/api-version", place, "wrong").with_help("put it right"),
            Diagnostic::warning("flux/path", Place::file("flux-system/a"), "odd"),
        ]
    }

    #[test]
    fn everything_that_the_schema_requires_is_there() {
        let log = sarif(&found(), RULES);
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let driver = &run["tool"]["driver"];
        assert!(driver["name"].is_string());
        let rules = driver["rules"].as_array().unwrap();
        assert!(rules.iter().all(|rule| rule["id"].is_string()));
        for result in run["results"].as_array().unwrap() {
            assert!(result["message"]["text"].is_string());
            assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
            let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[rule]["id"], result["ruleId"]);
            assert!(result["partialFingerprints"].as_object().unwrap().values().all(Value::is_string));
            let place = &result["locations"][0]["physicalLocation"];
            assert!(place["artifactLocation"]["uri"].is_string());
            assert!(place.get("region").is_none_or(|region| region["startLine"].as_u64() >= Some(1)));
        }
    }

    #[test]
    fn rules_say_what_and_why() {
        let log = sarif(&[], RULES);
        let rules = &log["runs"][0]["tool"]["driver"]["rules"];
        assert_eq!(rules.as_array().unwrap().len(), RULES.len());
        assert_eq!(rules[0]["shortDescription"]["text"], RULES[0].says);
        assert_eq!(rules[0]["fullDescription"]["text"], RULES[0].why);
    }

    #[test]
    fn a_place_is_a_uri_with_a_region_if_the_line_is_known() {
        let log = sarif(&found(), RULES);
        let place = |at: usize| log["runs"][0]["results"][at]["locations"][0]["physicalLocation"].clone();
        assert_eq!(place(0)["artifactLocation"]["uri"], "a%20b/%C3%BC.yaml");
        assert_eq!(place(0)["region"], json!({"startLine": 3, "startColumn": 5}));
        assert_eq!(place(1).get("region"), None);
    }
}
