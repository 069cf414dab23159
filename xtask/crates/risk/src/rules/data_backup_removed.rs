use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/backup-removed",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "A schedule or a place of backups is removed or paused.",
    why: "From then on there are only old backups, and nobody notices until one is needed.",
    first: "Make sure that something else backs the same up, and that its last backup is young.",
    example: Example {
        of: r#"apiVersion: velero.io/v1
kind: Schedule
metadata: {name: nightly, namespace: velero}
spec: {schedule: 0 2 * * *, paused: <>}
"#,
        before: "false",
        after: "true",
        harmless: "false, skipImmediately: false",
    },
    check: Check::Object(check),
};

const BACKUPS: [(&str, &str); 7] = [
    ("k8up.io", "Schedule"),
    ("postgresql.cnpg.io", "ScheduledBackup"),
    ("k8s.mariadb.com", "Backup"),
    ("velero.io", "BackupStorageLocation"),
    ("velero.io", "Schedule"),
    ("volsync.backube", "ReplicationSource"),
    ("barmancloud.cnpg.io", "ObjectStore"),
];

fn check(changed: &Changed<'_>, found: &mut Found) {
    let is_agent = changed.is("apps", "DaemonSet")
        && changed.change.object.name.ends_with("node-agent")
        && changed.change.object.namespace == "velero";
    let is_database = changed.is("postgresql.cnpg.io", "Cluster");
    for keys in ["spec.backup", "spec.plugins"].into_iter().filter(|_| is_database) {
        if let Some(two) = changed.differs(keys).filter(|two| two.after.is_null()) {
            found.field(changed, keys, format!("{keys} {two}"));
        }
    }
    if !changed.is_one_of(&BACKUPS) && !is_agent {
        return;
    }
    if changed.is_deleted() && !changed.goes_with_all() {
        found.object(changed, "it is deleted");
    }
    for keys in ["spec.paused", "spec.suspend"] {
        if let Some(two) = changed.differs(keys)
            && *two.after == true
        {
            found.field(changed, keys, format!("{keys} {two}"));
        }
    }
}
