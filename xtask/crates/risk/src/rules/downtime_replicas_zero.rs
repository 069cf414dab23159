use serde_json::json;

use crate::changed::{Changed, annotation_path};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/replicas-zero",
    class: Class::Downtime,
    severity: Severity::Danger,
    says: "A workload, or a database, is scaled to nothing.",
    why: "Nothing answers any more.",
    first: "Make sure that it is meant, and that whoever uses it knows.",
    example: Example {
        of: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: <>
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: []}}
"#,
        before: "2",
        after: "0",
        harmless: "3",
    },
    check: Check::Object(check),
};

const FIELDS: [(&str, &str, &str); 8] = [
    ("apps", "Deployment", "spec.replicas"),
    ("apps", "StatefulSet", "spec.replicas"),
    ("apps", "ReplicaSet", "spec.replicas"),
    ("monitoring.coreos.com", "Prometheus", "spec.replicas"),
    ("monitoring.coreos.com", "Alertmanager", "spec.replicas"),
    ("k8s.mariadb.com", "MariaDB", "spec.replicas"),
    ("mongodbcommunity.mongodb.com", "MongoDBCommunity", "spec.members"),
    ("postgresql.cnpg.io", "Cluster", "spec.instances"),
];

fn check(changed: &Changed<'_>, found: &mut Found) {
    for (_, _, keys) in FIELDS.into_iter().filter(|(group, kind, _)| changed.is(group, kind)) {
        if let Some(two) = changed.differs(keys).filter(|two| *two.after == json!(0)) {
            found.field(changed, keys, format!("{} {two}", keys.trim_start_matches("spec.")));
        }
    }
    let key = "cnpg.io/hibernation";
    let (before, after) = changed.annotations(key);
    if changed.stays() && after == "on" && before != "on" {
        found.at(changed, annotation_path(key), "the database is put to sleep");
    }
}
