use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

pub(super) const RULE: Rule = Rule {
    code: "images/bitnami",
    severity: Severity::Warning,
    says: "An image comes from Bitnami's free catalogue.",
    why: "Those images were taken away in 2025: what is left of them gets no updates and may vanish.",
    failing: deployment!(
        "docker.io/bitnami/redis:8.0.1",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
"#
    ),
    fixed: deployment!(
        "docker.io/valkey/valkey:9.1.1",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
"#
    ),
    check: Check::Object(check),
};

fn check(object: &Object<'_>, found: &mut Found) {
    for (name, container) in object.containers() {
        let Some(image) = container.get("image") else { continue };
        let text = image.value_text();
        let path = text.strip_prefix("docker.io/").unwrap_or(text);
        if path.starts_with("bitnami/")
            || path.starts_with("bitnamilegacy/")
            || path.starts_with("bitnamisecure/")
        {
            let message = format!("{}: container `{name}` runs `{text}`", object.title());
            found.at(object.place(image), message, "take the image of the software's own project");
        }
    }
}
