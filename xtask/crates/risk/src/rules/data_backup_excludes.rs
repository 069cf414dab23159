use std::collections::BTreeSet;

use crate::changed::{Changed, at, texts};
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::listed;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/backup-excludes",
    class: Class::DataLoss,
    severity: Severity::Caution,
    says: "Less is backed up than before.",
    why: "What is left out cannot be restored, and the backups still look well.",
    first: "Make sure that what is left out is not needed, or is backed up by something else.",
    example: Example {
        of: r#"apiVersion: velero.io/v1
kind: Schedule
metadata: {name: nightly, namespace: velero}
spec: {schedule: 0 2 * * *, template: {excludedNamespaces: [<>]}}
"#,
        before: "velero",
        after: "velero, shop",
        harmless: "",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is("velero.io", "Schedule") || !changed.stays() {
        return;
    }
    let set = |object, field: &str| -> BTreeSet<String> {
        texts(at(object, &format!("spec.template.{field}"))).map(str::to_owned).collect()
    };
    for what in ["Namespaces", "Resources", "ClusterScopedResources", "NamespaceScopedResources"] {
        let field = format!("excluded{what}");
        let (before, after) = (set(changed.before, &field), set(changed.after, &field));
        let new: Vec<&str> = after.difference(&before).map(String::as_str).collect();
        if !new.is_empty() {
            found.field(changed, &format!("spec.template.{field}"), format!("{} left out", listed(new)));
        }
        let field = format!("included{what}");
        let (before, after) = (set(changed.before, &field), set(changed.after, &field));
        let is_all = |set: &BTreeSet<String>| set.is_empty() || set.contains("*");
        let gone: Vec<&str> = before.difference(&after).map(String::as_str).collect();
        if !is_all(&after) && (is_all(&before) || !gone.is_empty()) {
            let told = if is_all(&before) {
                format!("only {}", listed(after.iter().map(String::as_str)))
            } else {
                format!("{} no longer", listed(gone))
            };
            found.field(changed, &format!("spec.template.{field}"), told);
        }
    }
    for keys in [
        "spec.template.defaultVolumesToFsBackup",
        "spec.template.snapshotVolumes",
        "spec.template.includeClusterResources",
    ] {
        if let Some(two) = changed.differs(keys)
            && *two.after == false
        {
            found.field(changed, keys, format!("{keys} {two}"));
        }
    }
    let keys = "spec.template.labelSelector";
    if let Some(two) = changed.differs(keys).filter(|two| !two.after.is_null()) {
        found.field(changed, keys, format!("labelSelector {two}"));
    }
}
