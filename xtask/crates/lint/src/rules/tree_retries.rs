use yamltree::diagnostic::Severity;
use yamltree::node::Content;

use crate::platform::{at, text};
use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "tree/retries",
    severity: Severity::Error,
    says: "A release is not installed until it works, or not rolled back when an upgrade fails.",
    why: "Clusters update themselves at night: what fails then must be tried again or taken back without anybody there.",
    failing: component!(
        r#"#- flux2/apps/blog/app/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: blog, namespace: oas-apps}
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
  install: {strategy: {name: RetryOnFailure, retryInterval: 1m}}
  upgrade: {remediation: {retries: 3, strategy: rollback, remediateLastFailure: true}}
"#
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(platform) = subject.platform() else { return };
    for (file, node) in platform.objects("HelmRelease") {
        let name = text(node, &["metadata", "name"]);
        let mut wrong = |field: &str, what: &str, help: &str| {
            let place = at(node, &["spec", field]).or_else(|| at(node, &["spec"])).unwrap_or(node);
            found.at(file.place(place), format!("HelmRelease `{name}`: {what}"), help);
        };
        if text(node, &["spec", "install", "strategy", "name"]) != "RetryOnFailure" {
            wrong(
                "install",
                "a failed install is not tried again",
                "set `install.strategy` to `{name: RetryOnFailure, retryInterval: 1m}`",
            );
        }
        let is_rolled_back = text(node, &["spec", "upgrade", "remediation", "strategy"]) == "rollback"
            && matches!(
                at(node, &["spec", "upgrade", "remediation", "remediateLastFailure"])
                    .map(|node| &node.content),
                Some(Content::Bool(true))
            );
        if !is_rolled_back {
            let help =
                "set `upgrade.remediation` to `{retries: 3, strategy: rollback, remediateLastFailure: true}`";
            wrong("upgrade", "a failed upgrade is not rolled back", help);
        }
    }
}
