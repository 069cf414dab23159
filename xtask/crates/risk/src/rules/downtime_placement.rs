use crate::changed::{Changed, at, items};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::shown;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/placement",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "Pods must run on other servers than before.",
    why: "Where no server fits, they wait; where their volume is on another server, they wait too.",
    first: "Look at the labels of the servers, and where the volumes are.",
    example: Example {
        of: deployment!(
            "",
            "nodeSelector: {<>}",
            "image: docker.io/nginx:1.29.2\n        readinessProbe: {tcpSocket: {port: 80}}"
        ),
        before: "disk: fast",
        after: "disk: slow",
        harmless: r#"disk: fast}
      dnsConfig: {"#,
    },
    check: Check::Object(check),
};

const FIELDS: [&str; 5] = [
    "nodeSelector",
    "nodeName",
    "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution",
    "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution",
    "schedulerName",
];

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed).filter(|_| changed.stays()) else { return };
    for keys in FIELDS {
        let (before, after) = (at(pods.before, keys), at(pods.after, keys));
        // Without it they may run anywhere.
        if before != after && !after.is_null() && changed.touches(&format!("{}.{keys}", pods.keys)) {
            found.at(changed, pods.path(keys), format!("{keys} {} → {}", shown(before), shown(after)));
        }
    }
    let tolerations = |pods| items(at(pods, "tolerations")).to_vec();
    let after = tolerations(pods.after);
    for gone in tolerations(pods.before).iter().filter(|it| !after.contains(it)) {
        found.at(changed, pods.path("tolerations"), format!("toleration {} is gone", shown(gone)));
    }
}
