use super::privilege_rbac_dangerous::ROLES;
use crate::changed::{Changed, at, entries, label};
use crate::rights::added;
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::listed;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/rbac-added",
    class: Class::Privilege,
    severity: Severity::Caution,
    says: "A role gives more rights than before.",
    why: "Everybody who has the role has them.",
    first: "Look at who has the role, and whether all of them are meant.",
    example: Example {
        of: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: web}
rules: [{apiGroups: [''], resources: [configmaps, <>
"#,
        before: "pods], verbs: [get, list]}]",
        after: "pods], verbs: [get, list, delete]}]",
        harmless: "pods], verbs: [get]}]",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is_one_of(&ROLES) || !changed.stays() {
        return;
    }
    let told: Vec<String> = added(changed.before, changed.after)
        .iter()
        .filter(|right| !right.is_dangerous())
        .map(ToString::to_string)
        .collect();
    if !told.is_empty() {
        found.field(changed, "rules", format!("may now {}", listed(told.iter().map(String::as_str))));
    }
    let is_aggregated = |key: &str| key.starts_with("rbac.authorization.k8s.io/aggregate-to-");
    for (key, value) in entries(at(changed.after, "metadata.labels"))
        .filter(|(key, value)| is_aggregated(key) && *value == "true")
    {
        if label(changed.before, key) != "true" {
            found.field(
                changed,
                "metadata.labels",
                format!("label `{key}: {}`", value.as_str().unwrap_or_default()),
            );
        }
    }
}
