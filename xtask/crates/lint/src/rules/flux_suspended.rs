use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

pub(super) const RULE: Rule = Rule {
    code: "flux/suspended",
    severity: Severity::Warning,
    says: "An object of Flux is suspended in the repository.",
    why: "It gets no updates and repairs nothing as long as that stands there, on every cluster that follows the repository.",
    failing: r#"#- k/a.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: a, namespace: default}
spec: {interval: 1h, suspend: true, url: https://charts.example.org}
"#,
    fixed: r#"#- k/a.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: a, namespace: default}
spec: {interval: 1h, url: https://charts.example.org}
"#,
    check: Check::Object(check),
};

fn check(object: &Object<'_>, found: &mut Found) {
    if !object.group().ends_with(".toolkit.fluxcd.io") {
        return;
    }
    if let Some(suspend) = object.at(&["spec", "suspend"]).filter(|suspend| suspend.value_text() == "true") {
        let message = format!("{}: it is suspended", object.title());
        found.at(object.place(suspend), message, "leave `suspend` out, or allow it with the reason");
    }
}
