//! Names of a definition.
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apis/apiextensions/validation/validation.go` and `pkg/apihelpers/helpers.go`.

use kustomize_rs::yaml::node::Node;

use super::super::{at, fault, items, text};
use crate::check::{Faults, Sort, Step, names, short};

/// What says that the makers of Kubernetes agreed.
const APPROVED: &str = "api-approved.kubernetes.io";

const LABEL: &str = "lower-case letters, digits and `-`, at most 63, a letter first";

/// The names, the group, and the name of the definition itself.
pub(super) fn check<'a>(object: &'a Node, spec: &'a Node, faults: &mut Faults<'a>) {
    group(object, spec, faults);
    faults.path.0.push(Step::Field("names"));
    let none = Node::map();
    let found = at(spec, &["names"]);
    if let Some(found) = found {
        of_kind(found, faults);
    }
    let found = found.unwrap_or(&none);
    for name in ["plural", "kind"].into_iter().filter(|name| text(found, &[name]).is_empty()) {
        fault(faults, Sort::Missing, spec, name, "must be there", format!("add `{name}`"));
    }
    faults.path.0.pop();
    let (plural, group) = (text(found, &["plural"]), text(spec, &["group"]));
    let wanted = format!("{plural}.{group}");
    let name = text(object, &["metadata", "name"]);
    if let (true, Some(metadata)) = (name != wanted && !name.is_empty(), object.get("metadata")) {
        let outside = std::mem::take(&mut faults.path.0);
        faults.path.0.push(Step::Field("metadata"));
        let written = metadata.get("name").unwrap_or(metadata);
        let message = format!("must be the plural and the group, and is `{name}`");
        fault(faults, Sort::Value, written, "name", message, format!("write `{wanted}`"));
        faults.path.0 = outside;
    }
}

fn of_kind<'a>(names: &'a Node, faults: &mut Faults<'a>) {
    let (kind, list) = (text(names, &["kind"]), text(names, &["listKind"]));
    // A list that has no name of its own is called after the kind, which may make it too long.
    let is_made = list.is_empty() && names::is_service_label(&kind.to_lowercase());
    let made = if is_made { format!("{kind}List") } else { list.to_owned() };
    for (field, name) in [
        ("plural", text(names, &["plural"])),
        ("singular", text(names, &["singular"])),
        ("kind", kind),
        ("listKind", &made),
    ] {
        let may_be_mixed = matches!(field, "kind" | "listKind");
        let is_label =
            names::is_service_label(name) || (may_be_mixed && names::is_service_label(&name.to_lowercase()));
        if !name.is_empty() && !is_label {
            let message = format!("cannot be `{}`: {LABEL}", short(name));
            let at = at(names, &[field]).unwrap_or(names);
            fault(faults, Sort::Value, at, field, message, "write another name");
        }
    }
    if !kind.is_empty() && kind == list {
        let at = at(names, &["listKind"]).unwrap_or(names);
        fault(faults, Sort::Value, at, "listKind", "cannot be the same as the kind", "leave it out");
    }
    for field in ["shortNames", "categories"] {
        for (index, item) in items(names, &[field]).iter().enumerate() {
            if !names::is_service_label(item.value_text()) {
                faults.path.0.extend([Step::Field(field), Step::Item(index)]);
                let message = format!("cannot be `{}`: {LABEL}", short(item.value_text()));
                faults.add(Sort::Value, item, message, "write another name");
                faults.path.0.truncate(faults.path.0.len() - 2);
            }
        }
    }
}

fn group<'a>(object: &'a Node, spec: &'a Node, faults: &mut Faults<'a>) {
    let group = text(spec, &["group"]);
    if group.is_empty() {
        fault(faults, Sort::Missing, spec, "group", "must be there", "add `group`");
    } else if !names::is_subdomain(group) || !group.contains('.') {
        let message = format!("cannot be `{}`: it must be a domain with at least one point", short(group));
        let at = at(spec, &["group"]).unwrap_or(spec);
        fault(faults, Sort::Value, at, "group", message, "write it as `example.org`");
    }
    let is_protected = ["k8s.io", "kubernetes.io"]
        .iter()
        .any(|domain| group.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
    if !is_protected {
        return;
    }
    let annotations = at(object, &["metadata", "annotations"]);
    let approved = annotations.and_then(|all| all.get(APPROVED)).map_or("", Node::value_text);
    if approved.starts_with("unapproved") || is_address(approved) {
        return;
    }
    let outside = std::mem::take(&mut faults.path.0);
    faults.path.0.extend([Step::Field("metadata"), Step::Field("annotations"), Step::Key(APPROVED)]);
    let message = "must be an address or begin with `unapproved`: the group is one of Kubernetes itself";
    let sort = if approved.is_empty() { Sort::Missing } else { Sort::Value };
    faults.add(sort, annotations.unwrap_or(object), message, "take a group of your own");
    faults.path.0 = outside;
}

/// An address with a scheme and a host.
fn is_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        && !host.is_empty()
        && !text.bytes().any(|b| b < b' ' || b == 0x7f)
        && !host.contains(' ')
}
