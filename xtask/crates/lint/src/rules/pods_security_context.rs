use std::collections::BTreeMap;

use yamltree::diagnostic::Severity;

use crate::pod_security::{Policy, refused};
use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "pods/security-context",
    severity: Severity::Error,
    says: "A pod is refused by what its namespace enforces.",
    why: "The Deployment is accepted and each of its pods is refused, so that nothing runs and only events say why.",
    failing: concat!(
        deployment!(
            "docker.io/nginx:1.29.2",
            r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
        ports: [{containerPort: 80, hostPort: 80}]
"#
        ),
        "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {pod-security.kubernetes.io/enforce: baseline}}\n"
    ),
    fixed: concat!(
        deployment!(
            "docker.io/nginx:1.29.2",
            r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
        ports: [{containerPort: 80}]
"#
        ),
        "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {pod-security.kubernetes.io/enforce: baseline}}\n"
    ),
    check: Check::Repository(check),
};

/// The minor version of Kubernetes with the oldest policy that is known here.
const OLDEST: u32 = 25;

fn check(subject: &Subject<'_>, found: &mut Found) {
    let mut policies: BTreeMap<String, (&str, Policy)> = BTreeMap::new();
    for object in subject.objects().filter(|object| object.is("", "Namespace")) {
        let label = |name: &str| object.text(&["metadata", "labels", name]);
        let level = label("pod-security.kubernetes.io/enforce");
        // `latest`, or nothing, is the newest.
        let version = label("pod-security.kubernetes.io/enforce-version").strip_prefix("v1.");
        let minor = version.and_then(|minor| minor.parse().ok()).unwrap_or(u32::MAX);
        // Older ones are less strict here and there.
        if matches!(level, "baseline" | "restricted") && minor >= OLDEST {
            let policy = Policy { is_restricted: level == "restricted", minor };
            policies.insert(object.key().name, (level, policy));
        }
    }
    for object in subject.objects().filter(|object| !object.is_test()) {
        let namespace = object.key().namespace;
        let Some((level, policy)) = policies.get(&namespace) else { continue };
        for refused in object.template().map_or(Vec::new(), |template| refused(template, *policy)) {
            let holder = match refused.container {
                Some(name) => format!("container `{name}`"),
                None => "its pod".to_owned(),
            };
            let message = format!(
                "{}: {holder} {}, and `{namespace}` enforces `{level}`",
                object.title(),
                refused.what
            );
            found.at(object.place(refused.at), message, refused.help);
        }
    }
}
