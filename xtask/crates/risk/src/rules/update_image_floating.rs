use crate::changed::Changed;
use crate::image::image_changes;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/image-floating",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "An image has no exact version any more.",
    why: "What runs changes without a commit whenever a pod starts somewhere, and nobody can go back.",
    first: "Write the tag of one release.",
    example: Example {
        of: deployment!("", "", "image: <>\n        readinessProbe: {tcpSocket: {port: 80}}"),
        before: "docker.io/nginx:1.29.2",
        after: "docker.io/nginx:latest",
        harmless: "docker.io/nginx:1.29.2@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    for image in image_changes(changed) {
        if image.after.is_floating() && !image.before.is_floating() {
            let told = image.told();
            found.at(changed, image.path, told);
        }
    }
}
