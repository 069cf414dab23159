use super::privilege_binding::{BINDINGS, new_subjects};
use crate::changed::{Changed, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::listed;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/cluster-admin",
    class: Class::Privilege,
    severity: Severity::Danger,
    says: "Somebody becomes administrator of the cluster.",
    why: "There is nothing that the administrator may not do, reading every Secret included.",
    first: "Give a role with what is needed.",
    example: Example {
        of: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: web, namespace: shop}<>]
"#,
        before: ", {kind: User, name: ann}",
        after: ", {kind: User, name: bob}",
        harmless: "",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.is_one_of(&BINDINGS) && text(changed.after, "roleRef.name") == "cluster-admin" {
        let new = new_subjects(changed);
        if !new.is_empty() {
            found.field(
                changed,
                "subjects",
                format!("cluster-admin: {}", listed(new.iter().map(String::as_str))),
            );
        }
    }
}
