//! The files of a stand-in chart. JSON is YAML, and cannot be misread.

use serde_json::{Value, json};

use fleet::component::{Crd, StorageClass, Workload, WorkloadKind};

use super::{MARK, StandIn};

/// No registry has it: whoever sees it pulled knows that a stand-in went where it should not.
const IMAGE: &str = "registry.invalid/standin:0";

fn file(object: &Value) -> String {
    format!("{object:#}\n")
}

fn labels() -> Value {
    json!({
        MARK: "true",
        "app.kubernetes.io/instance": "{{ .Release.Name }}",
        "app.kubernetes.io/managed-by": "{{ .Release.Service }}",
        "app.kubernetes.io/name": "{{ .Chart.Name }}",
    })
}

pub(super) fn chart_yaml(description: &StandIn) -> String {
    let mut chart = json!({
        "apiVersion": "v2",
        "name": description.name,
        "version": description.version,
        "type": "application",
        "description": format!("Stand-in for the chart {}: same names, no content", description.name),
        "annotations": {MARK: "true"},
    });
    if !description.app_version.is_empty() {
        chart["appVersion"] = json!(description.app_version);
    }
    file(&chart)
}

pub(super) fn values_secret() -> String {
    file(&json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "{{ .Release.Name }}-standin-values",
            "namespace": "{{ .Release.Namespace }}",
            "labels": labels(),
        },
        "type": "Opaque",
        "data": {"values.yaml": "{{ toYaml .Values | b64enc }}"},
    }))
}

pub(super) fn crd(crd: &Crd) -> String {
    let versions = crd.versions.iter().enumerate().map(|(index, name)| {
        let mut version = json!({
            "name": name,
            "served": true,
            "storage": index == 0,
            "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
        });
        if crd.status {
            version["subresources"] = json!({"status": {}});
        }
        version
    });
    let mut annotations = json!({"helm.sh/resource-policy": "keep"});
    if crd.group.ends_with(".k8s.io") || crd.group.ends_with(".kubernetes.io") {
        annotations["api-approved.kubernetes.io"] = json!("unapproved, a stand-in");
    }
    file(&json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": format!("{}.{}", crd.plural, crd.group),
            "labels": {MARK: "true"},
            "annotations": annotations,
        },
        "spec": {
            "group": crd.group,
            "scope": crd.scope,
            "names": {
                "kind": crd.kind,
                "listKind": format!("{}List", crd.kind),
                "plural": crd.plural,
                "singular": crd.kind.to_lowercase(),
            },
            "versions": versions.collect::<Vec<_>>(),
        },
    }))
}

pub(super) fn workload(workload: &Workload, claims: &[String]) -> String {
    let selector = json!({"app.kubernetes.io/instance": "{{ .Release.Name }}", "openappstack.org/workload": workload.name});
    let mut pod_labels = labels();
    pod_labels["openappstack.org/workload"] = json!(workload.name);
    let mount = |(number, _): (usize, &String)| json!({"name": format!("data-{number}"), "mountPath": format!("/data/{number}")});
    let volume = |(number, claim): (usize, &String)| json!({"name": format!("data-{number}"), "persistentVolumeClaim": {"claimName": claim}});
    let mut container = json!({
        "name": "standin",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"memory": "16Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": true,
            "runAsNonRoot": true,
            "runAsUser": 65534,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    });
    let mut spec = json!({
        "selector": {"matchLabels": selector},
        "template": {
            "metadata": {"labels": pod_labels},
            "spec": {"automountServiceAccountToken": false, "containers": [&container]},
        },
    });
    if !claims.is_empty() {
        container["volumeMounts"] = claims.iter().enumerate().map(mount).collect();
        spec["template"]["spec"]["containers"] = json!([container]);
        spec["template"]["spec"]["volumes"] = claims.iter().enumerate().map(volume).collect();
    }
    if workload.kind != WorkloadKind::DaemonSet {
        spec["replicas"] = json!(1);
    }
    if workload.kind == WorkloadKind::StatefulSet {
        spec["serviceName"] = json!(workload.name);
    }
    file(&json!({
        "apiVersion": "apps/v1",
        "kind": workload.kind,
        "metadata": {"name": workload.name, "namespace": "{{ .Release.Namespace }}", "labels": labels()},
        "spec": spec,
    }))
}

pub(super) fn claim(name: &str) -> String {
    file(&json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": name,
            "namespace": "{{ .Release.Namespace }}",
            "labels": labels(),
            "annotations": {"helm.sh/resource-policy": "keep"},
        },
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }))
}

pub(super) fn storage_class(class: &StorageClass) -> String {
    file(&json!({
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": class.name,
            "labels": labels(),
            "annotations": {"storageclass.kubernetes.io/is-default-class": class.default.to_string()},
        },
        "provisioner": class.provisioner,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "WaitForFirstConsumer",
    }))
}

pub(super) fn ingress(host: &str) -> String {
    let backend = json!({"service": {"name": "{{ .Release.Name }}", "port": {"number": 80}}});
    file(&json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": host, "namespace": "{{ .Release.Namespace }}", "labels": labels()},
        "spec": {
            "ingressClassName": "nginx",
            "rules": [{"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}],
        },
    }))
}
