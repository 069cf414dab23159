//! Devices that pods claim.
//!
//! Behaviour: k8s.io/kubernetes, `pkg/apis/resource/validation`.

use std::collections::{HashMap, HashSet};

use kustomize_rs::yaml::node::{Node, Value};

use super::{at, fault, items, number, text};
use crate::check::{Faults, Sort, Step, names};

/// The devices of a claim: each request has a name of its own, and what is said of requests is said of some that are there.
pub(super) fn claim<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let mut requests: HashMap<&str, HashSet<&str>> = HashMap::new();
    faults.path.0.push(Step::Field("requests"));
    for (index, request) in items(node, &["requests"]).iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        let mut parts = HashSet::new();
        for part in items(request, &["firstAvailable"]) {
            let name = text(part, &["name"]);
            if !parts.insert(name) {
                twice(part, "firstAvailable", name, faults);
            }
        }
        let name = text(request, &["name"]);
        if requests.insert(name, parts).is_some() {
            twice(request, "name", name, faults);
        }
        faults.path.0.pop();
    }
    faults.path.0.pop();
    let is_known = |name: &str| match name.split_once('/') {
        None => requests.contains_key(name),
        Some((name, part)) => requests.get(name).is_some_and(|parts| parts.contains(part)),
    };
    for list in ["constraints", "config"] {
        faults.path.0.push(Step::Field(list));
        for (index, item) in items(node, &[list]).iter().enumerate() {
            faults.path.0.push(Step::Item(index));
            let mut seen = HashSet::new();
            for request in items(item, &["requests"]) {
                let name = request.value_text();
                if !seen.insert(name) {
                    twice(request, "requests", name, faults);
                } else if !is_known(name) {
                    let near = yamltree::nearest::nearest(name, requests.keys().copied());
                    let help = near.map_or_else(
                        || "name a request".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                    let message = format!("has `{name}`, which is no request of the claim");
                    fault(faults, Sort::Value, request, "requests", message, help);
                }
            }
            faults.path.0.pop();
        }
        faults.path.0.pop();
    }
}

fn twice<'a>(at: &Node, field: &'a str, name: &str, faults: &mut Faults<'a>) {
    fault(faults, Sort::Twice, at, field, format!("has `{name}` twice"), "give one another name");
}

/// A request for devices of a class: how many of them.
pub(super) fn request<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let Some(count) = number(node, &["count"]) else { return };
    let is_all = text(node, &["allocationMode"]) == "All";
    if is_all && count != 0 {
        let message = "may not be there where all devices are asked for";
        fault(faults, Sort::Value, node, "count", message, "remove it");
    } else if !is_all && count < 0 {
        fault(faults, Sort::Value, node, "count", "must be 1 or more", "write a larger number");
    }
}

/// What the driver of a device is told.
pub(super) fn parameters<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    match at(node, &["parameters"]) {
        None => fault(faults, Sort::Missing, node, "parameters", "must be there", "add `parameters`"),
        Some(found) if !matches!(found.value, Value::Map(_)) => {
            fault(faults, Sort::Type, found, "parameters", "must be a mapping", "write it as `name: …`");
        }
        Some(_) => {}
    }
}

/// What claims are made from: of their metadata only labels and annotations are taken.
pub(super) fn template<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    super::workloads::template(node, faults);
    let fields = at(node, &["metadata"]).map_or(&[][..], Node::fields);
    for field in fields.iter().filter(|field| !field.value.is_empty() && !field.value.is_null()) {
        if !matches!(field.key.as_str(), "labels" | "annotations") {
            let message = format!("may not have `{}` in a template", field.key);
            fault(faults, Sort::Value, &field.value, "metadata", message, "remove it");
        }
    }
}

/// A taint that does not matter to a request.
pub(super) fn toleration<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let value = text(node, &["value"]);
    match text(node, &["operator"]) {
        "Exists" if !value.is_empty() => {
            fault(faults, Sort::Value, node, "value", "may not be there with `Exists`", "remove it");
        }
        "" | "Equal" if !names::is_label_value(value) => {
            let message = format!("cannot be `{}`", crate::check::short(value));
            fault(faults, Sort::Value, node, "value", message, "write the value of a label");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::told;
    use super::*;

    #[test]
    fn requests_have_names_of_their_own_and_what_is_said_is_said_of_one_of_them() {
        let said = |rest: &str| {
            told(
                claim,
                &format!("{{requests: [{{name: a}}, {{name: b, firstAvailable: [{{name: c}}]}}], {rest}}}"),
            )
        };
        assert_eq!(said("constraints: [{requests: [a, b, b/c]}], config: [{requests: [a]}]"), [""; 0]);
        assert_eq!(said("constraints: [{requests: [d]}]"), ["constraints[0].requests"]);
        assert_eq!(
            said("config: [{requests: [b/d]}, {requests: [a, a]}]"),
            ["config[0].requests", "config[1].requests"]
        );
        assert_eq!(told(claim, "{requests: [{name: a}, {name: a}]}"), ["requests[1].name"]);
        let twice = "{requests: [{name: a, firstAvailable: [{name: c}, {name: c}]}]}";
        assert_eq!(told(claim, twice), ["requests[0].firstAvailable"]);
    }

    #[test]
    fn a_number_of_devices_is_more_than_none_and_not_there_beside_all() {
        for (text, is_told) in [
            ("{count: 2}", false),
            ("{count: 0}", false),
            ("{count: -1}", true),
            ("{count: 1, allocationMode: All}", true),
            ("{allocationMode: All}", false),
        ] {
            assert_eq!(!told(request, text).is_empty(), is_told, "{text}");
        }
    }

    #[test]
    fn a_taint_that_only_has_to_be_there_has_no_value() {
        assert_eq!(told(toleration, "{operator: Exists, value: a}"), ["value"]);
        assert_eq!(told(toleration, "{value: 'a b'}"), ["value"]);
        assert_eq!(told(toleration, "{operator: Equal, value: a}"), [""; 0]);
        assert_eq!(told(parameters, "{parameters: text}"), ["parameters"]);
        assert_eq!(told(parameters, "{parameters: {}}"), [""; 0]);
        assert_eq!(told(parameters, "{driver: a}"), ["parameters"]);
    }

    #[test]
    fn claims_get_labels_and_annotations_and_nothing_else() {
        assert_eq!(told(template, "{metadata: {labels: {app: a}, annotations: {b: c}}}"), [""; 0]);
        assert_eq!(told(template, "{metadata: {labels: {app: a b}}}"), ["metadata.labels[app]"]);
        assert_eq!(told(template, "{metadata: {name: a}}"), ["metadata"]);
    }
}
