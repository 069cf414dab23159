//! Every rule, one file each, sorted by code.

/// A Deployment with two pods: more lines of its `spec`, of its pods and of its container.
macro_rules! deployment {
    ($spec:literal, $pod:literal, $container:literal) => {
        concat!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  replicas: 2\n  selector: \
             {matchLabels: {app: web}}\n  ",
            $spec,
            "\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      ",
            $pod,
            "\n      containers:\n      - name: main\n        ",
            $container,
            "\n"
        )
    };
}

/// A StatefulSet: lines of its `spec` beside the selector.
macro_rules! stateful_set {
    ($spec:literal) => {
        concat!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: shop}\nspec:\n  selector: {matchLabels: {app: \
             db}}\n  ",
            $spec,
            "\n"
        )
    };
}

/// A Deployment with two pods that have these annotations.
macro_rules! pod_annotations {
    ($annotations:literal) => {
        concat!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  replicas: 2\n  selector: \
             {matchLabels: {app: web}}\n  template: {metadata: {labels: {app: web}, annotations: {",
            $annotations,
            "}}, spec: {containers: []}}\n"
        )
    };
}

/// A Kustomization `shop`: more lines of its `spec`, and objects that it makes.
macro_rules! kustomization {
    ($spec:literal, $objects:literal) => {
        concat!(
            "#- k/ks.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: shop, namespace: \
             flux-system}\nspec:\n  interval: 1h\n  path: ./shop\n  sourceRef: {kind: GitRepository, name: flux-system}\n  ",
            $spec,
            "\n#- shop/all.yaml\n",
            $objects,
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: shop}\n"
        )
    };
}

/// A HelmRelease `web`: more lines of its `spec`; a source `own`.
macro_rules! release {
    ($spec:literal) => {
        concat!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: own, namespace: shop}\nspec: {interval: \
             1h, url: 'https://charts.example.org'}\n---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: \
             web, namespace: shop}\nspec:\n  interval: 1h\n  ",
            $spec,
            "\n"
        )
    };
}

/// An object that Kustomization `shop` makes at first and then `blog`; harmless is that it gets a label where it is.
macro_rules! moved {
    ($object:literal) => {
        crate::rule::Example {
            of: concat!(
            "#- k/ks.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: blog, namespace: \
             flux-system}\nspec: {interval: 1h, prune: true, path: ./blog, sourceRef: {kind: GitRepository, name: \
             flux-system}}\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: shop, namespace: \
             flux-system}\nspec: {interval: 1h, prune: true, path: ./shop, sourceRef: {kind: GitRepository, name: flux-system}}\n#- \
             data/data.yaml\n",
            $object,
            "#- data/kustomization.yaml\nresources: [data.yaml]\n#- shop/data.yaml\n",
            $object,
            "#- shop/c.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: shop}\n#- blog/c.yaml\napiVersion: \
             v1\nkind: ConfigMap\nmetadata: {name: c, namespace: blog}\n#- shop/kustomization.yaml\nresources: [<>]\n"
            ),
            before: "c.yaml, data.yaml]\n#- blog/kustomization.yaml\nresources: [c.yaml",
            after: "c.yaml]\n#- blog/kustomization.yaml\nresources: [c.yaml, ../data",
            harmless: "c.yaml, data.yaml]\nlabels: [{pairs: {tier: shop}}]\n#- blog/kustomization.yaml\nresources: [c.yaml",
        }
    };
}

mod data_app_removed;
mod data_backup_annotations;
mod data_backup_excludes;
mod data_backup_key;
mod data_backup_removed;
mod data_claim_removed;
mod data_claim_replaced;
mod data_claim_retention;
mod data_claim_shrunk;
mod data_claim_templates;
mod data_database_chart;
mod data_database_major;
mod data_database_removed;
mod data_database_storage;
mod data_definition_removed;
mod data_deletion_policy;
mod data_force;
mod data_generator_removed;
mod data_keep_removed;
mod data_moved;
mod data_namespace_removed;
mod data_persistence_off;
mod data_prune_on;
mod data_reclaim_policy;
mod data_release_moved;
mod data_retention_shortened;
mod data_unsaved_documents;
mod data_volume_source;
mod data_volume_type;
mod downtime_certificate;
mod downtime_cluster_ip;
mod downtime_database_refused;
mod downtime_disruption_budget;
mod downtime_file_owner;
mod downtime_host_removed;
mod downtime_immutable_data;
mod downtime_ingress_class;
mod downtime_issuer;
mod downtime_job_template;
mod downtime_limit_lowered;
mod downtime_path_removed;
mod downtime_placement;
mod downtime_priority;
mod downtime_priority_class;
mod downtime_probe_removed;
mod downtime_recreate;
mod downtime_replicas_zero;
mod downtime_request_raised;
mod downtime_restart;
mod downtime_restart_by_settings;
mod downtime_role_ref;
mod downtime_selector;
mod downtime_service_removed;
mod downtime_service_selector;
mod downtime_stateful_set;
mod downtime_storage_class;
mod downtime_webhook;
mod downtime_workload_removed;
mod exposure_allow_list;
mod exposure_auth_removed;
mod exposure_network_policy_loosened;
mod exposure_network_policy_removed;
mod exposure_new_host;
mod exposure_redirect_added;
mod exposure_secret_in_plain;
mod exposure_service_type;
mod exposure_tls_removed;
mod privilege_binding;
mod privilege_capabilities;
mod privilege_cluster_admin;
mod privilege_flux_service_account;
mod privilege_host_namespaces;
mod privilege_host_path;
mod privilege_host_port;
mod privilege_pod_security;
mod privilege_privileged;
mod privilege_rbac_added;
mod privilege_rbac_dangerous;
mod privilege_security_context;
mod privilege_service_account;
mod privilege_token;
mod update_chart_downgrade;
mod update_chart_major;
mod update_chart_source;
mod update_chart_version;
mod update_decryption_removed;
mod update_definition_version;
mod update_definitions_skipped;
mod update_depends_on;
mod update_digest_removed;
mod update_fails;
mod update_image_downgrade;
mod update_image_floating;
mod update_image_major;
mod update_image_registry;
mod update_image_version;
mod update_interval;
mod update_mended;
mod update_object_ignored;
mod update_on_delete;
mod update_orphaned;
mod update_owner_changed;
mod update_owner_suspended;
mod update_prune_off;
mod update_readiness;
mod update_remediation;
mod update_resumed;
mod update_source;
mod update_source_floating;
mod update_stop;
mod update_suspended;
mod update_values_source;
mod update_verification_removed;

