use yamltree::diagnostic::Severity;
use yamltree::fix::Fix;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

pub(super) const RULE: Rule = Rule {
    code: "flux/install-not-retried",
    severity: Severity::Warning,
    says: "A HelmRelease is installed once and never again.",
    why: "An install that fails because something else came later stays failed until a person steps in, and its Kustomization with it (unless helm-controller runs with the gate DefaultToRetryOnFailure).",
    failing: r#"#- k/r.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: n}
spec:
  interval: 1h
  chart: {spec: {chart: c, version: 1.2.3, sourceRef: {kind: HelmRepository, name: a}}}
"#,
    fixed: r#"#- k/r.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: n}
spec:
  interval: 1h
  chart: {spec: {chart: c, version: 1.2.3, sourceRef: {kind: HelmRepository, name: a}}}
  install: {strategy: {name: RetryOnFailure, retryInterval: 1m}}
"#,
    check: Check::Object(check),
};

fn check(object: &Object<'_>, found: &mut Found) {
    if !object.is_release() {
        return;
    }
    let is_retried = object.text(&["spec", "install", "strategy", "name"]) == "RetryOnFailure"
        || !matches!(object.text(&["spec", "install", "remediation", "retries"]), "" | "0");
    if !is_retried {
        let at = object.at(&["spec", "install"]).or_else(|| object.at(&["spec"])).unwrap_or(object.node);
        let message = format!("{}: a failed install is never tried again", object.title());
        // Who says something about installs may mean it.
        let fix = object.at(&["spec", "install"]).is_none().then(|| Fix::Insert {
            under: "spec".into(),
            lines: "install:\n  strategy:\n    name: RetryOnFailure\n    retryInterval: 1m".into(),
        });
        let help = "set `install.strategy` to `{name: RetryOnFailure, retryInterval: 1m}`";
        found.at_with_fix(object.place(at), message, help, fix);
    }
}
