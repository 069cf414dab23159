use serde_json::Value;

use crate::changed::{Changed, at, items, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::listed;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/binding",
    class: Class::Privilege,
    severity: Severity::Caution,
    says: "Somebody gets a role, or everybody does.",
    why: "They may do from now on what the role says.",
    first: "Look at what the role gives (`kubectl describe clusterrole NAME`), and whether it is meant for them.",
    example: Example {
        of: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: web, namespace: shop}<>]
"#,
        before: ", {kind: User, name: ann}",
        after: ", {kind: Group, name: 'system:authenticated'}",
        harmless: "",
    },
    check: Check::Object(check),
};

pub(super) const BINDINGS: [(&str, &str); 2] =
    [("rbac.authorization.k8s.io", "ClusterRoleBinding"), ("rbac.authorization.k8s.io", "RoleBinding")];

/// Who was not in the binding before, or all if it gave another role.
pub(super) fn new_subjects(changed: &Changed<'_>) -> Vec<String> {
    let told = |subject: &Value| {
        let (kind, namespace, name) =
            (text(subject, "kind"), text(subject, "namespace"), text(subject, "name"));
        if namespace.is_empty() { format!("{kind} {name}") } else { format!("{kind} {namespace}/{name}") }
    };
    let is_same_role = at(changed.before, "roleRef.name") == at(changed.after, "roleRef.name");
    let before: Vec<String> =
        items(at(changed.before, "subjects")).iter().filter(|_| is_same_role).map(told).collect();
    items(at(changed.after, "subjects")).iter().map(told).filter(|new| !before.contains(new)).collect()
}

fn check(changed: &Changed<'_>, found: &mut Found) {
    let role = text(changed.after, "roleRef.name");
    if !changed.is_one_of(&BINDINGS) || role == "cluster-admin" {
        return;
    }
    let everybody =
        ["system:authenticated", "system:unauthenticated", "system:anonymous", "system:serviceaccounts"];
    let is_wide = |subject: &String| everybody.iter().any(|name| subject.ends_with(name));
    let is_strong =
        matches!(role, "admin" | "edit") && changed.is("rbac.authorization.k8s.io", "ClusterRoleBinding");
    // That a new application brings its own role and who has it is no news.
    let new: Vec<String> =
        new_subjects(changed).into_iter().filter(|it| changed.stays() || is_strong || is_wide(it)).collect();
    if !new.is_empty() {
        found.field(changed, "subjects", format!("role {role}: {}", listed(new.iter().map(String::as_str))));
    }
}
