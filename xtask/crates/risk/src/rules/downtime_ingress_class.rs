use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/ingress-class",
    class: Class::Downtime,
    severity: Severity::Danger,
    says: "A class of Ingresses is removed, or is served by another controller.",
    why: "The controller of a class cannot change: Helm and Flux fail. Ingresses of a class that is gone are served by nobody.",
    first: "Make a class of another name, and move the Ingresses one by one.",
    example: Example {
        of: r#"apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx, labels: {<>
"#,
        before: r#"a: x}}
spec: {controller: k8s.io/ingress-nginx}"#,
        after: r#"a: x}}
spec: {controller: traefik.io/ingress-controller}"#,
        harmless: r#"a: y}}
spec: {controller: k8s.io/ingress-nginx}"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.is("networking.k8s.io", "IngressClass") {
        if let Some(two) = changed.differs("spec.controller") {
            found.field(changed, "spec.controller", format!("controller {two}"));
        }
        if changed.is_deleted() {
            found.object(changed, "it is deleted");
        }
    }
    if let Some(two) =
        changed.differs("spec.ingressClassName").filter(|_| changed.is("networking.k8s.io", "Ingress"))
    {
        found.field(changed, "spec.ingressClassName", format!("ingressClassName {two}"));
    }
}
