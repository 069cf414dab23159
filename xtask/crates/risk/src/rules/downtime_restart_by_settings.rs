use flux::diff::Identity;

use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::listed;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/restart-by-settings",
    class: Class::Downtime,
    severity: Severity::Note,
    says: "Workloads start anew since settings that they read have another name.",
    why: "A name with a hash of the content is another one with each change, and pods that name it are made anew.",
    first: "Choose the hour if one of them has a single pod.",
    example: Example {
        of: r#"#- k/kustomization.yaml
resources: [d.yaml]
configMapGenerator: [{name: settings, namespace: shop, literals: [mode=<>]}]
#- k/d.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [], volumes: [{name: s, configMap: {name: settings}}]}}
"#,
        before: "slow",
        after: "fast",
        harmless: r#"slow]}]
labels: [{pairs: {tier: front}}]
# [["#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let pods = changed
        .change
        .referrers
        .iter()
        .filter(|it| crate::pods::template(it).is_some() && it.group == "apps");
    let names: Vec<String> = pods.map(Identity::to_string).collect();
    if !names.is_empty() {
        found.object(changed, format!("starts anew: {}", listed(names.iter().map(String::as_str))));
    }
}
