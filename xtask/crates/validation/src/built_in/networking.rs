//! Ingresses, network policies, roles, webhooks and APIs.
//!
//! Behaviour: k8s.io/kubernetes, `pkg/apis/networking`, `pkg/apis/rbac`, `pkg/apis/admissionregistration`, `pkg/apis/discovery`, each in
//! `validation`; k8s.io/kube-aggregator, `pkg/apis/apiregistration/validation`.

use kustomize_rs::yaml::node::Node;

use super::{at, fault, fields, items, number, text};
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
        let is_part = network(except.value_text()).is_some_and(|(address, bits)| {
            bits > whole.1 && (address >> (128 - whole.1.min(128))) == (whole.0 >> (128 - whole.1.min(128)))
        });
        if is_network(except.value_text()) && whole.1 > 0 && !is_part {
            faults.path.0.extend([Step::Field("except"), Step::Item(index)]);
            faults.add(Sort::Value, except, "must be a part of `cidr`", "write a smaller network inside it");
            faults.path.0.truncate(faults.path.0.len() - 2);
        }
    }
}

/// The address in the upper bits, and how many of them count.
fn network(text: &str) -> Option<(u128, u32)> {
    let (address, bits) = text.split_once('/')?;
    let bits: u32 = bits.parse().ok()?;
    Some(match address.parse().ok()? {
        std::net::IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, bits),
        std::net::IpAddr::V6(address) => (u128::from(address), bits),
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

/// A Role or ClusterRole.
pub(super) fn role<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let is_role = text(node, &["kind"]) == "Role";
    faults.path.0.push(Step::Field("rules"));
    for (index, rule) in items(node, &["rules"]).iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        let paths = items(rule, &["nonResourceURLs"]);
        let has = |field: &str| !items(rule, &[field]).is_empty();
        if !paths.is_empty() {
            if is_role {
                fault(
                    faults,
                    Sort::Value,
                    rule,
                    "nonResourceURLs",
                    "may only be in a ClusterRole",
                    "make it a ClusterRole",
                );
            } else if ["apiGroups", "resources", "resourceNames"].iter().any(|field| has(field)) {
                fault(
                    faults,
                    Sort::Value,
                    rule,
                    "nonResourceURLs",
                    "may not be beside resources",
                    "make two rules of it",
                );
            }
        } else {
            for field in ["apiGroups", "resources"].into_iter().filter(|field| !has(field)) {
                fault(faults, Sort::Missing, rule, field, "must be there", format!("add `{field}`"));
            }
        }
        faults.path.0.pop();
    }
    faults.path.0.pop();
}

/// A RoleBinding or ClusterRoleBinding.
pub(super) fn binding<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    const GROUP: &str = "rbac.authorization.k8s.io";
    let is_cluster = text(node, &["kind"]) == "ClusterRoleBinding";
    if let Some(role) = at(node, &["roleRef"]) {
        faults.path.0.push(Step::Field("roleRef"));
        let kinds: &[&str] = if is_cluster { &["ClusterRole"] } else { &["Role", "ClusterRole"] };
        let kind = text(role, &["kind"]);
        if !kinds.contains(&kind) {
            fault(
                faults,
                Sort::Value,
                role,
                "kind",
                format!("cannot be `{kind}`"),
                format!("write {}", crate::check::listed(kinds)),
            );
        }
        let group = text(role, &["apiGroup"]);
        if !matches!(group, "" | GROUP) {
            fault(
                faults,
                Sort::Value,
                role,
                "apiGroup",
                format!("cannot be `{group}`"),
                format!("write `{GROUP}`"),
            );
        }
        let name = text(role, &["name"]);
        if !name.is_empty() && !names::is_path_segment(name) {
            fault(
                faults,
                Sort::Value,
                role,
                "name",
                format!("cannot be `{name}`"),
                "write the name of a role",
            );
        }
        faults.path.0.pop();
    }
    faults.path.0.push(Step::Field("subjects"));
    for (index, subject) in items(node, &["subjects"]).iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        let (kind, group) = (text(subject, &["kind"]), text(subject, &["apiGroup"]));
        let name = text(subject, &["name"]);
        match kind {
            "ServiceAccount" => {
                if !group.is_empty() {
                    fault(
                        faults,
                        Sort::Value,
                        subject,
                        "apiGroup",
                        "must be empty for a ServiceAccount",
                        "remove it",
                    );
                }
                if is_cluster && text(subject, &["namespace"]).is_empty() {
                    fault(
                        faults,
                        Sort::Missing,
                        subject,
                        "namespace",
                        "must be there for a ServiceAccount",
                        "add `namespace`",
                    );
                }
                if let Some(what) = fields::misfit("subdomain", name).filter(|_| !name.is_empty()) {
                    fault(
                        faults,
                        Sort::Value,
                        subject,
                        "name",
                        format!("cannot be `{name}`: {what}"),
                        "write the name of a ServiceAccount",
                    );
                }
            }
            "User" | "Group" if !matches!(group, "" | GROUP) => {
                fault(
                    faults,
                    Sort::Value,
                    subject,
                    "apiGroup",
                    format!("cannot be `{group}`"),
                    format!("write `{GROUP}`"),
                );
            }
            _ => {}
        }
        faults.path.0.pop();
    }
    faults.path.0.pop();
}

