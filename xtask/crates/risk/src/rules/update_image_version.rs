use super::update_image_major::told;
use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::version::Step;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/image-version",
    class: Class::UpdateFlow,
    severity: Severity::Note,
    says: "An image gets another version.",
    why: "It is an update like others.",
    first: "Read its notes.",
    example: Example {
        of: deployment!("", "", "image: <>\n        readinessProbe: {tcpSocket: {port: 80}}"),
        before: "docker.io/nginx:1.29.2",
        after: "docker.io/nginx:1.29.3",
        harmless: "docker.io/nginx:1.29.2@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    told(changed, found, |image| {
        let (old, new) = (&image.before, &image.after);
        let is_rebuilt = !old.digest.is_empty() && !new.digest.is_empty() && old.digest != new.digest;
        match image.step() {
            Step::Minor => true,
            Step::Same | Step::Unknown => {
                old.name() == new.name() && (old.tag != new.tag || is_rebuilt) && !old.is_floating()
            }
            Step::Major | Step::Down => false,
        }
    });
}
