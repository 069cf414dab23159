//! Every rule, one file each, sorted by code.

/// The example of a rule about pods: a Deployment with this image, and more lines of its container and behind it.
macro_rules! deployment {
    ($image:literal, $more:literal) => {
        concat!(
            "#- k/d.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: default}\nspec:\n  selector: \
             {matchLabels: {app: d}}\n  template:\n    metadata: {labels: {app: d}}\n    spec:\n      containers:\n      - name: \
             main\n        image: ",
            $image,
            "\n",
            $more
        )
    };
}

/// The examples of rules about what a Kustomization says: lines of its `spec`, four deep.
macro_rules! kustomization {
    ($more:literal) => {
        concat!(
            "#- k/ks.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: \
             flux-system}\nspec:\n  interval: 1h\n  prune: true\n  path: ./a\n  sourceRef: {kind: GitRepository, name: \
             flux-system}\n",
            $more,
            "\n#- a/c.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: default}\n"
        )
    };
}

/// The examples of rules about Ingresses: `files` and `www`, each with more lines of its `spec`.
macro_rules! ingress {
    ($files:literal, $www:literal) => {
        concat!(
            "#- k/i.yaml\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: files, namespace: default}\nspec:\n  \
             ingressClassName: nginx\n  defaultBackend: {service: {name: files, port: {number: 80}}}\n  ",
            $files,
            "\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: www, namespace: default}\nspec:\n  \
             ingressClassName: nginx\n  rules: [{host: www.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: \
             {name: www, port: {number: 80}}}}]}}]\n  ",
            $www,
            "\n"
        )
    };
}

/// The example of a rule about what the API server refuses: a kind, and an object of it with this `spec`.
macro_rules! thing {
    ($spec:literal) => {
        concat!(
            r#"#- k/thing.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec:
  group: example.org
  scope: Cluster
  names: {kind: Thing, plural: things}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [size]
            x-kubernetes-validations: [{rule: "!has(self.most) || self.size <= self.most", message: size is at most most}]
            properties:
              size: {type: integer}
              most: {type: integer}
              mode: {type: string, enum: [Fast, Safe]}
              parts: {type: array, x-kubernetes-list-type: set, items: {type: string}}
---
apiVersion: example.org/v1
kind: Thing
metadata: {name: a}
spec: "#,
            $spec,
            "\n"
        )
    };
}

/// The example of rules about sources: a HelmRelease with this one, and a source `own`.
macro_rules! release_from {
    ($source:literal) => {
        concat!(
            "#- k/r.yaml\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: \
             default}\nspec:\n  interval: 1h\n  install: {strategy: {name: RetryOnFailure}}\n  chart: {spec: {chart: c, version: 1.2.3, \
             sourceRef: {kind: HelmRepository, name: ",
            $source,
            "}}}\n---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: own, namespace: \
             default}\nspec: {interval: 1h, url: https://charts.example.org}\n"
        )
    };
}

/// The examples of rules about the platform's tree: the contract of a component, more lines of it, and other files.
macro_rules! component {
    ($more:literal) => {
        concat!("#- flux2/apps/blog/component.yaml\ntitle: Blog\ndescription: News for everybody.\n", $more)
    };
}

/// The examples of rules about overrides: a release whose schema knows two values, and what a cluster's override has.
macro_rules! override_of {
    ($values:literal) => {
        concat!(
            "#- flux2/apps/blog/component.yaml\ntitle: Blog\ndescription: News for everybody.\n#- \
             overrides/schemas/oas-blog-override.schema.json\n{\"type\": \"object\", \"properties\": {\"replicas\": {\"type\": \
             \"integer\"}, \"theme\": {\"type\": \"string\"}}}\n#- k/override.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: \
             oas-blog-override, namespace: default}\ndata:\n  values.yaml: |\n    ",
            $values,
            "\n"
        )
    };
}

