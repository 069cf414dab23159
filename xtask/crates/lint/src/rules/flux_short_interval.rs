use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

pub(super) const RULE: Rule = Rule {
    code: "flux/short-interval",
    severity: Severity::Warning,
    says: "An object of Flux is looked at again after less than half a minute.",
    why: "The controllers do nothing else any more, and public registries answer that there were too many requests.",
    failing: r#"#- k/a.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: a, namespace: default}
spec: {interval: 10s, url: https://charts.example.org}
"#,
    fixed: r#"#- k/a.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: a, namespace: default}
spec: {interval: 1h, url: https://charts.example.org}
"#,
    check: Check::Object(check),
};

const SHORTEST: f64 = 30.0;

fn check(object: &Object<'_>, found: &mut Found) {
    if !object.group().ends_with(".toolkit.fluxcd.io") {
        return;
    }
    let fields: [&[&str]; 2] = [&["spec", "interval"], &["spec", "chart", "spec", "interval"]];
    for interval in fields.into_iter().filter_map(|path| object.at(path)) {
        let shown = interval.value_text();
        if seconds(shown).is_some_and(|seconds| seconds < SHORTEST) {
            let message = format!("{}: every {shown} is very often", object.title());
            found.at(
                object.place(interval),
                message,
                "write some minutes; a Receiver or `flux reconcile` is there for what is urgent",
            );
        }
    }
}

/// The seconds of a duration in Go's form; none if it is not in that.
fn seconds(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut sum = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at_checked(digits)?;
        let units = [("ms", 0.001), ("h", 3600.0), ("m", 60.0), ("s", 1.0)];
        let (unit, factor) = units.into_iter().find(|(unit, _)| behind.starts_with(unit))?;
        sum += number.parse::<f64>().ok()? * factor;
        rest = behind.strip_prefix(unit)?;
    }
    (!text.is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_of_go_are_read() {
        for (text, expected) in [("10s", 10.0), ("1h30m", 5400.0), ("1.5m", 90.0), ("500ms", 0.5)] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in ["", "10", "ten", "1d", "${interval}", "-5s"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
