//! Objects: templates with holes, filled by chance.
//!
//! A text `@NAME` is a hole; a key that ends with `?` is there in two of five cases; a list that begins with `@some` holds one
//! to three of what follows.

use serde_json::{Map, Value, json};

use super::draw::Draw;
use super::scalars;

/// Names of objects: few, so that references and collisions come about.
pub const NAMES: &[&str] = &["web", "db", "cache", "a", "web-2"];
pub const NAMESPACES: &[&str] = &["prod", "default", "other"];
const IMAGES: &[&str] = &[
    "nginx",
    "nginx:1.19",
    "nginx:1.19@sha256:24a0c4b4",
    "repo.io:5000/a/nginx:v1",
    "busybox",
    "nginx@sha256:abc",
    "redis:$tag",
    "my-nginx:1",
];

/// Makes an object with holes.
type Template = fn() -> Value;

/// Kinds that are made, with the name that is counted.
const KINDS: &[(&str, Template)] = &[
    ("Deployment", deployment),
    ("Deployment", deployment),
    ("StatefulSet", stateful_set),
    ("DaemonSet", daemon_set),
    ("Job", job),
    ("CronJob", cron_job),
    ("Pod", || json!({"apiVersion": "v1", "kind": "Pod", "metadata": "@meta", "spec": pod()})),
    ("Service", service),
    ("Service", service),
    ("Ingress", ingress),
    (
        "ConfigMap",
        || json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": "@meta", "data?": "@data", "binaryData?": {"b": "aGk="}, "immutable?": true}),
    ),
    ("ConfigMap", || json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": "@meta", "data": "@data"})),
    (
        "Secret",
        || json!({"apiVersion": "v1", "kind": "Secret", "metadata": "@meta", "data?": {"p": "aGk="}, "stringData?": "@data", "type?": "Opaque"}),
    ),
    (
        "ServiceAccount",
        || json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": "@meta", "secrets?": ["@some", {"name": "@secret"}], "imagePullSecrets?": [{"name": "@secret"}]}),
    ),
    (
        "Role",
        || json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": "@meta", "rules": ["@some", {"apiGroups": [""], "resources": ["secrets"], "resourceNames?": ["@some", "@secret"], "verbs": ["get"]}]}),
    ),
    (
        "ClusterRole",
        || json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": "@meta", "rules?": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}], "aggregationRule?": {"clusterRoleSelectors": [{"matchLabels": "@labels"}]}}),
    ),
    (
        "RoleBinding",
        || json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": "@meta", "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "@roleKind", "name": "@name"}, "subjects": ["@some", "@subject"]}),
    ),
    (
        "ClusterRoleBinding",
        || json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": "@meta", "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "@name"}, "subjects?": ["@some", "@subject"]}),
    ),
    (
        "PersistentVolumeClaim",
        || json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": "@meta", "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName?": "@name", "volumeName?": "@name", "resources": {"requests": {"storage": "@quantity"}}}}),
    ),
    (
        "PersistentVolume",
        || json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": "@meta", "spec": {"capacity": {"storage": "@quantity"}, "storageClassName?": "@name", "claimRef?": {"name": "@name", "namespace": "@namespace"}, "csi?": {"driver": "x", "nodePublishSecretRef": {"name": "@secret", "namespace?": "@namespace"}}}}),
    ),
    (
        "StorageClass",
        || json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": "@meta", "provisioner": "x", "allowVolumeExpansion?": true}),
    ),
    (
        "Namespace",
        || json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "@namespace", "labels?": "@labels"}}),
    ),
    (
        "HorizontalPodAutoscaler",
        || json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": "@meta", "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "@scaled", "name": "@name"}, "minReplicas?": 1, "maxReplicas": 3, "metrics?": [{"type": "Resource", "resource": {"name": "cpu"}}]}}),
    ),
    (
        "PodDisruptionBudget",
        || json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": "@meta", "spec": {"minAvailable": "@int", "selector?": {"matchLabels": "@labels"}}}),
    ),
    (
        "NetworkPolicy",
        || json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": "@meta", "spec": {"podSelector": {"matchLabels?": "@labels"}, "ingress?": ["@some", {"from": [{"podSelector": {"matchLabels": "@labels"}}, {"namespaceSelector?": {"matchLabels": "@labels"}}]}], "egress?": [{"to": [{"podSelector": {"matchLabels": "@labels"}}]}]}}),
    ),
    (
        "CustomResourceDefinition",
        || json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "widgets.example.com", "labels?": "@labels"}, "spec": {"group": "example.com", "names": {"kind": "Widget", "plural": "widgets"}, "scope": "Namespaced", "conversion?": {"strategy": "Webhook", "webhook": {"clientConfig": {"service": {"name": "@name", "namespace": "@namespace", "path": "/c"}}}}, "versions": [{"name": "v1", "served": true, "storage": true, "schema?": {"openAPIV3Schema": {"type": "object"}}}]}}),
    ),
    (
        "APIService",
        || json!({"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "v1.example.com"}, "spec": {"group": "example.com", "version": "v1", "service": {"name": "@name", "namespace": "@namespace"}}}),
    ),
    (
        "ValidatingWebhookConfiguration",
        || json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": "@meta", "webhooks": ["@some", {"name": "@key", "clientConfig": {"service": {"name": "@name", "namespace?": "@namespace"}}}]}),
    ),
    (
        "MutatingWebhookConfiguration",
        || json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration", "metadata": "@meta", "webhooks": ["@some", {"name": "@key", "clientConfig": {"service": {"name": "@name", "namespace": "@namespace"}}}]}),
    ),
    ("custom resource", widget),
    ("custom resource", widget),
    (
        "HelmRelease",
        || json!({"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "metadata": "@meta", "spec": {"interval": "30m", "chart": {"spec": {"chart": "x", "version": "@any"}}, "valuesFrom?": ["@some", {"kind": "ConfigMap", "name": "@config"}], "values?": "@data"}}),
    ),
    (
        "List",
        || json!({"apiVersion": "v1", "kind": "List", "items": ["@some", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": "@meta", "data?": "@data"}]}),
    ),
    (
        "SomethingList",
        || json!({"apiVersion": "v1", "kind": "ConfigMapList", "items": ["@some", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": "@meta"}]}),
    ),
];

fn pod() -> Value {
    json!({
        "serviceAccountName?": "@name",
        "nodeSelector?": "@labels",
        "initContainers?": [container()],
        "containers": ["@some", container()],
        "volumes?": ["@some", "@volume"],
        "imagePullSecrets?": ["@some", {"name": "@secret"}],
        "tolerations?": ["@some", {"key": "@key", "operator?": "Exists", "effect?": "NoSchedule"}],
        "affinity?": {"podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution?": [{"weight": 1, "podAffinityTerm": {"labelSelector": {"matchLabels": "@labels"}, "topologyKey": "host"}}],
            "requiredDuringSchedulingIgnoredDuringExecution?": [{"labelSelector": {"matchLabels": "@labels"}, "topologyKey": "host"}]}},
        "topologySpreadConstraints?": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector?": {"matchLabels": "@labels"}}],
        "hostAliases?": [{"ip": "10.0.0.1", "hostnames": ["a"]}],
        "securityContext?": {"runAsUser": 1000, "sysctls?": [{"name": "a", "value": "1"}]},
        "restartPolicy?": "Never",
        "dnsConfig?": {"nameservers": ["1.1.1.1"]},
    })
}

fn container() -> Value {
    json!({
        "name": "@name",
        "image": "@image",
        "command?": ["sh", "-c", "@text"],
        "args?": ["@some", "@text"],
        "env?": ["@some", "@env"],
        "envFrom?": ["@some", "@envFrom"],
        "ports?": ["@some", {"containerPort": "@port", "name?": "@key", "protocol?": "@protocol"}],
        "volumeMounts?": ["@some", {"name": "@volumeName", "mountPath": "@mount", "subPath?": "@text"}],
        "resources?": {"limits": {"cpu": "@quantity", "memory": "@quantity"}},
        "livenessProbe?": {"httpGet": {"path": "/", "port": "@port"}, "initialDelaySeconds?": "@int"},
        "imagePullPolicy?": "Always",
        "tty?": "@bool",
    })
}

fn template() -> Value {
    json!({"metadata?": {"labels?": "@labels", "annotations?": "@data"}, "spec": pod()})
}

fn deployment() -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": "@meta", "spec": {
        "replicas?": "@int", "selector?": {"matchLabels": "@labels"}, "strategy?": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}, "template": template()}})
}

fn stateful_set() -> Value {
    json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": "@meta", "spec": {
        "replicas?": "@int", "serviceName": "@name", "selector?": {"matchLabels": "@labels"}, "template": template(),
        "volumeClaimTemplates?": ["@some", {"metadata": {"name": "@volumeName", "labels?": "@labels"}, "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName?": "@name"}}]}})
}

