//! Hosts and paths by which the world comes in.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::changed::{at, items, text, texts};

/// The hosts that an object serves.
pub(crate) fn hosts(object: &Value) -> BTreeSet<String> {
    served(object).into_iter().map(|(host, _)| host).filter(|host| !host.is_empty()).collect()
}

/// The hosts and paths that an object serves; an empty host stands for all.
pub(crate) fn served(object: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let mut add = |host: &str, path: &str| found.insert((host.to_owned(), path.to_owned()));
    match (group(object), text(object, "kind")) {
        ("networking.k8s.io" | "extensions", "Ingress") => {
            for rule in items(at(object, "spec.rules")) {
                let paths = items(at(rule, "http.paths"));
                for path in paths {
                    add(text(rule, "host"), text(path, "path"));
                }
                if paths.is_empty() {
                    add(text(rule, "host"), "");
                }
            }
        }
        ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute" | "TLSRoute") => {
            let mut paths: BTreeSet<&str> = BTreeSet::new();
            for rule in items(at(object, "spec.rules")) {
                paths.extend(items(at(rule, "matches")).iter().map(|it| text(it, "path.value")));
            }
            paths.insert("");
            for host in texts(at(object, "spec.hostnames")) {
                for path in paths.iter().filter(|path| !path.is_empty() || paths.len() == 1) {
                    add(host, path);
                }
            }
        }
        ("traefik.io" | "traefik.containo.us", "IngressRoute") => {
            for route in items(at(object, "spec.routes")) {
                let rule = text(route, "match");
                let paths = Some(quoted(rule, "Path")).filter(|paths| !paths.is_empty());
                for host in quoted(rule, "Host") {
                    for path in paths.clone().unwrap_or_else(|| vec![""]) {
                        add(host, path);
                    }
                }
            }
        }
        _ => {}
    }
    found
}

/// The hosts for which an object has TLS.
pub(crate) fn with_tls(object: &Value) -> BTreeSet<String> {
    match (group(object), text(object, "kind")) {
        ("networking.k8s.io", "Ingress") => {
            let hosts = items(at(object, "spec.tls")).iter().flat_map(|tls| texts(at(tls, "hosts")));
            hosts.map(str::to_owned).collect()
        }
        ("traefik.io" | "traefik.containo.us", "IngressRoute") if !at(object, "spec.tls").is_null() => {
            hosts(object)
        }
        ("gateway.networking.k8s.io", "Gateway") => {
            let listeners = items(at(object, "spec.listeners")).iter();
            let listeners = listeners.filter(|it| matches!(text(it, "protocol"), "HTTPS" | "TLS"));
            listeners.map(|it| text(it, "hostname").to_owned()).collect()
        }
        _ => BTreeSet::new(),
    }
}

/// The texts in back quotes in the parentheses of `Name(…)`, or of a function whose name begins so.
fn quoted<'t>(rule: &'t str, name: &str) -> Vec<&'t str> {
    let mut found = Vec::new();
    for (start, _) in rule.match_indices(name) {
        let Some((_, inside)) = rule.get(start..).and_then(|rest| rest.split_once('(')) else { continue };
        let inside = inside.split(')').next().unwrap_or_default();
        found.extend(inside.split('`').skip(1).step_by(2));
    }
    found
}

fn group(object: &Value) -> &str {
    text(object, "apiVersion").split_once('/').map_or("", |(group, _)| group)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::served;

    #[test]
    fn a_route_of_traefik_says_its_hosts_and_paths() {
        let route = json!({"apiVersion": "traefik.io/v1alpha1", "kind": "IngressRoute", "spec": {"routes": [
            {"match": "(Host(`a.example.org`) || Host(`b.example.org`)) && PathPrefix(`/x`)"}, {"match": "Host(`c"},
        ]}});
        let found: Vec<(String, String)> = served(&route).into_iter().collect();
        let pair = |host: &str, path: &str| (host.to_owned(), path.to_owned());
        assert_eq!(found[..2], [pair("a.example.org", "/x"), pair("b.example.org", "/x")]);
        assert_eq!(found.len(), 3);
    }
}
