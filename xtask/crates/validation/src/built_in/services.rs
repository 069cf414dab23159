//! Services.
//!
//! Behaviour: k8s.io/kubernetes, `pkg/apis/core/validation`, ValidateService.

use std::collections::HashSet;

use kustomize_rs::yaml::node::Node;

use super::{at, fault, fields, items, number, text};
use crate::check::{Faults, Sort, Step};

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
