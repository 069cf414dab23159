use crate::changed::Changed;
use crate::image::image_changes;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/digest-removed",
    class: Class::UpdateFlow,
    severity: Severity::Caution,
    says: "A digest that pinned an image or a chart is taken off.",
    why: "A tag can be moved by whoever owns the registry, or has broken into it.",
    first: "Write the digest of the new version beside its tag.",
    example: Example {
        of: deployment!("", "", "image: <>\n        readinessProbe: {tcpSocket: {port: 80}}"),
        before: "docker.io/nginx:1.29.2@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
        after: "docker.io/nginx:1.29.2",
        harmless: r#"docker.io/nginx:1.29.2@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3
        tty: false"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    for image in image_changes(changed) {
        if !image.before.digest.is_empty() && image.after.digest.is_empty() {
            found.at(changed, image.path, format!("{} has no digest", image.after.name()));
        }
    }
    let keys = "spec.ref.digest";
    if let Some(two) = changed
        .differs(keys)
        .filter(|two| changed.is("source.toolkit.fluxcd.io", "OCIRepository") && two.after.is_null())
    {
        found.field(changed, keys, format!("digest {two}"));
    }
}
