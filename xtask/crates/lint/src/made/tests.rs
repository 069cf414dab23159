use crate::rules::tests::lint;

/// A Deployment that needs the Secret `wanted`, and something else.
fn missing(other: &str) -> Vec<String> {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: default}\nspec:\n  template:\n    \
                      metadata: {labels: {app: d}}\n    spec:\n      containers:\n      - name: main\n        image: \
                      docker.io/nginx:1.29.2\n        envFrom: [{secretRef: {name: wanted}}]\n";
    let found = lint(&format!("#- k/a.yaml\n{deployment}---\n{other}"));
    found.into_iter().filter(|found| found.code == "pods/reference").map(|found| found.message).collect()
}

fn object(api: &str, kind: &str, name: &str, rest: &str) -> String {
    format!("apiVersion: {api}\nkind: {kind}\nmetadata: {{name: {name}, namespace: default}}\n{rest}\n")
}

#[test]
fn what_nobody_makes_is_missing() {
    let other = object("v1", "ConfigMap", "wanted", "");
    assert_eq!(missing(&other), ["Deployment default/d: it needs Secret default/wanted, which nobody makes"]);
    assert!(missing(&object("v1", "Secret", "wanted", "")).is_empty());
}

#[test]
fn operators_that_are_known_make_what_they_are_known_for() {
    let of = |kind: &str, group: &str, name: &str, spec: &str| {
        missing(&object(&format!("{group}/v1"), kind, name, spec)).len()
    };
    assert_eq!(of("Certificate", "cert-manager.io", "c", "spec: {secretName: wanted}"), 0);
    assert_eq!(of("Certificate", "cert-manager.io", "wanted", "spec: {secretName: c}"), 1);
    assert_eq!(of("ExternalSecret", "external-secrets.io", "wanted", "spec: {}"), 0);
    assert_eq!(of("ExternalSecret", "external-secrets.io", "wanted", "spec: {target: {name: c}}"), 1);
    assert_eq!(of("Cluster", "postgresql.cnpg.io", "want", ""), 0);
    assert_eq!(of("Cluster", "postgresql.cnpg.io", "other", ""), 1);
    assert_eq!(of("ServiceMonitor", "monitoring.coreos.com", "wanted", ""), 1);
}

#[test]
fn nothing_is_said_where_an_operator_is_not_known() {
    assert!(missing(&object("example.org/v1", "Thing", "t", "")).is_empty());
    let elsewhere = "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: t, namespace: flux-system}\n";
    assert_eq!(missing(elsewhere).len(), 1);
    assert!(missing("apiVersion: example.org/v1\nkind: ClusterThing\nmetadata: {name: t}\n").is_empty());
}

#[test]
fn nothing_is_said_where_not_everything_is_known() {
    let release = object(
        "helm.toolkit.fluxcd.io/v2",
        "HelmRelease",
        "r",
        "spec: {chart: {spec: {chart: c, version: 1.0.0, sourceRef: {kind: HelmRepository, name: a}}}}",
    );
    assert!(missing(&release).is_empty());
    let broken = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k, namespace: \
                  default}\nspec: {path: ./nowhere, sourceRef: {kind: GitRepository, name: flux-system}}\n";
    assert!(missing(broken).is_empty());
}

#[test]
fn a_job_that_may_make_secrets_is_taken_to_make_them() {
    let job = object(
        "batch/v1",
        "Job",
        "j",
        "spec: {template: {spec: {serviceAccountName: maker, containers: [{name: a, image: 'a:1.0.0'}]}}}",
    );
    let rbac = |verb: &str| {
        let role = object(
            "rbac.authorization.k8s.io/v1",
            "Role",
            "r",
            &format!("rules: [{{apiGroups: [''], resources: [secrets], verbs: [{verb}]}}]"),
        );
        let binding = object(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            "b",
            "roleRef: {kind: Role, name: r}\nsubjects: [{kind: ServiceAccount, name: maker, namespace: default}]",
        );
        format!("{job}---\n{role}---\n{binding}")
    };
    assert!(missing(&rbac("create")).is_empty());
    assert_eq!(missing(&rbac("get")).len(), 1);
}
