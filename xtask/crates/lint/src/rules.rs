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

mod api_duplicate;
mod api_missing_field;
mod api_rule;
mod api_type;
mod api_unknown_field;
mod api_value;
mod flux_api_version;
mod flux_floating_version;
mod flux_inline_values;
mod flux_install_not_retried;
mod flux_not_gated;
mod flux_two_owners;
mod flux_value_set_twice;
mod flux_wait_and_health_checks;
mod helm_null;
mod images_bitnami;
mod images_floating_tag;
mod kubernetes_switched_off;
mod kubernetes_unknown_kind;
mod namespace_missing;
mod pods_privileged;
mod pods_reference;
mod pods_requests;
mod prune_data;
mod secrets_plain;

use crate::rule::Rule;

/// All rules, sorted by code.
pub static RULES: &[Rule] = &[
    api_duplicate::RULE,
    api_missing_field::RULE,
    api_rule::RULE,
    api_type::RULE,
    api_unknown_field::RULE,
    api_value::RULE,
    flux_api_version::RULE,
    flux_floating_version::RULE,
    flux_inline_values::RULE,
    flux_install_not_retried::RULE,
    flux_not_gated::RULE,
    flux_two_owners::RULE,
    flux_value_set_twice::RULE,
    flux_wait_and_health_checks::RULE,
    helm_null::RULE,
    images_bitnami::RULE,
    images_floating_tag::RULE,
    kubernetes_switched_off::RULE,
    kubernetes_unknown_kind::RULE,
    namespace_missing::RULE,
    pods_privileged::RULE,
    pods_reference::RULE,
    pods_requests::RULE,
    prune_data::RULE,
    secrets_plain::RULE,
];

#[cfg(test)]
mod tests;
