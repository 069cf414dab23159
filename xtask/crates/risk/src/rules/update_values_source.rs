use serde_json::Value;

use crate::changed::{Changed, at, items, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::listed;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/values-source",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "Values or variables no longer come from where they came, or in another order.",
    why: "What a cluster sets in its override, or as a variable, is not read any more, or is overruled.",
    first: "Look at the values as they become (`build --explain`), for each cluster.",
    example: Example {
        of: release!(
            "chart: {spec: {chart: web, version: 1.0.0, sourceRef: {kind: HelmRepository, name: own}}}\n  valuesFrom: [{kind: ConfigMap, name: base}<>]"
        ),
        before: ", {kind: Secret, name: override, optional: true}",
        after: "",
        harmless: ", {kind: Secret, name: override, optional: true}, {kind: ConfigMap, name: more, optional: true}",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is_flux() || !changed.stays() {
        return;
    }
    for keys in ["spec.valuesFrom", "spec.postBuild.substituteFrom"] {
        let names = |object| -> Vec<String> { items(at(object, keys)).iter().map(told).collect() };
        let (old, new) = (names(changed.before), names(changed.after));
        let gone: Vec<&str> = old.iter().filter(|name| !new.contains(name)).map(String::as_str).collect();
        if !gone.is_empty() {
            found.field(changed, keys, format!("no longer from {}", listed(gone)));
            continue;
        }
        let still: Vec<&str> = new.iter().filter(|name| old.contains(name)).map(String::as_str).collect();
        if still != old.iter().map(String::as_str).collect::<Vec<_>>() {
            found.field(changed, keys, format!("in the order {}", listed(still)));
        }
    }
}

fn told(reference: &Value) -> String {
    let (kind, name, key) = (text(reference, "kind"), text(reference, "name"), text(reference, "valuesKey"));
    // A hash of the content behind the name is no other name.
    let base = match name.rsplit_once('-') {
        Some((base, hash))
            if hash.len() == 10 && hash.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase()) =>
        {
            base
        }
        _ => name,
    };
    if key.is_empty() { format!("{kind} {base}") } else { format!("{kind} {base} ({key})") }
}
