use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Subject, at};

pub(super) const RULE: Rule = Rule {
    code: "tree/registry",
    severity: Severity::Error,
    says: "An image comes from a registry that the platform does not use.",
    why: "Every registry is one more that can be down, vanish or be broken into, and that mirrors and firewalls of clusters must know.",
    failing: component!(
        r#"#- k/pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: blog, namespace: default}
spec: {containers: [{name: blog, image: images.example.org/blog:1.0.0}]}
"#
    ),
    fixed: component!(
        r#"#- k/pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: blog, namespace: default}
spec: {containers: [{name: blog, image: ghcr.io/example/blog:1.0.0}]}
"#
    ),
    check: Check::Repository(check),
};

/// Those that clusters fetch images from.
const ALLOWED: [&str; 5] = ["docker.io", "ghcr.io", "quay.io", "registry.k8s.io", "registry.rocket.chat"];

fn check(subject: &Subject<'_>, found: &mut Found) {
    if subject.platform().is_none() {
        return;
    }
    for object in subject.objects().filter(|object| !object.is_test()) {
        for (name, container) in object.containers() {
            let Some(image) = at(container, &["image"]) else { continue };
            let text = image.value_text();
            let first = text.split_once('/').map_or("", |(first, _)| first);
            // What is no host is a folder of Docker's own registry.
            let is_host = first.contains(['.', ':']) || first == "localhost";
            if is_host && !ALLOWED.contains(&first) {
                let message = format!("{}: container `{name}` runs `{text}`, from `{first}`", object.title());
                found.at(object.place(image), message, format!("take it from one of {}", ALLOWED.join(", ")));
            }
        }
    }
}
