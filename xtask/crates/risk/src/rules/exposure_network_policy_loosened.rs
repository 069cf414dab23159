use serde_json::Value;

use crate::changed::{Changed, at, entries, items, texts};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "exposure/network-policy-loosened",
    class: Class::Exposure,
    severity: Severity::Caution,
    says: "A NetworkPolicy lets more through, or is about fewer pods.",
    why: "Pods can be reached, or reach others, that they could not.",
    first: "Name the pods and ports that are needed.",
    example: Example {
        of: r#"apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: web}}}<>]}]}
"#,
        before: ", {podSelector: {matchLabels: {app: dump}}}",
        after: ", {namespaceSelector: {}}",
        harmless: "",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is("networking.k8s.io", "NetworkPolicy") || !changed.stays() {
        return;
    }
    if let Some(two) = changed.differs("spec.podSelector") {
        // Fewer labels select more pods.
        let labels = |value| entries(at(value, "matchLabels")).collect::<Vec<_>>();
        let (old, new) = (labels(two.before), labels(two.after));
        let is_wider = new.iter().all(|it| old.contains(it)) && at(two.after, "matchExpressions").is_null();
        if !is_wider {
            found.field(changed, "spec.podSelector", format!("podSelector {two}"));
        }
    }
    for (direction, list, peers) in [("Ingress", "spec.ingress", "from"), ("Egress", "spec.egress", "to")] {
        let (had, has) = (is_about(changed.before, direction), is_about(changed.after, direction));
        if had && !has {
            found.field(changed, "spec.policyTypes", format!("no longer about {direction}"));
        }
        if !(had && has) {
            continue;
        }
        let old = items(at(changed.before, list));
        for rule in items(at(changed.after, list)) {
            if !old.iter().any(|old| holds(old, rule, peers) && holds(old, rule, "ports")) {
                found.field(changed, list, told(old, rule, (direction, peers)));
            }
        }
    }
}

/// What a rule lets through that no other did.
fn told(old: &[Value], rule: &Value, (direction, peers): (&str, &str)) -> String {
    let news = |list: &str| {
        let known: Vec<&Value> = old.iter().flat_map(|old| items(at(old, list))).collect();
        let new: Vec<String> =
            items(at(rule, list)).iter().filter(|it| !known.contains(it)).map(crate::shown::shown).collect();
        match items(at(rule, list)).is_empty() {
            true => format!(", all {}", if list == "ports" { "ports" } else { "peers" }),
            false if new.is_empty() => String::new(),
            false => format!(", {list} {}", new.join(", ")),
        }
    };
    format!("{direction}{}{}", news(peers), news("ports"))
}

fn is_about(policy: &Value, direction: &str) -> bool {
    let types = at(policy, "spec.policyTypes");
    match types {
        Value::Null => direction == "Ingress" || !at(policy, "spec.egress").is_null(),
        types => texts(types).any(|it| it == direction),
    }
}

/// Does a rule allow everything in a list that another allows? An empty list is all.
fn holds(old: &Value, new: &Value, list: &str) -> bool {
    let (old, new) = (items(at(old, list)), items(at(new, list)));
    old.is_empty() || (!new.is_empty() && new.iter().all(|it| old.contains(it)))
}