use crate::rule::Rule;

/// All rules, sorted by code.
pub static RULES: &[Rule] = &[
    data_app_removed::RULE,
    data_backup_annotations::RULE,
    data_backup_excludes::RULE,
    data_backup_key::RULE,
    data_backup_removed::RULE,
    data_claim_removed::RULE,
    data_claim_replaced::RULE,
    data_claim_retention::RULE,
    data_claim_shrunk::RULE,
    data_claim_templates::RULE,
    data_database_chart::RULE,
    data_database_major::RULE,
    data_database_removed::RULE,
    data_database_storage::RULE,
    data_definition_removed::RULE,
    data_deletion_policy::RULE,
    data_force::RULE,
    data_generator_removed::RULE,
    data_keep_removed::RULE,
    data_moved::RULE,
    data_namespace_removed::RULE,
    data_persistence_off::RULE,
    data_prune_on::RULE,
    data_reclaim_policy::RULE,
    data_release_moved::RULE,
    data_retention_shortened::RULE,
    data_unsaved_documents::RULE,
    data_volume_source::RULE,
    data_volume_type::RULE,
    downtime_certificate::RULE,
    downtime_cluster_ip::RULE,
    downtime_database_refused::RULE,
    downtime_disruption_budget::RULE,
    downtime_file_owner::RULE,
    downtime_host_removed::RULE,
    downtime_immutable_data::RULE,
    downtime_ingress_class::RULE,
    downtime_issuer::RULE,
    downtime_job_template::RULE,
    downtime_limit_lowered::RULE,
    downtime_path_removed::RULE,
    downtime_placement::RULE,
    downtime_priority::RULE,
    downtime_priority_class::RULE,
    downtime_probe_removed::RULE,
    downtime_recreate::RULE,
    downtime_replicas_zero::RULE,
    downtime_request_raised::RULE,
    downtime_restart::RULE,
    downtime_restart_by_settings::RULE,
    downtime_role_ref::RULE,
    downtime_selector::RULE,
    downtime_service_removed::RULE,
    downtime_service_selector::RULE,
    downtime_stateful_set::RULE,
    downtime_storage_class::RULE,
    downtime_webhook::RULE,
    downtime_workload_removed::RULE,
    exposure_allow_list::RULE,
    exposure_auth_removed::RULE,
    exposure_network_policy_loosened::RULE,
    exposure_network_policy_removed::RULE,
    exposure_new_host::RULE,
    exposure_redirect_added::RULE,
    exposure_secret_in_plain::RULE,
    exposure_service_type::RULE,
    exposure_tls_removed::RULE,
    privilege_binding::RULE,
    privilege_capabilities::RULE,
    privilege_cluster_admin::RULE,
    privilege_flux_service_account::RULE,
    privilege_host_namespaces::RULE,
    privilege_host_path::RULE,
    privilege_host_port::RULE,
    privilege_pod_security::RULE,
    privilege_privileged::RULE,
    privilege_rbac_added::RULE,
    privilege_rbac_dangerous::RULE,
    privilege_security_context::RULE,
    privilege_service_account::RULE,
    privilege_token::RULE,
    update_chart_downgrade::RULE,
    update_chart_major::RULE,
    update_chart_source::RULE,
    update_chart_version::RULE,
    update_decryption_removed::RULE,
    update_definition_version::RULE,
    update_definitions_skipped::RULE,
    update_depends_on::RULE,
    update_digest_removed::RULE,
    update_fails::RULE,
    update_image_downgrade::RULE,
    update_image_floating::RULE,
    update_image_major::RULE,
    update_image_registry::RULE,
    update_image_version::RULE,
    update_interval::RULE,
    update_mended::RULE,
    update_object_ignored::RULE,
    update_on_delete::RULE,
    update_orphaned::RULE,
    update_owner_changed::RULE,
    update_owner_suspended::RULE,
    update_prune_off::RULE,
    update_readiness::RULE,
    update_remediation::RULE,
    update_resumed::RULE,
    update_source::RULE,
    update_source_floating::RULE,
    update_stop::RULE,
    update_suspended::RULE,
    update_values_source::RULE,
    update_verification_removed::RULE,
];
