use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/cluster-ip",
    class: Class::Downtime,
    severity: Severity::Danger,
    says: "A Service gets another address in the cluster.",
    why: "The address cannot change: Helm and Flux fail until the Service is deleted and made anew.",
    first: "Make a second Service of another name, or delete this one when the change arrives.",
    example: Example {
        of: r#"apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {selector: {app: db}, ports: [{port: 5432}], <>}
"#,
        before: "clusterIP: None",
        after: "clusterIP: 10.43.0.9",
        harmless: "clusterIP: None, publishNotReadyAddresses: true",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    for field in ["clusterIP", "ipFamilies", "clusterIPs"] {
        let keys = format!("spec.{field}");
        let Some(two) = changed.differs(&keys).filter(|_| changed.is("", "Service")) else { continue };
        let is_headless = [two.before, two.after].iter().any(|value| **value == "None");
        // Without one the server keeps the address that it gave.
        if two.after.is_null() && !is_headless || two.before.is_null() && field == "ipFamilies" {
            continue;
        }
        found.field(changed, &keys, format!("{field} {two}"));
    }
}
