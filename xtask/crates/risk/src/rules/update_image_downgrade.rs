use super::update_image_major::told;
use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::version::Step;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/image-downgrade",
    class: Class::UpdateFlow,
    severity: Severity::Danger,
    says: "An image gets an older version.",
    why: "What the newer one did to its data is not undone, and the older one may refuse it or break it.",
    first: "Look at whether it can go back at all; else restore from before the update.",
    example: Example {
        of: deployment!("", "", "image: <>\n        readinessProbe: {tcpSocket: {port: 80}}"),
        before: "docker.io/nginx:1.29.2",
        after: "docker.io/nginx:1.28.0",
        harmless: "docker.io/nginx:1.29.2@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    told(changed, found, |image| image.step() == Step::Down);
}
