use std::collections::BTreeMap;

use flux::object::ObjectKey;
use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;

use super::ingress_tls::is_ingress;
use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject, at, items, text};

pub(super) const RULE: Rule = Rule {
    code: "ingress/backend",
    severity: Severity::Error,
    says: "An Ingress or a route leads to a Service or a port that nobody makes.",
    why: "The host answers with an error page as long as that is so, and the Ingress counts as ready.",
    failing: concat!(
        ingress!("", ""),
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: www, namespace: default}\nspec: {type: ExternalName, externalName: \
         example.org}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: files, namespace: default}\nspec: {ports: [{port: 8080}]}\n"
    ),
    fixed: concat!(
        ingress!("", ""),
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: www, namespace: default}\nspec: {type: ExternalName, externalName: \
         example.org}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: files, namespace: default}\nspec: {ports: [{port: 80}]}\n"
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let services = subject.objects().filter(|object| object.is("", "Service"));
    let services: BTreeMap<ObjectKey, Object<'_>> = services.map(|object| (object.key(), object)).collect();
    for object in subject.objects() {
        for backend in backends(&object) {
            let Some(service) = services.get(&backend.service) else {
                if subject.made().lacks("", &backend.service) {
                    let message =
                        format!("{}: it leads to {}, which nobody makes", object.title(), backend.service);
                    found.at(object.place(backend.at), message, "make the Service, or correct the name");
                }
                continue;
            };
            let Some(wanted) = backend.port.filter(|_| service.text(&["spec", "type"]) != "ExternalName")
            else {
                continue;
            };
            let ports = service.items(&["spec", "ports"]);
            let port = wanted.value_text();
            if !ports.iter().any(|has| [text(has, &["port"]), text(has, &["name"])].contains(&port)) {
                let shown = ports.iter().map(|has| text(has, &["port"])).collect::<Vec<_>>().join(", ");
                let message = format!("{}: {} has no port `{port}`", object.title(), backend.service);
                found.at(object.place(wanted), message, format!("write one that it has: {shown}"));
            }
        }
    }
}

/// Where requests go.
struct Backend<'s> {
    service: ObjectKey,
    port: Option<&'s Node>,
    at: &'s Node,
}

fn backends<'s>(object: &Object<'s>) -> Vec<Backend<'s>> {
    let own = object.key().namespace;
    let backend = |node: &'s Node, port: Option<&'s Node>| {
        let namespace = at(node, &["namespace"]).map_or(own.as_str(), Node::value_text);
        Backend { service: ObjectKey::new("Service", namespace, text(node, &["name"])), port, at: node }
    };
    let mut found = Vec::new();
    if is_ingress(object) {
        let paths = object.items(&["spec", "rules"]).iter().flat_map(|rule| items(rule, &["http", "paths"]));
        let services = paths.filter_map(|path| at(path, &["backend", "service"]));
        for service in services.chain(object.at(&["spec", "defaultBackend", "service"])) {
            let port = at(service, &["port", "number"]).or_else(|| at(service, &["port", "name"]));
            found.push(backend(service, port));
        }
    } else if object.group() == "gateway.networking.k8s.io" && object.kind().ends_with("Route") {
        let references =
            object.items(&["spec", "rules"]).iter().flat_map(|rule| items(rule, &["backendRefs"]));
        let is_service = |node: &&Node| {
            matches!(text(node, &["kind"]), "" | "Service") && text(node, &["group"]).is_empty()
        };
        found.extend(references.filter(is_service).map(|node| backend(node, at(node, &["port"]))));
    } else if object.group() == "traefik.io" && object.kind().starts_with("IngressRoute") {
        let services = object.items(&["spec", "routes"]).iter().flat_map(|route| items(route, &["services"]));
        let is_service = |node: &&Node| matches!(text(node, &["kind"]), "" | "Service");
        found.extend(services.filter(is_service).map(|node| backend(node, at(node, &["port"]))));
    }
    found.retain(|backend| !backend.service.name.is_empty());
    found
}
