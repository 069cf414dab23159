//! Amounts of resources.
//!
//! Behaviour: k8s.io/kubernetes, `pkg/apis/core/validation`.

use kustomize_rs::yaml::node::{Field, Node};

use super::{at, items, text};
use crate::check::{Faults, Sort, Step, names, quantity};

/// What a container asks for and may have.
pub(super) fn requirements<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let is_known = |name: &str| {
        matches!(name, "cpu" | "memory" | "ephemeral-storage" | "storage") || name.starts_with("hugepages-")
    };
    for list in ["requests", "limits"] {
        faults.path.0.push(Step::Field(list));
        for field in fields(node, list) {
            faults.path.0.push(Step::Key(&field.key));
            name(field, is_known, faults);
            not_negative(&field.value, faults);
            faults.path.0.pop();
        }
        faults.path.0.pop();
    }
    let limits = at(node, &["limits"]);
    faults.path.0.push(Step::Field("requests"));
    for field in fields(node, "requests") {
        let Some(limit) = limits.and_then(|limits| limits.get(&field.key)) else { continue };
        let amounts = (amount(&field.value), amount(limit));
        if let (Some(request), Some(most)) = amounts
            && request > most
        {
            let message = format!(
                "must be at most the limit {}, and is {}",
                limit.value_text(),
                field.value.value_text()
            );
            faults.path.0.push(Step::Key(&field.key));
            faults.add(Sort::Value, &field.value, message, "ask for less, or raise the limit");
            faults.path.0.pop();
        }
    }
    faults.path.0.pop();
}

fn fields<'n>(node: &'n Node, list: &str) -> &'n [Field] {
    at(node, &[list]).map_or(&[][..], Node::fields)
}

/// An amount; null stands for none of it.
fn amount(node: &Node) -> Option<f64> {
    if node.is_null() { Some(0.0) } else { quantity::parse(node.value_text()) }
}

fn name(field: &Field, is_known: impl Fn(&str) -> bool, faults: &mut Faults<'_>) {
    let is_qualified = field.key.contains('/') && names::is_qualified(&field.key);
    if !is_known(&field.key) && !is_qualified {
        let at = Node { at: field.at, ..Node::null() };
        let near = yamltree::nearest::nearest(&field.key, ["cpu", "memory", "ephemeral-storage", "storage"]);
        let help = near.map_or_else(
            || "write a resource of Kubernetes, or one with a domain as example.org/device".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        faults.add(Sort::Value, &at, "is no resource", help);
    }
}

fn not_negative(node: &Node, faults: &mut Faults<'_>) {
    if amount(node).is_some_and(|amount| amount < 0.0) {
        let message = format!("must be 0 or more, and is {}", node.value_text());
        faults.add(Sort::Value, node, message, "write a larger amount");
    }
}

/// Bounds of a namespace.
pub(super) fn limit_range<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let mut seen: Vec<&str> = Vec::new();
    faults.path.0.push(Step::Field("limits"));
    for (index, item) in items(node, &["limits"]).iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        let kind = text(item, &["type"]);
        if seen.contains(&kind) {
            faults.add(
                Sort::Twice,
                item,
                format!("is the second of type `{kind}`"),
                "write one item for each type",
            );
        }
        seen.push(kind);
        bounds(item, kind, faults);
        faults.path.0.pop();
    }
    faults.path.0.pop();
}

fn bounds<'a>(item: &'a Node, kind: &str, faults: &mut Faults<'a>) {
    let is_known = |name: &str| {
        let of_containers =
            matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
        match kind {
            "PersistentVolumeClaim" => name == "storage",
            "Container" => of_containers,
            _ => of_containers || matches!(name, "storage" | "requests.storage"),
        }
    };
    let is_type = matches!(kind, "" | "Container" | "Pod" | "PersistentVolumeClaim");
    let is_own = kind.contains('/') && names::is_qualified(kind);
    if !(is_type || is_own) {
        faults.path.0.push(Step::Field("type"));
        let at = item.get("type").unwrap_or(item);
        faults.add(
            Sort::Value,
            at,
            format!("cannot be `{kind}`"),
            "write Container, Pod or PersistentVolumeClaim",
        );
        faults.path.0.pop();
    }
    let lists = ["min", "default", "defaultRequest", "max", "maxLimitRequestRatio"];
    for list in lists {
        faults.path.0.push(Step::Field(list));
        for field in fields(item, list) {
            faults.path.0.push(Step::Key(&field.key));
            name(field, is_known, faults);
            faults.path.0.pop();
        }
        faults.path.0.pop();
    }
    // A missing default is the maximum, a missing default request the default or the minimum.
    let of = |list: &str, key: &str| item.get(list).and_then(|list| list.get(key)).and_then(amount);
    let mut order = |low: &'static str, high: &'static str| {
        for field in fields(item, low) {
            if let (Some(least), Some(most)) = (of(low, &field.key), of(high, &field.key))
                && least > most
            {
                faults.path.0.push(Step::Field(low));
                faults.path.0.push(Step::Key(&field.key));
                faults.add(
                    Sort::Value,
                    &field.value,
                    format!("must be at most `{high}`"),
                    "write a smaller amount",
                );
                faults.path.0.truncate(faults.path.0.len() - 2);
            }
        }
    };
    for (low, high) in [
        ("min", "max"),
        ("min", "default"),
        ("min", "defaultRequest"),
        ("defaultRequest", "default"),
        ("defaultRequest", "max"),
        ("default", "max"),
    ] {
        order(low, high);
    }
}

/// What a namespace may have in all.
pub(super) fn quota<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    const COUNTED: [&str; 11] = [
        "pods",
        "services",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
        "requests.storage",
        "storage",
    ];
    let is_known = |name: &str| {
        let plain = name.strip_prefix("requests.").or_else(|| name.strip_prefix("limits.")).unwrap_or(name);
        COUNTED.contains(&name)
            || matches!(plain, "cpu" | "memory" | "ephemeral-storage")
            || plain.starts_with("hugepages-")
            || name.starts_with("count/")
    };
    faults.path.0.push(Step::Field("hard"));
    for field in fields(node, "hard") {
        faults.path.0.push(Step::Key(&field.key));
        name(field, is_known, faults);
        not_negative(&field.value, faults);
        if COUNTED[..9].contains(&field.key.as_str())
            && amount(&field.value).is_some_and(|count| count.fract() != 0.0)
        {
            faults.add(Sort::Value, &field.value, "must be a whole number", "write a whole number");
        }
        faults.path.0.pop();
    }
    faults.path.0.pop();
}
