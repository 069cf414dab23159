//! Services.
//!
//! Behaviour: k8s.io/kubernetes, `pkg/apis/core/validation`, ValidateService.

use std::collections::HashSet;

use kustomize_rs::yaml::node::Node;

use super::{at, fault, fields, items, number, text};
use crate::check::{Faults, Sort, Step};

/// Sorts of addresses: each once, and two of them only where the policy asks for both. Which the cluster has is not known here.
fn families<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let families = items(node, &["ipFamilies"]);
    let mut seen = HashSet::new();
    for family in families {
        if !seen.insert(family.value_text()) {
            let message = format!("has `{}` twice", family.value_text());
            fault(faults, Sort::Twice, family, "ipFamilies", message, "remove one");
        }
    }
    let is_left_to_others =
        text(node, &["clusterIP"]) == "None" && at(node, &["selector"]).is_none_or(Node::is_empty);
    let has_one = match text(node, &["ipFamilyPolicy"]) {
        "" => !is_left_to_others && text(node, &["type"]) != "ExternalName",
        policy => policy == "SingleStack",
    };
    if families.len() > 1 && has_one {
        let message = "must be PreferDualStack or RequireDualStack with two `ipFamilies`";
        fault(faults, Sort::Value, node, "ipFamilyPolicy", message, "write one of them");
    }
}

/// The `spec` of a Service.
pub(super) fn spec<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let kind = text(node, &["type"]);
    let ports = items(node, &["ports"]);
    let cluster = text(node, &["clusterIP"]);
    if ports.is_empty() && kind != "ExternalName" && cluster != "None" {
        fault(faults, Sort::Missing, node, "ports", "must have a port", "add `ports`");
    }
    if kind == "ExternalName" {
        let name = text(node, &["externalName"]);
        let name = name.strip_suffix('.').unwrap_or(name);
        if name.is_empty() {
            fault(
                faults,
                Sort::Missing,
                node,
                "externalName",
                "must be there in a Service of type ExternalName",
                "add `externalName`",
            );
        } else if let Some(what) = fields::misfit("subdomain", name) {
            let at = node.get("externalName").unwrap_or(node);
            fault(
                faults,
                Sort::Value,
                at,
                "externalName",
                format!("cannot be `{name}`: {what}"),
                "write the name of a host",
            );
        }
    }
    if !matches!(cluster, "" | "None") && cluster.parse::<std::net::IpAddr>().is_err() {
        let at = node.get("clusterIP").unwrap_or(node);
        fault(
            faults,
            Sort::Value,
            at,
            "clusterIP",
            format!("cannot be `{cluster}`"),
            "write an address, None, or leave it out",
        );
    }
    if kind == "LoadBalancer" && cluster == "None" {
        fault(
            faults,
            Sort::Value,
            node,
            "clusterIP",
            "cannot be `None` in a Service of type LoadBalancer",
            "leave it out",
        );
    }
    names(ports, faults);
    families(node, faults);
    let is_local = text(node, &["externalTrafficPolicy"]) == "Local";
    let health = number(node, &["healthCheckNodePort"]).filter(|port| *port != 0);
    if health.is_some() && !(kind == "LoadBalancer" && is_local) {
        let message = "may only be there with the type LoadBalancer and `externalTrafficPolicy: Local`";
        fault(faults, Sort::Value, node, "healthCheckNodePort", message, "leave it out");
    }
    let only_balancers = ["loadBalancerClass", "allocateLoadBalancerNodePorts"];
    for field in
        only_balancers.into_iter().filter(|field| at(node, &[field]).is_some() && kind != "LoadBalancer")
    {
        fault(
            faults,
            Sort::Value,
            node,
            field,
            "may only be there with the type LoadBalancer",
            "leave it out",
        );
    }
    let is_outside = matches!(kind, "NodePort" | "LoadBalancer") || !items(node, &["externalIPs"]).is_empty();
    if !text(node, &["externalTrafficPolicy"]).is_empty() && !is_outside {
        let message = "may only be there in Services that are reached from outside";
        fault(faults, Sort::Value, node, "externalTrafficPolicy", message, "leave it out");
    }
    if !matches!(kind, "" | "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName") {
        return;
    }
    for (index, port) in ports.iter().enumerate() {
        let has_port = number(port, &["nodePort"]).is_some_and(|port| port != 0);
        if has_port && matches!(kind, "" | "ClusterIP") {
            faults.path.0.extend([Step::Field("ports"), Step::Item(index)]);
            fault(
                faults,
                Sort::Value,
                port,
                "nodePort",
                "may not be there with the type ClusterIP",
                "leave it out, or change the type",
            );
            faults.path.0.truncate(faults.path.0.len() - 2);
        }
    }
}

/// Ports have names where there are several, and no two the same.
fn names<'a>(ports: &'a [Node], faults: &mut Faults<'a>) {
    let mut seen = HashSet::new();
    for (index, port) in ports.iter().enumerate() {
        let name = text(port, &["name"]);
        faults.path.0.extend([Step::Field("ports"), Step::Item(index)]);
        if ports.len() > 1 && name.is_empty() {
            fault(
                faults,
                Sort::Missing,
                port,
                "name",
                "must be there where there are several ports",
                "add `name`",
            );
        }
        if !name.is_empty() && !seen.insert(name) {
            fault(
                faults,
                Sort::Twice,
                port,
                "name",
                format!("is there twice: `{name}`"),
                "give it another name",
            );
        }
        faults.path.0.truncate(faults.path.0.len() - 2);
    }
}

#[cfg(test)]
mod tests {
    use super::super::told;
    use super::*;

    #[test]
    fn two_families_are_different_and_asked_for() {
        let two = "ipFamilies: [IPv6, IPv4]";
        assert_eq!(told(families, &format!("{{{two}, ipFamilyPolicy: PreferDualStack}}")), [""; 0]);
        assert_eq!(told(families, &format!("{{{two}, clusterIP: None}}")), [""; 0]);
        assert_eq!(told(families, &format!("{{{two}}}")), ["ipFamilyPolicy"]);
        assert_eq!(
            told(families, "{ipFamilies: [IPv4, IPv4], ipFamilyPolicy: RequireDualStack}"),
            ["ipFamilies"]
        );
        assert_eq!(told(families, "{ipFamilies: [IPv4]}"), [""; 0]);
    }
}