fn daemon_set() -> Value {
    json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": "@meta", "spec": {"selector?": {"matchLabels": "@labels"}, "template": template()}})
}

fn job() -> Value {
    json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": "@meta", "spec": {"template": template(), "backoffLimit?": "@int"}})
}

fn cron_job() -> Value {
    json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": "@meta", "spec": {"schedule": "* * * * *", "jobTemplate": {"metadata?": {"labels": "@labels"}, "spec": {"template": template()}}}})
}

fn service() -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": "@meta", "spec": {
        "selector?": "@labels", "type?": "ClusterIP", "clusterIP?": "None", "externalIPs?": ["1.2.3.4"],
        "ports": ["@some", {"port": "@port", "targetPort?": "@port", "name?": "@key", "protocol?": "@protocol"}]}})
}

fn ingress() -> Value {
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": "@meta", "spec": {
        "ingressClassName?": "@name", "defaultBackend?": {"service": {"name": "@name", "port": {"number": 80}}},
        "tls?": [{"hosts": ["a.example.com"], "secretName": "@secret"}],
        "rules?": ["@some", {"host": "a.example.com", "http": {"paths": ["@some", {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "@name", "port": {"number": "@port"}}}}]}}]}})
}

fn widget() -> Value {
    json!({"apiVersion": "example.com/v1", "kind": "@custom", "metadata": "@meta", "spec?": {
        "size?": "@int", "text?": "@any", "configRef?": {"name": "@config"}, "items?": ["@some", {"name": "@key", "value?": "@any"}], "list?": ["@some", "@any"],
        "containers?": [{"name": "@name", "image": "@image"}], "nested?": {"deep": {"er": "@any"}}, "json?": "@json", "data?": "@data", "@key?": "@any"}})
}

