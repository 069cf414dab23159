use std::collections::BTreeSet;

use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject, at, items, text};

pub(super) const RULE: Rule = Rule {
    code: "pods/probes",
    severity: Severity::Warning,
    says: "A container behind a Service has no readiness probe.",
    why: "It gets requests from the moment that its process starts, and an update counts as done before the new version answers.",
    failing: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
        ports: [{containerPort: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: d, namespace: default}
spec: {selector: {app: d}, ports: [{port: 80}]}
"#
    ),
    fixed: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
        ports: [{containerPort: 80}]
        readinessProbe: {httpGet: {path: /, port: 80}}
---
apiVersion: v1
kind: Service
metadata: {name: d, namespace: default}
spec: {selector: {app: d}, ports: [{port: 80}]}
"#
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let running: Vec<Object<'_>> = subject.objects().filter(Object::runs_on).collect();
    let mut told = BTreeSet::new();
    for service in subject.objects().filter(|object| object.is("", "Service")) {
        let Some(selector) = service.at(&["spec", "selector"]).filter(|s| !s.fields().is_empty()) else {
            continue;
        };
        // It answers for pods that are not ready on purpose.
        if service.text(&["spec", "publishNotReadyAddresses"]) == "true" {
            continue;
        }
        let namespace = service.key().namespace;
        let ports = service.items(&["spec", "ports"]);
        let behind = running
            .iter()
            .filter(|object| object.key().namespace == namespace && object.has_labels(selector));
        for object in behind {
            for container in ports.iter().filter_map(|port| answering(object, port)) {
                let name = text(container, &["name"]);
                if at(container, &["readinessProbe"]).is_none()
                    && told.insert((object.title(), name.to_owned()))
                {
                    let message = format!(
                        "{}: container `{name}` is behind {}, and has no readiness probe",
                        object.title(),
                        service.key()
                    );
                    found.at(
                        object.place(container),
                        message,
                        "give it a `readinessProbe` that asks for what the Service is for",
                    );
                }
            }
        }
    }
}

/// The container that answers at a port of a Service; none if that cannot be said, or if it only shows numbers.
fn answering<'s>(object: &Object<'s>, port: &Node) -> Option<&'s Node> {
    let target = match text(port, &["targetPort"]) {
        "" => text(port, &["port"]),
        target => target,
    };
    if [text(port, &["name"]), target].iter().any(|name| name.contains("metrics")) {
        return None;
    }
    let containers = items(object.pod()?, &["containers"]);
    let has = |container: &&Node| {
        let is_it =
            |port: &Node| ["containerPort", "name"].iter().any(|field| text(port, &[field]) == target);
        items(container, &["ports"]).iter().any(is_it)
    };
    match containers {
        [only] => Some(only),
        several => several.iter().find(has),
    }
}
