use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, at, items, text};

pub(super) const RULE: Rule = Rule {
    code: "pods/privileged",
    severity: Severity::Warning,
    says: "A container is privileged, may do what only the host's root may, or shares its processes, network or files.",
    why: "Whoever breaks into it owns the server.",
    failing: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
        securityContext: {privileged: true}
"#
    ),
    fixed: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
"#
    ),
    check: Check::Object(check),
};

/// Capabilities that are as good as root on the host.
const CAPABILITIES: [&str; 7] =
    ["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "SYS_BOOT"];

/// Folders and sockets of the host that give it away to whoever writes to them.
const HOST: [&str; 8] = [
    "",
    "/etc",
    "/root",
    "/run/containerd/containerd.sock",
    "/run/docker.sock",
    "/usr",
    "/var/lib/kubelet",
    "/var/run/docker.sock",
];

fn check(object: &Object<'_>, found: &mut Found) {
    for (name, container) in object.containers() {
        let privileged = container.get("securityContext").and_then(|context| context.get("privileged"));
        if let Some(at) = privileged.filter(|at| at.value_text() == "true") {
            let message = format!("{}: container `{name}` is privileged", object.title());
            found.at(object.place(at), message, "name the capabilities that it needs");
        }
    }
    for (name, container) in object.containers() {
        for added in items(container, &["securityContext", "capabilities", "add"]) {
            let capability = added.value_text();
            if CAPABILITIES.contains(&capability) {
                let message =
                    format!("{}: container `{name}` has the capability `{capability}`", object.title());
                found.at(object.place(added), message, "name a smaller one, or leave it out");
            }
        }
    }
    let Some(pod) = object.pod() else { return };
    for volume in items(pod, &["volumes"]) {
        let Some(path) = at(volume, &["hostPath", "path"]) else { continue };
        let name = text(volume, &["name"]);
        let shown = path.value_text();
        let is_root = HOST.contains(&shown.trim_end_matches('/'));
        let is_written = object.containers().any(|(_, container)| {
            let is_it = |mount: &Node| text(mount, &["name"]) == name && text(mount, &["readOnly"]) != "true";
            items(container, &["volumeMounts"]).iter().any(is_it)
        });
        if is_root && is_written {
            let message = format!("{}: it may write to `{shown}` of the host", object.title());
            found.at(
                object.place(path),
                message,
                "mount the folder that it needs, `readOnly: true` if that is enough",
            );
        }
    }
    for field in ["hostPID", "hostIPC", "hostNetwork"] {
        if let Some(at) = pod.get(field).filter(|at| at.value_text() == "true") {
            let message = format!("{}: `{field}` gives it what belongs to the host", object.title());
            found.at(object.place(at), message, format!("leave `{field}` out"));
        }
    }
}