/// The `spec` of an admission policy.
pub(super) fn admission_policy<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    if at(node, &["matchConstraints"]).is_some()
        && items(node, &["matchConstraints", "resourceRules"]).is_empty()
    {
        fault(faults, Sort::Missing, node, "matchConstraints", "must have `resourceRules`", "add them");
    }
}

/// A webhook.
pub(super) fn webhook<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let versions = items(node, &["admissionReviewVersions"]);
    let mut seen = Vec::new();
    for version in versions.iter().map(Node::value_text) {
        if seen.contains(&version) {
            fault(
                faults,
                Sort::Twice,
                node,
                "admissionReviewVersions",
                format!("has `{version}` twice"),
                "remove one",
            );
        }
        if !names::is_service_label(version) {
            fault(
                faults,
                Sort::Value,
                node,
                "admissionReviewVersions",
                format!("cannot have `{version}`"),
                "write `v1`",
            );
        }
        seen.push(version);
    }
    if !versions.is_empty() && !seen.iter().any(|version| matches!(*version, "v1" | "v1beta1")) {
        fault(
            faults,
            Sort::Value,
            node,
            "admissionReviewVersions",
            "must have `v1` or `v1beta1`",
            "add `v1`",
        );
    }
    if let Some(client) = at(node, &["clientConfig"]) {
        faults.path.0.push(Step::Field("clientConfig"));
        let url = text(client, &["url"]);
        if !url.is_empty() && !is_webhook_address(url) {
            fault(
                faults,
                Sort::Value,
                client,
                "url",
                format!("cannot be `{url}`"),
                "write an address that begins with https://",
            );
        }
        let path = text(client, &["service", "path"]);
        if !path.is_empty() && !is_webhook_path(path) {
            faults.path.0.push(Step::Field("service"));
            fault(
                faults,
                Sort::Value,
                client,
                "path",
                format!("cannot be `{path}`"),
                "write a path that begins with `/`",
            );
            faults.path.0.pop();
        }
        faults.path.0.pop();
    }
    faults.path.0.push(Step::Field("rules"));
    for (index, rule) in items(node, &["rules"]).iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        for list in ["operations", "apiGroups", "apiVersions"] {
            let values = items(rule, &[list]);
            if values.len() > 1 && values.iter().any(|value| value.value_text() == "*") {
                fault(faults, Sort::Value, rule, list, "may have nothing beside `*`", "remove the others");
            }
        }
        resources(rule, faults);
        faults.path.0.pop();
    }
    faults.path.0.pop();
}

/// Resources of a rule: `*` and `a/*` stand for all that another item could name.
fn resources<'a>(rule: &'a Node, faults: &mut Faults<'a>) {
    let all: Vec<&str> = items(rule, &["resources"]).iter().map(Node::value_text).collect();
    let mut covered = |message: String| {
        fault(faults, Sort::Value, rule, "resources", message, "remove the others");
    };
    if all.contains(&"*/*") && all.len() > 1 {
        covered("may have nothing beside `*/*`".to_owned());
        return;
    }
    for resource in &all {
        let Some((name, below)) = resource.split_once('/') else {
            if *resource != "*" && all.contains(&"*") {
                covered(format!("cannot have `{resource}` beside `*`"));
            }
            continue;
        };
        let is_covered = (name != "*" && all.contains(&format!("*/{below}").as_str()))
            || (below != "*" && all.contains(&format!("{name}/*").as_str()));
        if is_covered {
            covered(format!("has `{resource}`, which another item covers"));
        }
    }
}

fn is_webhook_address(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("https") && !host.is_empty() && !rest.contains(['?', '#', '@', ' '])
}

fn is_webhook_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else { return false };
    rest.is_empty() || rest.trim_end_matches('/').split('/').all(names::is_subdomain)
}

/// An API that another server answers for.
pub(super) fn api_service<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let (group, version) = (text(node, &["spec", "group"]), text(node, &["spec", "version"]));
    let name = text(node, &["metadata", "name"]);
    if name != format!("{version}.{group}") {
        let message = format!("must have the name `{version}.{group}`");
        fault(faults, Sort::Value, node, "metadata", message, "correct the name, the group or the version");
    }
    faults.path.0.push(Step::Field("spec"));
    if !group.is_empty() && !names::is_subdomain(group) {
        fault(
            faults,
            Sort::Value,
            node,
            "group",
            format!("cannot be `{group}`"),
            "write the name of a group",
        );
    }
    if !version.is_empty() && !names::is_service_label(version) {
        fault(
            faults,
            Sort::Value,
            node,
            "version",
            format!("cannot be `{version}`"),
            "write a version as v1",
        );
    }
    if at(node, &["spec", "service"]).is_none() && text(node, &["spec", "insecureSkipTLSVerify"]) == "true" {
        let message = "may only be there with a service";
        fault(faults, Sort::Value, node, "insecureSkipTLSVerify", message, "remove it, or name the service");
    }
    faults.path.0.pop();
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
