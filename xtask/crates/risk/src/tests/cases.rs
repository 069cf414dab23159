//! What examples of single rules do not show: what is told once, what is left out, and further cases of rules.

use super::{codes, risks};
use crate::{RULES, Risk, Severity, rule};

fn reason(risks: &[Risk], code: &str) -> String {
    risks.iter().find(|risk| risk.code == code).map(|risk| risk.reason.clone()).unwrap_or_default()
}

/// A Kustomization that prunes, with these objects in its folder.
fn shop(spec: &str, objects: &str) -> String {
    format!(
        "#- k/ks.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: shop, namespace: \
         flux-system}}\nspec: {{interval: 1h, path: ./shop, sourceRef: {{kind: GitRepository, name: flux-system}}, {spec}}}\n#- \
         shop/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c, namespace: shop}}\n---\n{objects}"
    )
}

const CLAIM: &str =
    "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: shop}\nspec: {}\n---\n";
const NAMESPACE: &str = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n";

#[test]
fn a_claim_that_goes_with_its_namespace_is_told_once() {
    let before = shop("prune: true", &format!("{NAMESPACE}{CLAIM}"));
    let found = risks(&before, &shop("prune: true", ""));
    assert_eq!(found.iter().map(|risk| risk.code).collect::<Vec<_>>(), ["data/namespace-removed"]);
    assert_eq!(
        found[0].reason,
        "Namespace shop: it is deleted, and everything in it, 1 claim among it: data"
    );
}

#[test]
fn an_object_that_goes_with_its_kind_is_told_once() {
    let kind = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: \
                clusters.postgresql.cnpg.io}\nspec: {group: postgresql.cnpg.io, names: {kind: Cluster}}\n---\n";
    let object =
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: db, namespace: shop}\n---\n";
    let found = codes(&shop("prune: true", &format!("{kind}{object}")), &shop("prune: true", ""));
    assert_eq!(found, ["data/definition-removed"]);
}

#[test]
fn what_is_kept_is_no_loss_but_an_orphan() {
    let kept = CLAIM.replace(
        "namespace: shop",
        "namespace: shop, annotations: {kustomize.toolkit.fluxcd.io/prune: Disabled}",
    );
    assert_eq!(codes(&shop("prune: true", &kept), &shop("prune: true", "")), ["update/orphaned"]);
    assert_eq!(codes(&shop("prune: false", CLAIM), &shop("prune: false", "")), ["update/orphaned"]);
    assert_eq!(codes(&shop("prune: true", CLAIM), &shop("prune: true", "")), ["data/claim-removed"]);
}

#[test]
fn with_an_application_go_its_claims_unless_its_policy_says_otherwise() {
    let other = "#- k/c.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: here, namespace: shop}\n";
    let gone = |spec: &str| codes(&format!("{}{other}", shop(spec, CLAIM)), other);
    assert_eq!(gone("prune: true"), ["data/app-removed", "data/claim-removed"]);
    assert_eq!(gone("prune: false, deletionPolicy: Delete"), ["data/app-removed", "data/claim-removed"]);
    assert_eq!(gone("prune: true, deletionPolicy: Orphan"), ["update/orphaned"]);
    assert_eq!(gone("prune: false"), ["update/orphaned"]);
    assert_eq!(gone("prune: true, suspend: true"), ["update/orphaned"]);
}

#[test]
fn a_removed_application_tells_of_no_downtime_of_its_own() {
    let rest = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web, namespace: shop}\n---\napiVersion: \
                v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n---\napiVersion: networking.k8s.io/v1\nkind: \
                Ingress\nmetadata: {name: web, namespace: shop}\nspec: {rules: [{host: www.example.org}]}\n---\napiVersion: \
                apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n";
    let other = "#- k/c.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: here, namespace: shop}\n";
    assert_eq!(codes(&format!("{}{other}", shop("prune: true", rest)), other), ["data/app-removed"]);
    let expected = [
        "downtime/host-removed",
        "downtime/disruption-budget",
        "downtime/service-removed",
        "downtime/workload-removed",
    ];
    assert_eq!(codes(&shop("prune: true", rest), &shop("prune: true", "")), expected);
}

