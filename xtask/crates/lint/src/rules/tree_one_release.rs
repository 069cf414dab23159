use std::collections::BTreeMap;

use yamltree::diagnostic::Severity;

use crate::platform::text;
use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "tree/one-release",
    severity: Severity::Error,
    says: "A folder holds two HelmReleases.",
    why: "They are held, waited for and taken away together, and neither can wait for the other.",
    failing: component!(
        r#"#- flux2/apps/blog/app/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: blog, namespace: oas-apps}
spec:
  interval: 30m
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: blog-cache, namespace: oas-apps}
spec:
  interval: 30m
"#
    ),
    fixed: component!(
        r#"#- flux2/apps/blog/app/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: blog, namespace: oas-apps}
spec:
  interval: 30m
#- flux2/apps/blog/cache/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: blog-cache, namespace: oas-apps}
spec:
  interval: 30m
"#
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(platform) = subject.platform() else { return };
    let mut seen = BTreeMap::new();
    for (file, node) in platform.objects("HelmRelease") {
        let name = text(node, &["metadata", "name"]);
        if let Some(other) = seen.insert(file.path.parent(), name) {
            let message = format!("HelmRelease `{name}`: `{other}` is in the same folder");
            found.at(
                file.place(node),
                message,
                "give it a folder of its own, with a Flux Kustomization in `ks.yaml`",
            );
        }
    }
}
