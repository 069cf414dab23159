//! Pairs of objects that nobody would write.

use std::sync::Arc;

use flux::diff::{
    Change, ChangeKind, Diff, FieldChange, FieldKind, FieldPath, Identity, Owner, OwnerKey, OwnerKind,
    OwnerState, Segment,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{RULES, Subject, of};

/// Keys that rules look for, so that what is arbitrary is not only ever foreign.
const KEYS: [&str; 60] = [
    "spec",
    "metadata",
    "annotations",
    "labels",
    "template",
    "containers",
    "initContainers",
    "name",
    "image",
    "env",
    "value",
    "resources",
    "limits",
    "requests",
    "memory",
    "securityContext",
    "capabilities",
    "add",
    "drop",
    "ports",
    "hostPort",
    "port",
    "volumes",
    "hostPath",
    "persistentVolumeClaim",
    "path",
    "selector",
    "matchLabels",
    "replicas",
    "rules",
    "host",
    "http",
    "paths",
    "tls",
    "hosts",
    "secretName",
    "verbs",
    "resourceNames",
    "apiGroups",
    "subjects",
    "roleRef",
    "ingress",
    "egress",
    "from",
    "to",
    "policyTypes",
    "podSelector",
    "suspend",
    "prune",
    "dependsOn",
    "interval",
    "valuesFrom",
    "versions",
    "storage",
    "retention",
    "version",
    "ref",
    "data",
    "values.yaml",
    "spec.x",
];

/// Texts that rules read something in.
const TEXTS: [&str; 24] = [
    "",
    "a",
    "***",
    "10Gi",
    "-1",
    "1e999",
    "0.0.0.0/0",
    "::/200",
    "10.0.0.0/-1",
    "nginx:1.2.3@sha256:x",
    "postgres:17",
    "postgres:99999999999999999999",
    "v.",
    "Host(`a`",
    "1h",
    "9999999999999999999d",
    "Delete",
    "true",
    "LoadBalancer",
    "*",
    "*/5 * * * *",
    "ö→…",
    ":@/",
    "2026.99999.1",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        proptest::sample::select(&TEXTS[..]).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 5, |inner| {
        prop_oneof![
            2 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            5 => proptest::collection::vec((proptest::sample::select(&KEYS[..]), inner), 0..6).prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
            }),
        ]
    })
}

/// Groups and kinds that rules know.
const KINDS: [(&str, &str); 34] = [
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("batch", "Job"),
    ("batch", "CronJob"),
    ("", "Pod"),
    ("", "Service"),
    ("", "ConfigMap"),
    ("", "Secret"),
    ("", "Namespace"),
    ("", "PersistentVolumeClaim"),
    ("", "PersistentVolume"),
    ("storage.k8s.io", "StorageClass"),
    ("networking.k8s.io", "Ingress"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("networking.k8s.io", "IngressClass"),
    ("gateway.networking.k8s.io", "HTTPRoute"),
    ("traefik.io", "IngressRoute"),
    ("traefik.io", "Middleware"),
    ("policy", "PodDisruptionBudget"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("kustomize.toolkit.fluxcd.io", "Kustomization"),
    ("helm.toolkit.fluxcd.io", "HelmRelease"),
    ("source.toolkit.fluxcd.io", "GitRepository"),
    ("source.toolkit.fluxcd.io", "OCIRepository"),
    ("postgresql.cnpg.io", "Cluster"),
    ("velero.io", "Schedule"),
    ("cert-manager.io", "Certificate"),
    ("cert-manager.io", "ClusterIssuer"),
    ("mongodbcommunity.mongodb.com", "MongoDBCommunity"),
    ("upgrade.cattle.io", "Plan"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
];

fn change() -> impl Strategy<Value = Change> {
    let kinds = [ChangeKind::Added, ChangeKind::Removed, ChangeKind::Changed, ChangeKind::Renamed];
    let field = (value(), value(), proptest::collection::vec(proptest::sample::select(&KEYS[..]), 0..5));
    let fields = proptest::collection::vec(field, 0..4);
    let of = (proptest::sample::select(&KINDS[..]), "[a-c]{0,1}", "[a-c]");
    (proptest::sample::select(kinds.to_vec()), of, value(), value(), fields, any::<[bool; 2]>()).prop_map(
        |(kind, ((group, kind_of), namespace, name), before, after, fields, [is_other, moved])| {
            let owner_kind = if is_other { OwnerKind::HelmRelease } else { OwnerKind::Kustomization };
            let owner = OwnerKey::new(owner_kind, &namespace, &name);
            let fields = fields.into_iter().map(|(before, after, keys)| FieldChange {
                kind: FieldKind::Changed,
                path: FieldPath::new(
                    keys.into_iter().map(|key| Segment::Key(key.to_owned())).collect::<Vec<_>>(),
                ),
                before: Some(before),
                after: Some(after),
                is_secret: false,
            });
            Change {
                kind,
                object: Identity { group: group.to_owned(), kind: kind_of.to_owned(), namespace, name },
                former_owner: moved.then(|| owner.clone()),
                owner,
                former_name: None,
                fields: fields.collect(),
                referrers: Vec::new(),
                before: (kind != ChangeKind::Added).then(|| Arc::new(before)),
                after: (kind != ChangeKind::Removed).then(|| Arc::new(after)),
            }
        },
    )
}

/// Owners that all make each other.
fn owner(change: &Change, is_there: bool) -> Owner {
    let state = OwnerState { maker: Some(change.owner.clone()), prunes: is_there, ..OwnerState::default() };
    Owner {
        key: change.owner.clone(),
        component: String::new(),
        before: Some(state.clone()),
        after: is_there.then_some(state),
    }
}

fn difference() -> impl Strategy<Value = Diff> {
    (proptest::collection::vec(change(), 0..6), any::<bool>()).prop_map(|(changes, is_there)| {
        let mut owners: Vec<Owner> = changes.iter().map(|change| owner(change, is_there)).collect();
        owners.sort_by(|a, b| a.key.cmp(&b.key));
        owners.dedup_by(|a, b| a.key == b.key);
        Diff { owners, changes, ..Diff::default() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_rule_panics_and_each_speaks_once_of_an_object(diff in difference()) {
        let risks = of(&diff);
        let mut told: Vec<_> = risks.iter().map(|risk| (&risk.object, &risk.owner, risk.code)).collect();
        told.sort();
        let count = told.len();
        told.dedup();
        prop_assert_eq!(told.len(), count);
        prop_assert!(risks.is_sorted());
    }

    #[test]
    fn what_changes_nothing_is_not_risky(object in value(), (group, kind) in proptest::sample::select(&KINDS[..])) {
        let object = Arc::new(object);
        let change = Change {
            kind: ChangeKind::Changed,
            owner: OwnerKey::new(OwnerKind::Entry, "", ""),
            object: Identity { group: group.to_owned(), kind: kind.to_owned(), namespace: String::new(), name: "a".to_owned() },
            former_owner: None,
            former_name: None,
            fields: Vec::new(),
            referrers: Vec::new(),
            before: Some(Arc::clone(&object)),
            after: Some(object),
        };
        let diff = Diff { changes: vec![change], ..Diff::default() };
        let subject = Subject::new(&diff);
        for rule in RULES.iter().filter(|rule| rule.code != "update/object-ignored") {
            prop_assert_eq!(rule.risks(&subject), []);
        }
    }
}
