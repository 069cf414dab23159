//! Ingresses, network policies and slices of endpoints.
//!
//! Behaviour: k8s.io/kubernetes, `pkg/apis/networking` and `pkg/apis/discovery`, each in `validation`.

use kustomize_rs::yaml::node::Node;

use super::{at, fault, items, number, text};
use crate::check::{Faults, Sort, Step, is_network, names};

/// A path of an Ingress.
pub(super) fn path<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let path = text(node, &["path"]);
    let at = node.get("path").unwrap_or(node);
    if matches!(text(node, &["pathType"]), "Exact" | "Prefix") {
        let is_bad = ["//", "/./", "/../", "%2f", "%2F"].iter().any(|part| path.contains(part))
            || path.ends_with("/..")
            || path.ends_with("/.");
        if !path.starts_with('/') || is_bad {
            let message = format!("cannot be `{path}`: an absolute path without `//`, `/./` and `/../`");
            fault(faults, Sort::Value, at, "path", message, "write another path");
        }
    } else if !path.is_empty() && !path.starts_with('/') {
        fault(
            faults,
            Sort::Value,
            at,
            "path",
            format!("cannot be `{path}`: it must begin with `/`"),
            "write another path",
        );
    }
}

/// What a path leads to; an object of another kind says which.
pub(super) fn backend<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let Some(resource) = at(node, &["resource"]) else { return };
    faults.path.0.push(Step::Field("resource"));
    for field in ["kind", "name"] {
        let value = text(resource, &[field]);
        if value.is_empty() {
            fault(faults, Sort::Missing, resource, field, "must be there, and not empty", "write it");
        } else if !names::is_path_segment(value) {
            let message = format!("cannot be `{value}`: it may have neither `/` nor `%`");
            fault(faults, Sort::Value, resource, field, message, "write another value");
        }
    }
    if let Some(group) = at(resource, &["apiGroup"])
        && !names::is_subdomain(group.value_text())
    {
        let message = format!("cannot be `{}`", group.value_text());
        fault(
            faults,
            Sort::Value,
            group,
            "apiGroup",
            message,
            "write the group of the kind, or leave it out",
        );
    }
    faults.path.0.pop();
}

/// Somebody that traffic comes from or goes to.
pub(super) fn peer<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let has_selector = ["podSelector", "namespaceSelector"].iter().any(|field| at(node, &[field]).is_some());
    if at(node, &["ipBlock"]).is_some() && has_selector {
        let message = "may have `ipBlock` or selectors, not both";
        faults.add(Sort::Value, node, message, "make two items of it");
    }
}

/// The `spec` of a network policy.
pub(super) fn policy<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    if items(node, &["policyTypes"]).len() > 2 {
        fault(faults, Sort::Value, node, "policyTypes", "may have two items at most", "remove one");
    }
}

/// A port of a network policy.
pub(super) fn port<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let Some(last) = number(node, &["endPort"]) else { return };
    match number(node, &["port"]) {
        Some(first) if first <= last => {}
        _ => fault(
            faults,
            Sort::Value,
            node,
            "endPort",
            "must be no less than `port`, a number",
            "write a larger number",
        ),
    }
}

/// A network and parts of it that are left out.
pub(super) fn block<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let Some(whole) = network(text(node, &["cidr"])) else { return };
    for (index, except) in items(node, &["except"]).iter().enumerate() {
        let is_part = network(except.value_text()).is_some_and(|part| part.is_inside(whole));
        if is_network(except.value_text()) && !is_part {
            faults.path.0.extend([Step::Field("except"), Step::Item(index)]);
            faults.add(Sort::Value, except, "must be a part of `cidr`", "write a smaller network inside it");
            faults.path.0.truncate(faults.path.0.len() - 2);
        }
    }
}

/// A network: its address in the upper bits, how many of them count, and which sort of address it is.
#[derive(Clone, Copy)]
struct Network {
    address: u128,
    bits: u32,
    is_short: bool,
}

