use super::data_database_major::major;
use crate::changed::Changed;
use crate::image::{ImageChange, image_changes};
use crate::rule::{Check, Example, Found, Rule};
use crate::version::Step;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/image-major",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "An image gets another major version.",
    why: "Its settings may be others, and it may turn its data into something that the older one cannot read.",
    first: "Read the notes of every major in between, and back up its data.",
    example: Example {
        of: deployment!("", "", "image: <>\n        readinessProbe: {tcpSocket: {port: 80}}"),
        before: "docker.io/traefik:2.11.0",
        after: "docker.io/traefik:3.7.1",
        harmless: "docker.io/traefik:2.11.0@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    told(changed, found, |image| image.step() == Step::Major);
}

/// Tells of images that are meant, databases of another major version apart: those are told already.
pub(super) fn told(changed: &Changed<'_>, found: &mut Found, is_it: impl Fn(&ImageChange) -> bool) {
    for image in image_changes(changed) {
        if major(&image.before, &image.after).is_none() && !image.after.is_floating() && is_it(&image) {
            let told = image.told();
            found.at(changed, image.path, told);
        }
    }
}