#[test]
fn a_database_s_new_major_version_is_told_as_loss_of_data_alone() {
    let before = rule("data/database-major").unwrap().example.with("17.2-alpine");
    let found = codes(&before, &before.replace("17.2-alpine", "18.0-alpine"));
    assert!(
        found.contains(&"data/database-major") && !found.iter().any(|code| code.starts_with("update/")),
        "{found:?}"
    );
}

#[test]
fn a_host_that_moves_to_another_object_is_neither_gone_nor_new() {
    let ingress = |name: &str, host: &str| {
        format!(
            "#- k/{name}.yaml\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{rules: [{{host: {host}.example.org}}]}}\n"
        )
    };
    let before = format!("{}{}", ingress("a", "one"), ingress("b", "two"));
    assert_eq!(codes(&before, &format!("{}{}", ingress("a", "two"), ingress("b", "one"))), [""; 0]);
    assert_eq!(codes(&before, &ingress("a", "one")), ["downtime/host-removed"]);
}

#[test]
fn the_most_dangerous_comes_first() {
    let before = format!(
        "{CLAIM}apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: shop}}\nspec: {{replicas: 2, template: {{spec: {{containers: [{{name: a, image: 'docker.io/nginx:1.29.2'}}]}}}}}}\n"
    );
    let after = before
        .replace(CLAIM, "")
        .replace("1.29.2", "1.29.3")
        .replace("replicas: 2", "replicas: 3, paused: true");
    let found = risks(&before, &after);
    let told: Vec<_> = found.iter().map(|risk| (risk.severity, risk.code)).collect();
    let expected = [
        (Severity::Danger, "data/claim-removed"),
        (Severity::Caution, "update/on-delete"),
        (Severity::Note, "update/image-version"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn several_places_of_an_object_are_one_risk() {
    let pods = |value: bool| {
        let container = |name: &str| {
            format!(
                "{{name: {name}, image: 'docker.io/nginx:1.29.2', securityContext: {{privileged: {value}}}}}"
            )
        };
        let all: Vec<String> = ["a", "b", "c", "d", "e"].map(container).to_vec();
        format!(
            "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: web, namespace: shop}}\nspec: {{template: {{spec: {{containers: [{}]}}}}}}\n",
            all.join(", ")
        )
    };
    let found = risks(&pods(false), &pods(true));
    assert_eq!(found.iter().map(|risk| risk.code).collect::<Vec<_>>(), ["privilege/privileged"]);
    assert_eq!(
        found[0].reason,
        "DaemonSet shop/web: container a becomes privileged; container b becomes privileged; container c becomes privileged; and 2 more"
    );
    assert_eq!(found[0].path.to_string(), "spec.template.spec.containers[name=a].securityContext.privileged");
}

#[test]
fn no_value_of_a_secret_is_in_a_risk() {
    let shows = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: velero-repo-credentials, namespace: velero}}\nstringData: {{retention: \
             '{value}', password: '{value}'}}\nimmutable: true\n"
        )
    };
    let found = risks(&shows("marked-30d"), &shows("marked-7d"));
    assert!(!found.is_empty());
    assert!(!serde_json::to_string(&found).unwrap().contains("marked"), "{found:?}");
}

