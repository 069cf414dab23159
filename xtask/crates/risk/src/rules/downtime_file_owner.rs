use crate::changed::{Changed, at, items};
use crate::pods::{pods, security};
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::shown;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/file-owner",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "A workload runs as another user or group.",
    why: "Files on its volumes belong to the old one: the new one may not read or write them.",
    first: "Change the owner of the files (`chown`) in an init container, or set `fsGroup`.",
    example: Example {
        of: deployment!(
            "",
            "securityContext: {runAsUser: <>}",
            "image: docker.io/nginx:1.29.2\n        readinessProbe: {tcpSocket: {port: 80}}\n      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]"
        ),
        before: "1000",
        after: "65533",
        harmless: "1000, fsGroupChangePolicy: OnRootMismatch",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed).filter(|_| changed.stays()) else { return };
    let has_claim =
        items(at(pods.after, "volumes")).iter().any(|volume| !at(volume, "persistentVolumeClaim").is_null())
            || !items(at(changed.after, "spec.volumeClaimTemplates")).is_empty();
    if !has_claim {
        return;
    }
    for field in ["runAsUser", "runAsGroup", "fsGroup"] {
        for container in pods.containers().into_iter().filter(|it| !it.before.is_null()) {
            let (before, after) = (
                security(pods.before, container.before, field),
                security(pods.after, container.after, field),
            );
            if before != after && !before.is_null() {
                let keys = format!("securityContext.{field}");
                found.at(changed, pods.path(&keys), format!("{field} {} → {}", shown(before), shown(after)));
                break;
            }
        }
    }
}
