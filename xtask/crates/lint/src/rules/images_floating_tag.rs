use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

pub(super) const RULE: Rule = Rule {
    code: "images/floating-tag",
    severity: Severity::Warning,
    says: "An image has no exact tag.",
    why: "What runs changes whenever a pod is started somewhere else, without a commit; and nobody can go back.",
    failing: deployment!(
        "docker.io/nginx:latest",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
"#
    ),
    fixed: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
"#
    ),
    check: Check::Object(check),
};

fn check(object: &Object<'_>, found: &mut Found) {
    // What only runs when a person asks for it changes nothing by itself.
    if object.is_test() {
        return;
    }
    for (name, container) in object.containers() {
        let Some(image) = container.get("image") else { continue };
        let text = image.value_text();
        if text.contains('@') {
            continue;
        }
        let last = text.rsplit('/').next().unwrap_or_default();
        let tag = last.split_once(':').map_or("", |(_, tag)| tag);
        if matches!(tag, "" | "latest" | "stable" | "main" | "master" | "edge" | "nightly") {
            let message =
                format!("{}: the image of container `{name}`, `{text}`, has no exact tag", object.title());
            found.at(object.place(image), message, "write the tag of one release, or a digest");
        }
    }
}