impl Network {
    /// Is it in the other network, and smaller?
    fn is_inside(self, other: Network) -> bool {
        let differs = (self.address ^ other.address).leading_zeros() < other.bits;
        self.is_short == other.is_short && self.bits > other.bits && !differs
    }
}

fn network(text: &str) -> Option<Network> {
    let (address, bits) = text.split_once('/')?;
    let bits: u32 = bits.parse().ok()?;
    Some(match address.parse().ok()? {
        std::net::IpAddr::V4(address) => {
            Network { address: u128::from(u32::from(address)) << 96, bits, is_short: true }
        }
        std::net::IpAddr::V6(address) => Network { address: u128::from(address), bits, is_short: false },
    })
}

/// Parameters of an IngressClass.
pub(super) fn parameters<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let namespace = text(node, &["namespace"]);
    match text(node, &["scope"]) {
        "Namespace" if namespace.is_empty() => {
            fault(
                faults,
                Sort::Missing,
                node,
                "namespace",
                "must be there with the scope `Namespace`",
                "add `namespace`",
            );
        }
        "Cluster" if !namespace.is_empty() => {
            fault(
                faults,
                Sort::Value,
                node,
                "namespace",
                "may not be there with the scope `Cluster`",
                "remove it",
            );
        }
        _ => {}
    }
}

/// A slice of endpoints.
pub(super) fn endpoint_slice<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let kind = text(node, &["addressType"]);
    faults.path.0.push(Step::Field("endpoints"));
    for (index, endpoint) in items(node, &["endpoints"]).iter().enumerate() {
        for address in items(endpoint, &["addresses"]) {
            let value = address.value_text();
            let fits = match kind {
                "IPv4" => value.parse::<std::net::Ipv4Addr>().is_ok(),
                "IPv6" => value.parse::<std::net::Ipv6Addr>().is_ok(),
                _ => names::is_subdomain(value),
            };
            if !fits {
                faults.path.0.push(Step::Item(index));
                fault(
                    faults,
                    Sort::Value,
                    address,
                    "addresses",
                    format!("cannot have `{value}`"),
                    format!("write an address of type {kind}"),
                );
                faults.path.0.pop();
            }
        }
    }
    faults.path.0.pop();
    let mut seen = Vec::new();
    for port in items(node, &["ports"]) {
        let name = text(port, &["name"]);
        if seen.contains(&name) {
            fault(
                faults,
                Sort::Twice,
                port,
                "ports",
                format!("has the name `{name}` twice"),
                "give it another name",
            );
        }
        seen.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_behind_a_path_has_a_kind_a_name_and_perhaps_a_group() {
        let said = |resource: &str| super::super::told(backend, &format!("{{resource: {resource}}}"));
        assert_eq!(said("{kind: Bucket, name: a}"), [""; 0]);
        assert_eq!(said("{apiGroup: example.org, kind: Bucket, name: a}"), [""; 0]);
        assert_eq!(said("{apiGroup: '', kind: Bucket}"), ["resource.name", "resource.apiGroup"]);
    }

    #[test]
    fn what_is_left_out_of_a_network_is_a_smaller_network_in_it() {
        let is_inside = |part, whole| network(part).unwrap().is_inside(network(whole).unwrap());
        for (part, whole) in [
            ("10.0.0.0/8", "0.0.0.0/0"),
            ("fd00::/8", "::/0"),
            ("10.1.2.0/24", "10.1.0.0/16"),
            ("fd00::1/128", "fd00::/127"),
        ] {
            assert!(is_inside(part, whole), "{part} is in {whole}");
        }
        for (part, whole) in [
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("10.0.0.0/8", "::/0"),
            ("fd00::/8", "0.0.0.0/0"),
            ("10.2.0.0/24", "10.1.0.0/16"),
            ("10.0.0.0/8", "10.0.0.0/16"),
        ] {
            assert!(!is_inside(part, whole), "{part} is not in {whole}");
        }
    }
}
