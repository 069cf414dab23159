use crate::changed::{Changed, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/role-ref",
    class: Class::Downtime,
    severity: Severity::Danger,
    says: "A binding is to give another role.",
    why: "The role of a binding cannot change: Helm and Flux fail until the binding is deleted.",
    first: "Give the new binding another name.",
    example: Example {
        of: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: <>
"#,
        before: r#"a}
subjects: [{kind: ServiceAccount, name: web, namespace: shop}, {kind: ServiceAccount, name: old, namespace: shop}]"#,
        after: r#"b}
subjects: [{kind: ServiceAccount, name: web, namespace: shop}, {kind: ServiceAccount, name: old, namespace: shop}]"#,
        harmless: r#"a}
subjects: [{kind: ServiceAccount, name: web, namespace: shop}]"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let group = "rbac.authorization.k8s.io";
    if let Some(two) = changed
        .differs("roleRef")
        .filter(|_| changed.is_one_of(&[(group, "RoleBinding"), (group, "ClusterRoleBinding")]))
    {
        let told = |value| format!("{} {}", text(value, "kind"), text(value, "name"));
        found.field(changed, "roleRef", format!("{} → {}", told(two.before), told(two.after)));
    }
}
