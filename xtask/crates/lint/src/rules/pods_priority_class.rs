use flux::object::ObjectKey;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Subject, at};

pub(super) const RULE: Rule = Rule {
    code: "pods/priority-class",
    severity: Severity::Error,
    says: "A pod has a PriorityClass that nobody makes.",
    why: "The API server refuses each of its pods; the Deployment is there, and nothing runs.",
    failing: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
      priorityClassName: first
"#
    ),
    fixed: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
      priorityClassName: first
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: first}
value: 1000
"#
    ),
    check: Check::Repository(check),
};

/// Kubernetes brings those.
const BROUGHT: [&str; 2] = ["system-cluster-critical", "system-node-critical"];

fn check(subject: &Subject<'_>, found: &mut Found) {
    for object in subject.objects() {
        let Some(class) = object.pod().and_then(|pod| at(pod, &["priorityClassName"])) else { continue };
        let key = ObjectKey::new("PriorityClass", "", class.value_text());
        let is_brought = key.name.is_empty() || BROUGHT.contains(&key.name.as_str());
        if !is_brought && subject.made().lacks("scheduling.k8s.io", &key) {
            let message = format!("{}: it has {key}, which nobody makes", object.title());
            found.at(object.place(class), message, "make the PriorityClass, or correct the name");
        }
    }
}