/// An object of any kind.
pub fn object(draw: &mut Draw) -> Value {
    let (name, template) = draw.pick(KINDS);
    draw.hit(name);
    fill(draw, &template())
}

/// Another object of the same kind, for patches and replaced parts.
pub fn another(draw: &mut Draw, like: &Value) -> Value {
    let same: Vec<Template> =
        KINDS.iter().filter(|(_, t)| t()["kind"] == like["kind"]).map(|(_, t)| *t).collect();
    let template = if same.is_empty() { widget } else { draw.pick(&same) };
    let mut other = fill(draw, &template());
    for field in ["apiVersion", "kind"] {
        other[field] = like[field].clone();
    }
    other
}

fn fill(draw: &mut Draw, template: &Value) -> Value {
    match template {
        Value::String(text) if text.starts_with('@') => hole(draw, text),
        Value::Object(map) => {
            let mut filled = Map::new();
            for (key, value) in map {
                let (key, is_optional) = key.strip_suffix('?').map_or((key.as_str(), false), |k| (k, true));
                if is_optional && !draw.chance(40) {
                    continue;
                }
                let key = if key == "@key" { scalars::key(draw) } else { key.to_owned() };
                filled.insert(key, fill(draw, value));
            }
            Value::Object(filled)
        }
        Value::Array(items) if items.first().is_some_and(|i| i == "@some") => {
            let count = if draw.chance(3) { 0 } else { draw.between(1, 3) };
            (0..count).map(|_| fill(draw, &items[1])).collect()
        }
        Value::Array(items) => items.iter().map(|i| fill(draw, i)).collect(),
        other => other.clone(),
    }
}

