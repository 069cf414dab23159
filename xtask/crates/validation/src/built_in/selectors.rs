//! Selectors of labels, nodes and scopes.
//!
//! Behaviour: k8s.io/apimachinery, `pkg/apis/meta/v1/validation`; k8s.io/kubernetes, `pkg/apis/core/validation`.

use kustomize_rs::yaml::node::Node;

use super::{at, fault, items, text};
use crate::check::{Faults, Sort, Step, names};

/// A requirement on labels: the values that its operator wants.
pub(super) fn requirement<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    values(node, faults);
}

/// A requirement on nodes.
pub(super) fn node_requirement<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    values(node, faults);
    let count = items(node, &["values"]).len();
    if matches!(text(node, &["operator"]), "Gt" | "Lt") && count != 1 {
        fault(
            faults,
            Sort::Value,
            node,
            "values",
            "must have just one item with `Gt` or `Lt`",
            "write one number",
        );
    }
}

fn values<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let count = items(node, &["values"]).len();
    match text(node, &["operator"]) {
        "In" | "NotIn" if count == 0 => {
            fault(
                faults,
                Sort::Missing,
                node,
                "values",
                "must be there with `In` or `NotIn`",
                "add `values`",
            );
        }
        "Exists" | "DoesNotExist" if count > 0 => {
            let message = "may not be there with `Exists` or `DoesNotExist`";
            fault(faults, Sort::Value, node, "values", message, "remove `values`");
        }
        _ => {}
    }
}

/// What nodes must be: values of labels, where only preferred nodes may have others.
pub(super) fn node_selector<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    for (index, term) in items(node, &["nodeSelectorTerms"]).iter().enumerate() {
        for (number, requirement) in items(term, &["matchExpressions"]).iter().enumerate() {
            for (place, value) in items(requirement, &["values"]).iter().enumerate() {
                if !names::is_label_value(value.value_text()) {
                    let steps = [
                        Step::Field("nodeSelectorTerms"),
                        Step::Item(index),
                        Step::Field("matchExpressions"),
                        Step::Item(number),
                        Step::Field("values"),
                        Step::Item(place),
                    ];
                    faults.path.0.extend(steps);
                    faults.add(
                        Sort::Value,
                        value,
                        "is no value of a label",
                        "write a value that a label can have",
                    );
                    faults.path.0.truncate(faults.path.0.len() - 6);
                }
            }
        }
    }
}

/// What a pod bears with.
pub(super) fn toleration<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let (key, operator) = (text(node, &["key"]), text(node, &["operator"]));
    if key.is_empty() && operator != "Exists" {
        fault(
            faults,
            Sort::Value,
            node,
            "operator",
            "must be `Exists` where there is no `key`",
            "write `operator: Exists`, or a key",
        );
    }
    let value = at(node, &["value"]).filter(|value| !value.value_text().is_empty());
    if let Some(value) = value {
        if operator == "Exists" {
            fault(faults, Sort::Value, value, "value", "may not be there with `Exists`", "remove `value`");
        } else if !names::is_label_value(value.value_text()) {
            fault(
                faults,
                Sort::Value,
                value,
                "value",
                "is no value of a label",
                "write a value that a label can have",
            );
        }
    }
    if at(node, &["tolerationSeconds"]).is_some() && text(node, &["effect"]) != "NoExecute" {
        let message = "may only be there with the effect `NoExecute`";
        fault(
            faults,
            Sort::Value,
            node,
            "effect",
            message,
            "write `effect: NoExecute`, or remove `tolerationSeconds`",
        );
    }
}

/// A scope of a quota.
pub(super) fn scope<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    values(node, faults);
}

/// Do labels fit a selector? Selectors that are no selectors fit everything.
pub(super) fn fits(selector: &Node, labels: Option<&Node>) -> bool {
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).map(Node::value_text);
    let equal = at(selector, &["matchLabels"]).map_or(&[][..], Node::fields);
    let all_equal = equal.iter().all(|field| label(&field.key) == Some(field.value.value_text()));
    let expressions = items(selector, &["matchExpressions"]);
    let holds = |expression: &Node| {
        let value = label(text(expression, &["key"]));
        let is_in = || items(expression, &["values"]).iter().any(|item| Some(item.value_text()) == value);
        match text(expression, &["operator"]) {
            "In" => is_in(),
            "NotIn" => !is_in(),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => true,
        }
    };
    all_equal && expressions.iter().all(holds)
}
