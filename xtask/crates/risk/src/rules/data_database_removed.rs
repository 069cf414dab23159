use crate::changed::{Changed, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/database-removed",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "An object that stands for a database, or for stored data, is deleted.",
    why: "Its operator deletes the pods and the claims with it.",
    first: "Back it up and try the restore; let it be kept (`prune: disabled`) until nobody needs it.",
    example: Example {
        of: kustomization!("prune: true", "<>"),
        before: r#"apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db, namespace: shop}
spec: {instances: 1}
---
"#,
        after: "",
        harmless: r#"apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db, namespace: shop, labels: {tier: db}}
spec: {instances: 1}
---
"#,
    },
    check: Check::Object(check),
};

const DATABASES: [(&str, &str); 22] = [
    ("acid.zalan.do", "postgresql"),
    ("cassandra.k8ssandra.io", "K8ssandraCluster"),
    ("clickhouse.altinity.com", "ClickHouseInstallation"),
    ("elasticsearch.k8s.elastic.co", "Elasticsearch"),
    ("k8s.mariadb.com", "Database"),
    ("k8s.mariadb.com", "MariaDB"),
    ("kafka.strimzi.io", "Kafka"),
    ("kafka.strimzi.io", "KafkaTopic"),
    ("minio.min.io", "Tenant"),
    ("mongodbcommunity.mongodb.com", "MongoDBCommunity"),
    ("mysql.oracle.com", "InnoDBCluster"),
    ("objectbucket.io", "ObjectBucketClaim"),
    ("opensearch.opster.io", "OpenSearchCluster"),
    ("postgres-operator.crunchydata.com", "PostgresCluster"),
    ("postgresql.cnpg.io", "Cluster"),
    ("psmdb.percona.com", "PerconaServerMongoDB"),
    ("pxc.percona.com", "PerconaXtraDBCluster"),
    ("rabbitmq.com", "RabbitmqCluster"),
    ("redis.redis.opstreelabs.in", "Redis"),
    ("ceph.rook.io", "CephBlockPool"),
    ("ceph.rook.io", "CephCluster"),
    ("ceph.rook.io", "CephFilesystem"),
];

/// Is it a custom resource whose operator deletes data with it?
pub(super) fn is_database(changed: &Changed<'_>) -> bool {
    changed.is_one_of(&DATABASES)
}

fn check(changed: &Changed<'_>, found: &mut Found) {
    let is_gone = changed.is_deleted() && !changed.goes_with_all();
    let drops = changed.is("postgresql.cnpg.io", "Database")
        && text(changed.before, "spec.databaseReclaimPolicy") == "delete";
    if is_gone && (is_database(changed) || drops) {
        found.object(changed, "it is deleted, and what it stores");
    }
}
