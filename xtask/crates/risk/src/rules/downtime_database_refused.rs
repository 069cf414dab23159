use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/database-refused",
    class: Class::Downtime,
    severity: Severity::Danger,
    says: "A database that an operator runs changes in a way that the operator refuses.",
    why: "Its webhook refuses the object, and Helm and Flux fail.",
    first: "Leave it, or make a second database and move the data.",
    example: Example {
        of: r#"apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db, namespace: shop}
spec: {instances: 1, postgresUID: <>}
"#,
        before: "26",
        after: "999",
        harmless: "26, enablePDB: false",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is("postgresql.cnpg.io", "Cluster") {
        return;
    }
    for keys in ["spec.postgresUID", "spec.postgresGID"] {
        if let Some(two) = changed.differs(keys) {
            found.field(changed, keys, format!("{keys} {two}"));
        }
    }
    for keys in ["spec.walStorage", "spec.tablespaces"] {
        if let Some(two) = changed
            .differs(keys)
            .filter(|two| two.after.is_null() || two.before.is_null() && keys == "spec.walStorage")
        {
            found.field(changed, keys, format!("{keys} {two}"));
        }
    }
}