#[test]
fn who_waits_in_a_circle_or_for_what_is_suspended_is_told() {
    let ks = |name: &str, rest: &str| {
        format!(
            "#- k/{name}.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec: {{interval: 1h, prune: true, path: ./{name}, sourceRef: {{kind: GitRepository, name: flux-system}}{rest}}}\n#- {name}/c.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: shop}}\n"
        )
    };
    let before = format!("{}{}", ks("a", ""), ks("b", ", dependsOn: [{name: a}]"));
    let circle = format!("{}{}", ks("a", ", dependsOn: [{name: b}]"), ks("b", ", dependsOn: [{name: a}]"));
    assert!(codes(&before, &circle).contains(&"update/depends-on"));
    let suspended = format!("{}{}", ks("a", ", suspend: true"), ks("b", ", dependsOn: [{name: a}]"));
    let found = risks(&before, &suspended);
    assert_eq!(
        reason(&found, "update/depends-on"),
        "Kustomization flux-system/b: it waits for Kustomization flux-system/a, which is suspended"
    );
    // It waited for that already.
    let more = format!(
        "{suspended}#- k/more.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: more, namespace: shop}}\n"
    );
    assert_eq!(codes(&suspended, &more), [""; 0]);
}

#[test]
fn steps_that_must_not_be_skipped_may_be_taken_one_by_one() {
    let image = |reference: &str| rule("update/stop").unwrap().example.of.replace("<>", reference);
    let stops = |before: &str, after: &str| codes(&image(before), &image(after)).contains(&"update/stop");
    for (name, before, next, far) in [
        ("docker.io/nextcloud", "32.0.1", "33.0.1", "34.0.1"),
        ("docker.io/mongo", "7.0.1", "8.0.1", "9.0.1"),
        ("docker.io/rocketchat/rocket.chat", "7.1.0", "8.6.1", "9.0.0"),
        ("ghcr.io/goauthentik/server", "2026.2.1", "2026.5.0", "2026.8.0"),
        ("ghcr.io/goauthentik/server", "2025.12.1", "2026.2.0", "2026.5.0"),
    ] {
        let at = |tag: &str| format!("{name}:{tag}");
        assert!(!stops(&at(before), &at(next)), "{name} {before} {next}");
        assert!(stops(&at(before), &at(far)), "{name} {before} {far}");
    }
    assert!(!stops("ghcr.io/other/server:1.0.0", "ghcr.io/other/server:2.9.0"));
}

#[test]
fn the_allow_list_in_the_values_of_an_override_is_looked_at() {
    let values = |range: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: oas-nginx-override, namespace: oas}}\ndata:\n  values.yaml: |\n    controller: {{config: {{whitelist-source-range: '{range}'}}}}\n"
        )
    };
    assert_eq!(codes(&values("10.0.0.0/8"), &values("10.0.0.0/8,192.168.0.0/16")), ["exposure/allow-list"]);
    assert_eq!(codes(&values("10.0.0.0/8"), &values("10.9.0.0/16")), [""; 0]);
}

#[test]
fn every_class_of_the_list_of_dangers_has_its_rules() {
    // Data, rights, availability, fields that cannot change, and what Flux does: the list of konflate.
    for code in [
        "data/claim-templates",
        "data/claim-replaced",
        "data/claim-shrunk",
        "downtime/selector",
        "downtime/role-ref",
        "update/owner-suspended",
        "update/orphaned",
        "update/resumed",
        "privilege/rbac-dangerous",
    ] {
        assert!(RULES.iter().any(|rule| rule.code == code), "{code}");
    }
}

#[test]
fn the_images_in_a_release_s_own_values_are_looked_at_where_its_chart_is_not() {
    let release = |tag: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web, namespace: shop}}\nspec: {{interval: \
             1h, values: {{db: {{image: {{repository: docker.io/library/postgres, tag: {tag}}}}}}}}}\n"
        )
    };
    let found = risks(&release("17.2"), &release("18.1"));
    assert_eq!(reason(&found, "data/database-major"), "HelmRelease shop/web: postgres 17.2 → postgres 18.1");
    assert_eq!(found[0].path.to_string(), "spec.values.db.image.tag");
    assert_eq!(codes(&release("17.2"), &release("17.3")), ["update/image-version"]);
}
