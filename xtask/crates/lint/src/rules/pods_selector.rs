use std::collections::BTreeMap;

use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject};

pub(super) const RULE: Rule = Rule {
    code: "pods/selector",
    severity: Severity::Error,
    says: "A Service selects no pod.",
    why: "Whoever calls it gets no answer, and no object says why: a Service without pods counts as ready.",
    failing: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
---
apiVersion: v1
kind: Service
metadata: {name: d, namespace: default}
spec: {selector: {app: web}, ports: [{port: 80}]}
"#
    ),
    fixed: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
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
    let mut pods: BTreeMap<String, Vec<Object<'_>>> = BTreeMap::new();
    for object in subject.objects().filter(|object| object.template().is_some()) {
        pods.entry(object.key().namespace).or_default().push(object);
    }
    for object in subject.objects().filter(|object| object.is("", "Service")) {
        let namespace = object.key().namespace;
        let Some(selector) = object.at(&["spec", "selector"]).filter(|s| !s.fields().is_empty()) else {
            continue;
        };
        // The pods of the control plane are in no repository.
        if namespace == "kube-system" || !subject.made().knows_all("Pod", &namespace) {
            continue;
        }
        let own = pods.get(&namespace).map_or(&[][..], Vec::as_slice);
        if !own.iter().any(|pod| pod.has_labels(selector)) {
            let message =
                format!("{}: no pod in `{namespace}` has the labels {}", object.title(), shown(selector));
            found.at(object.place(selector), message, "write labels that the pod has in its template");
        }
    }
}

fn shown(selector: &Node) -> String {
    let label =
        |field: &kustomize_rs::yaml::node::Field| format!("`{}: {}`", field.key, field.value.value_text());
    selector.fields().iter().map(label).collect::<Vec<_>>().join(", ")
}
