use serde_json::{Value, json};

use crate::changed::{Changed, at, items, text};
use crate::pods::{Pods, pods, replicas};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/restart",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "The only pod of a workload is stopped before a new one answers.",
    why: "Nothing answers for as long as it takes to start.",
    first: "Choose the hour, and tell those who use it.",
    example: Example {
        of: stateful_set!("replicas: 1\n  <>"),
        before: "template: {metadata: {labels: {app: db}}, spec: {containers: [{name: main, image: docker.io/nginx:1.29.2, args: [one]}]}}",
        after: "template: {metadata: {labels: {app: db}}, spec: {containers: [{name: main, image: docker.io/nginx:1.29.2, args: [two]}]}}",
        harmless: r#"template: {metadata: {labels: {app: db}}, spec: {containers: [{name: main, image: docker.io/nginx:1.29.2, args: [one]}]}}
  minReadySeconds: 5"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed).filter(|_| changed.stays()) else { return };
    if changed.differs("spec.template").is_none()
        || replicas(changed.after) != 1
        || replicas(changed.before) == 0
    {
        return;
    }
    let why = match changed.change.object.kind.as_str() {
        "StatefulSet" if text(changed.after, "spec.updateStrategy.type") != "OnDelete" => {
            "a StatefulSet stops a pod before it starts the next"
        }
        "Deployment" => match stops(changed.after, &pods) {
            Some(why) => why,
            None => return,
        },
        _ => return,
    };
    found.field(changed, "spec.template", format!("its only pod is made anew: {why}"));
}

/// Why the only pod of a Deployment stops before the next one answers; none if it does not.
fn stops(deployment: &Value, pods: &Pods<'_>) -> Option<&'static str> {
    let rolling = at(deployment, "spec.strategy.rollingUpdate");
    let is_none = |value: &Value| *value == json!(0) || *value == "0" || *value == "0%";
    if text(deployment, "spec.strategy.type") == "Recreate" {
        return Some("strategy Recreate");
    }
    if is_none(at(rolling, "maxSurge")) {
        return Some("maxSurge is 0");
    }
    let unready =
        items(at(pods.after, "containers")).iter().all(|container| at(container, "readinessProbe").is_null());
    unready.then_some("no readiness probe says when the next one answers")
}
