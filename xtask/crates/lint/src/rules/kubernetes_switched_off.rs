use yamltree::diagnostic::Severity;

use super::kubernetes_unknown_kind::SWITCHED_OFF;
use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

pub(super) const RULE: Rule = Rule {
    code: "kubernetes/switched-off",
    severity: Severity::Warning,
    says: "An object has an API version that Kubernetes has only where it is switched on.",
    why: "Without `--runtime-config` and the feature gate the API server refuses it; a beta goes away a few minor versions later.",
    failing: r#"#- k/a.yaml
apiVersion: networking.k8s.io/v1beta1
kind: ServiceCIDR
metadata: {name: a}
spec: {cidrs: [10.0.0.0/16]}
"#,
    fixed: r#"#- k/a.yaml
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: {name: a}
spec: {cidrs: [10.0.0.0/16]}
"#,
    check: Check::Object(check),
};

fn check(object: &Object<'_>, found: &mut Found) {
    let wanted = format!("{}/{}", object.text(&["apiVersion"]), object.kind());
    if !SWITCHED_OFF.lines().any(|known| known == wanted) {
        return;
    }
    let ending = format!("/{}", object.kind());
    let others: Vec<&str> =
        flux::helm::BUILT_IN.lines().filter_map(|known| known.strip_suffix(&ending)).collect();
    let help = match others.as_slice() {
        [] => "switch it on in every cluster that follows this".to_owned(),
        others => format!("write `{}`", others.join("` or `")),
    };
    let at = object.at(&["apiVersion"]).unwrap_or(object.node);
    found.at(
        object.place(at),
        format!("{}: `{wanted}` is switched off unless somebody asks for it", object.title()),
        help,
    );
}