mod api_duplicate;
mod api_missing_field;
mod api_rule;
mod api_type;
mod api_unknown_field;
mod api_value;
mod certificates_issuer;
mod flux_api_version;
mod flux_data;
mod flux_expression;
mod flux_floating_version;
mod flux_inline_values;
mod flux_install_not_retried;
mod flux_long_chain;
mod flux_not_gated;
mod flux_receiver_token;
mod flux_reference;
mod flux_short_interval;
mod flux_source_url;
mod flux_suspended;
mod flux_two_owners;
mod flux_value_set_twice;
mod flux_variables;
mod flux_version;
mod flux_wait_and_health_checks;
mod helm_null;
mod helm_random;
mod helm_unknown_value;
mod helm_values;
mod images_bitnami;
mod images_floating_tag;
mod ingress_backend;
mod ingress_certificate;
mod ingress_same_path;
mod ingress_tls;
mod kubernetes_switched_off;
mod kubernetes_unknown_kind;
mod namespace_missing;
mod overrides_unknown_key;
mod overrides_unread;
mod overrides_value;
mod pods_limits;
mod pods_priority_class;
mod pods_privileged;
mod pods_probes;
mod pods_reference;
mod pods_requests;
mod pods_security_context;
mod pods_selector;
mod pods_service_account;
mod prune_data;
mod secrets_plain;
mod secrets_variable;
mod tree_backup;
mod tree_contract;
mod tree_default;
mod tree_files;
mod tree_generated;
mod tree_kustomization;
mod tree_lock;
mod tree_one_release;
mod tree_registry;
mod tree_retries;
mod tree_unlisted_file;
mod tree_values;
mod tree_variable;
mod tree_variables_from;
mod update_chart_version;
mod update_generated;

pub(crate) use ingress_tls::is_ingress;
pub(crate) use pods_reference::references;

use crate::rule::Rule;

/// The code of the rule about `chart.lock`.
pub(crate) const LOCK: &str = tree_lock::RULE.code;

/// All rules, sorted by code.
pub static RULES: &[Rule] = &[
    api_duplicate::RULE,
    api_missing_field::RULE,
    api_rule::RULE,
    api_type::RULE,
    api_unknown_field::RULE,
    api_value::RULE,
    certificates_issuer::RULE,
    flux_api_version::RULE,
    flux_data::RULE,
    flux_expression::RULE,
    flux_floating_version::RULE,
    flux_inline_values::RULE,
    flux_install_not_retried::RULE,
    flux_long_chain::RULE,
    flux_not_gated::RULE,
    flux_receiver_token::RULE,
    flux_reference::RULE,
    flux_short_interval::RULE,
    flux_source_url::RULE,
    flux_suspended::RULE,
    flux_two_owners::RULE,
    flux_value_set_twice::RULE,
    flux_variables::RULE,
    flux_version::RULE,
    flux_wait_and_health_checks::RULE,
    helm_null::RULE,
    helm_random::RULE,
    helm_unknown_value::RULE,
    helm_values::RULE,
    images_bitnami::RULE,
    images_floating_tag::RULE,
    ingress_backend::RULE,
    ingress_certificate::RULE,
    ingress_same_path::RULE,
    ingress_tls::RULE,
    kubernetes_switched_off::RULE,
    kubernetes_unknown_kind::RULE,
    namespace_missing::RULE,
    overrides_unknown_key::RULE,
    overrides_unread::RULE,
    overrides_value::RULE,
    pods_limits::RULE,
    pods_priority_class::RULE,
    pods_privileged::RULE,
    pods_probes::RULE,
    pods_reference::RULE,
    pods_requests::RULE,
    pods_security_context::RULE,
    pods_selector::RULE,
    pods_service_account::RULE,
    prune_data::RULE,
    secrets_plain::RULE,
    secrets_variable::RULE,
    tree_backup::RULE,
    tree_contract::RULE,
    tree_default::RULE,
    tree_files::RULE,
    tree_generated::RULE,
    tree_kustomization::RULE,
    tree_lock::RULE,
    tree_one_release::RULE,
    tree_registry::RULE,
    tree_retries::RULE,
    tree_unlisted_file::RULE,
    tree_values::RULE,
    tree_variable::RULE,
    tree_variables_from::RULE,
    update_chart_version::RULE,
    update_generated::RULE,
];

#[cfg(test)]
pub(crate) mod tests;
