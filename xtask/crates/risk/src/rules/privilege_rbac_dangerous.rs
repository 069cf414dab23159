use crate::changed::Changed;
use crate::rights::added;
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::listed;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/rbac-dangerous",
    class: Class::Privilege,
    severity: Severity::Danger,
    says: "A role gives rights by which everything else can be had.",
    why: "Wildcards, `escalate`, `bind`, `impersonate`, all Secrets, commands in pods, tokens: whoever breaks into one pod with \
          it has the cluster.",
    first: "Name the verbs, the resources and the objects that are needed.",
    example: Example {
        of: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: web}
rules: [{apiGroups: [''], resources: [configmaps, <>
"#,
        before: "pods], verbs: [get]}]",
        after: "secrets], verbs: [get]}]",
        harmless: "pods], verbs: [get], resourceNames: [a]}]",
    },
    check: Check::Object(check),
};

pub(super) const ROLES: [(&str, &str); 2] =
    [("rbac.authorization.k8s.io", "ClusterRole"), ("rbac.authorization.k8s.io", "Role")];

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is_one_of(&ROLES) {
        return;
    }
    let told: Vec<String> = added(changed.before, changed.after)
        .iter()
        .filter(|right| right.is_dangerous())
        .map(ToString::to_string)
        .collect();
    if !told.is_empty() {
        found.field(changed, "rules", format!("may now {}", listed(told.iter().map(String::as_str))));
    }
}
