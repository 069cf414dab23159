use crate::changed::{Changed, at, items, text};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/host-path",
    class: Class::Privilege,
    severity: Severity::Danger,
    says: "Pods see a folder of the server.",
    why: "Through `/`, `/etc`, `/var/run` or a socket of the runtime they have the server; what they write there no quota and no \
          backup knows.",
    first: "Use a claim; for reading, mount the smallest folder with `readOnly: true`.",
    example: Example {
        of: deployment!(
            "",
            "volumes: [{name: a, hostPath: {path: <>}}]",
            "image: docker.io/nginx:1.29.2\n        readinessProbe: {tcpSocket: {port: 80}}\n        "
        ),
        before: "/var/log/pods",
        after: "/var/run",
        harmless: "/var/log/pods, type: Directory",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed) else { return };
    for (name, before, after) in pods.volumes() {
        let (old, new) = (text(before, "hostPath.path"), text(after, "hostPath.path"));
        if !new.is_empty() && new != old {
            let old = if old.is_empty() { "none" } else { old };
            found.at(changed, pods.path("volumes"), format!("volume {name}: hostPath {old} → {new}"));
        }
        if new.is_empty() {
            continue;
        }
        for container in pods.containers().into_iter().filter(|it| !it.before.is_null()) {
            let is_read_only = |object| {
                let mounts = items(at(object, "volumeMounts")).iter();
                let mut mounts = mounts.filter(|mount| text(mount, "name") == name);
                mounts.any(|mount| *at(mount, "readOnly") == true)
            };
            if is_read_only(container.before) && !is_read_only(container.after) {
                let is_mounted = items(at(container.after, "volumeMounts"))
                    .iter()
                    .any(|mount| text(mount, "name") == name);
                if is_mounted {
                    found.at(
                        changed,
                        container.path("volumeMounts"),
                        format!("container {} may write to {new}", container.name),
                    );
                }
            }
        }
    }
}
