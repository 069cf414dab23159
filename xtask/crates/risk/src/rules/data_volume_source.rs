use serde_json::Value;

use crate::changed::{Changed, at, items, text};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/volume-source",
    class: Class::DataLoss,
    severity: Severity::Caution,
    says: "A workload no longer uses the volume that it used.",
    why: "It starts with an empty one, or with none; what was stored stays in the old claim, and is not seen.",
    first: "Copy the data to the new volume while the workload is stopped.",
    example: Example {
        of: deployment!(
            "",
            "volumes: [{name: data, <>}]",
            "image: docker.io/nginx:1.29.2\n        readinessProbe: {tcpSocket: {port: 80}}"
        ),
        before: "persistentVolumeClaim: {claimName: data}",
        after: "emptyDir: {}",
        harmless: "persistentVolumeClaim: {claimName: data, readOnly: true}",
    },
    check: Check::Object(check),
};

const KEPT: [&str; 4] = ["persistentVolumeClaim", "hostPath", "nfs", "csi"];

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed).filter(|_| changed.stays()) else { return };
    for old in items(at(pods.before, "volumes")) {
        let name = text(old, "name");
        let Some(was) = source(old) else { continue };
        let new = items(at(pods.after, "volumes")).iter().find(|new| text(new, "name") == name);
        let is = new.map_or_else(
            || "gone".to_owned(),
            |new| source(new).unwrap_or_else(|| "another sort".to_owned()),
        );
        // The claims of a StatefulSet are put there by its controller.
        let is_template = items(at(changed.after, "spec.volumeClaimTemplates"))
            .iter()
            .any(|it| text(it, "metadata.name") == name);
        if was != is && !is_template {
            found.at(changed, pods.path("volumes"), format!("volume {name}: {was} → {is}"));
        }
    }
}

fn source(volume: &Value) -> Option<String> {
    let kind = KEPT.into_iter().find(|kind| !at(volume, kind).is_null())?;
    let of = at(volume, kind);
    let name =
        ["claimName", "path", "driver"].into_iter().map(|key| text(of, key)).find(|name| !name.is_empty());
    Some(format!("{kind} {}", name.unwrap_or_default()))
}
