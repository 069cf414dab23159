use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "exposure/network-policy-removed",
    class: Class::Exposure,
    severity: Severity::Danger,
    says: "A NetworkPolicy is deleted.",
    why: "Pods that no other policy selects can be reached by every pod, and reach everything.",
    first: "Make sure that another policy selects the same pods.",
    example: Example {
        of: kustomization!("prune: true", "<>"),
        before: r#"apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec: {podSelector: {}}
---
"#,
        after: "",
        harmless: r#"apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop, labels: {tier: db}}
spec: {podSelector: {}}
---
"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let kinds = [
        ("networking.k8s.io", "NetworkPolicy"),
        ("cilium.io", "CiliumNetworkPolicy"),
        ("cilium.io", "CiliumClusterwideNetworkPolicy"),
        ("projectcalico.org", "NetworkPolicy"),
        ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ];
    if changed.is_one_of(&kinds) && changed.is_deleted_alone() {
        found.object(changed, "it is deleted");
    }
}
