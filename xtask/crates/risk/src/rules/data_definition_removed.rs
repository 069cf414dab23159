use crate::changed::{Changed, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/definition-removed",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "The definition of a kind is deleted.",
    why: "The API server deletes every object of that kind in the whole cluster with it, and their operators what belongs to \
          those.",
    first: "Look at what there is of the kind (`kubectl get KIND -A`), and keep the definition with `prune: disabled`.",
    example: Example {
        of: kustomization!("prune: true", "<>"),
        before: r#"apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec: {group: example.org, names: {kind: Thing, plural: things}, scope: Cluster, versions: []}
---
"#,
        after: "",
        harmless: r#"apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org, labels: {tier: apis}}
spec: {group: example.org, names: {kind: Thing, plural: things}, scope: Cluster, versions: []}
---
"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.is("apiextensions.k8s.io", "CustomResourceDefinition") && changed.is_deleted() {
        let kind = text(changed.before, "spec.names.kind");
        found.object(changed, format!("it is deleted, and every {kind} in the cluster"));
    }
}
