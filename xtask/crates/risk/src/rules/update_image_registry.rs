use crate::changed::Changed;
use crate::image::image_changes;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/image-registry",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "An image comes from another registry or repository.",
    why: "What has the same tag there need not be the same, and somebody else decides about it.",
    first: "Make sure whose it is, and that the servers may pull from there.",
    example: Example {
        of: deployment!("", "", "image: <>\n        readinessProbe: {tcpSocket: {port: 80}}"),
        before: "docker.io/nginx:1.29.2",
        after: "quay.io/somebody/nginx:1.29.2",
        harmless: "docker.io/library/nginx:1.29.2@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    for image in image_changes(changed) {
        if image.before.repository != image.after.repository {
            let told = format!("{} → {}", image.before.repository, image.after.repository);
            found.at(changed, image.path, told);
        }
    }
}