fn hole(draw: &mut Draw, name: &str) -> Value {
    match name {
        "@meta" => fill(
            draw,
            &json!({"name": "@name", "namespace?": "@namespace", "labels?": "@labels", "annotations?": "@annotations", "finalizers?": ["@some", "@key"], "generateName?": "@odd"}),
        ),
        "@name" | "@config" | "@secret" => {
            if draw.odd("odd name") {
                return draw.pick(&[
                    json!("1"),
                    json!("true"),
                    json!("n"),
                    scalars::raw("'web'"),
                    scalars::raw("\"web\""),
                    scalars::raw("1"),
                ]);
            }
            Value::from(draw.pick(NAMES))
        }
        "@namespace" => Value::from(draw.pick(NAMESPACES)),
        "@labels" => labels(draw),
        "@annotations" if draw.takes(2, "local-config annotation") => {
            json!({"config.kubernetes.io/local-config": draw.pick(&["true", "false", ""])})
        }
        "@annotations" | "@data" => data(draw),
        "@any" => scalars::any(draw),
        "@text" | "@odd" => scalars::text(draw),
        "@key" => Value::from(draw.pick(&["http", "metrics", "a", "b", "dns"])),
        "@int" => draw.pick(&[json!(1), json!(3), json!(0), scalars::raw("2"), json!("2")]),
        "@port" => draw.pick(&[json!(80), json!(80), json!(443), json!(8080), json!("http")]),
        "@bool" => draw.pick(&[json!(true), json!(false), scalars::raw("yes")]),
        "@protocol" => Value::from(draw.pick(&["TCP", "UDP"])),
        "@quantity" => draw.pick(&[json!("1Gi"), json!("500m"), json!(1), json!(0.5), json!("2")]),
        "@image" => Value::from(draw.pick(IMAGES)),
        "@custom" => Value::from(draw.pick(&["Widget", "Widget", "Gadget"])),
        "@roleKind" => Value::from(draw.pick(&["Role", "ClusterRole"])),
        "@scaled" => Value::from(draw.pick(&["Deployment", "StatefulSet"])),
        "@mount" => Value::from(draw.pick(&["/a", "/b", "/data"])),
        "@volumeName" => Value::from(draw.pick(&["config", "data", "tmp"])),
        "@json" => draw.pick(&[
            json!("{\"a\": 1, \"b\": {\"c\": \"x\"}}"),
            json!("a: 1\nb:\n  c: x\n"),
            json!("[1, 2]"),
            json!("{bad"),
        ]),
        "@subject" => {
            let subjects = [
                json!({"kind": "ServiceAccount", "name": "@name", "namespace": "@namespace"}),
                json!({"kind": "ServiceAccount", "name": "default"}),
                json!({"kind": "ServiceAccount", "name": "@name"}),
                json!({"kind": "User", "name": "@name", "apiGroup": "rbac.authorization.k8s.io"}),
            ];
            let subject = draw.pick(&subjects);
            fill(draw, &subject)
        }
        "@volume" => {
            let volumes = [
                json!({"name": "@volumeName", "configMap": {"name": "@config", "items?": [{"key": "a", "path": "b"}]}}),
                json!({"name": "@volumeName", "secret": {"secretName": "@secret"}}),
                json!({"name": "@volumeName", "persistentVolumeClaim": {"claimName": "@name"}}),
                json!({"name": "@volumeName", "emptyDir": {}}),
                json!({"name": "@volumeName", "projected": {"sources": [{"configMap": {"name": "@config"}}, {"secret": {"name": "@secret"}}]}}),
            ];
            let volume = draw.pick(&volumes);
            fill(draw, &volume)
        }
        "@env" => {
            let variables = [
                json!({"name": "@key", "value": "@text"}),
                json!({"name": "@key", "value?": "@any"}),
                json!({"name": "@key", "valueFrom": {"configMapKeyRef": {"name": "@config", "key": "a"}}}),
                json!({"name": "@key", "valueFrom": {"secretKeyRef": {"name": "@secret", "key": "a", "optional?": "@bool"}}}),
            ];
            let variable = draw.pick(&variables);
            fill(draw, &variable)
        }
        "@envFrom" => {
            let sources = [
                json!({"configMapRef": {"name": "@config"}}),
                json!({"secretRef": {"name": "@secret"}, "prefix?": "P_"}),
            ];
            let source = draw.pick(&sources);
            fill(draw, &source)
        }
        _ => Value::Null,
    }
}

pub fn labels(draw: &mut Draw) -> Value {
    let mut map = Map::new();
    for _ in 0..draw.between(1, 2) {
        let key = draw.pick(&["app", "tier", "app.kubernetes.io/name", "env"]);
        let value =
            if draw.chance(80) { Value::from(draw.pick(&["web", "db", "a"])) } else { scalars::text(draw) };
        map.insert(key.to_owned(), value);
    }
    Value::Object(map)
}

pub fn data(draw: &mut Draw) -> Value {
    let mut map = Map::new();
    for _ in 0..draw.between(0, 4) {
        let key = scalars::key(draw);
        map.insert(key, scalars::text(draw));
    }
    if draw.chance(5) {
        return Value::Null;
    }
    Value::Object(map)
}
