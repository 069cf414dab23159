//! What Pod Security refuses.
//!
//! Upstream: package `policy` of `k8s.io/pod-security-admission` 0.36. Windows is left out: pods that ask for it are looked at as others
//! are, but for what restricted lets them off.

use kustomize_rs::yaml::node::Node;

use crate::subject::{at, items, text};

/// What a namespace demands of its pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Policy {
    /// Is it `restricted`, and not only `baseline`?
    pub(crate) is_restricted: bool,
    /// The minor version of Kubernetes whose policy it is.
    pub(crate) minor: u32,
}

/// Something that is refused.
pub(crate) struct Refused<'n> {
    /// Where it is written; what is missing is missing there.
    pub(crate) at: &'n Node,
    /// What it is, after `the pod` or ``container `x` ``.
    pub(crate) what: String,
    /// Whose it is; none if it is the pod's own.
    pub(crate) container: Option<&'n str>,
    /// What to write instead.
    pub(crate) help: &'static str,
}

/// Capabilities that may be added under `baseline`.
const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Names of sysctls that do no harm, and the version of Kubernetes that knows them for that.
const SYSCTLS: [(&str, u32); 12] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
];

/// Volumes that `restricted` allows.
const VOLUMES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Everything of a pod template that the policy refuses.
pub(crate) fn refused<'n>(template: &'n Node, policy: Policy) -> Vec<Refused<'n>> {
    let Some(pod) = at(template, &["spec"]) else { return Vec::new() };
    let mut found = Vec::new();
    let containers = ["initContainers", "containers", "ephemeralContainers"]
        .into_iter()
        .flat_map(|list| items(pod, &[list]));
    let pod_itself = Holder { node: pod, container: None, policy, pod };
    pod_itself.of_pod(template, &mut found);
    pod_itself.of_context(&mut found);
    for node in containers {
        let holder = Holder { node, container: Some(text(node, &["name"])), policy, pod };
        holder.of_context(&mut found);
        holder.of_container(&mut found);
        if policy.is_restricted {
            holder.restricted(&mut found);
        }
    }
    found
}

/// A pod or a container: what has a security context.
struct Holder<'n> {
    node: &'n Node,
    container: Option<&'n str>,
    policy: Policy,
    pod: &'n Node,
}

impl<'n> Holder<'n> {
    fn refuse(
        &self,
        at: &'n Node,
        what: impl Into<String>,
        help: &'static str,
        found: &mut Vec<Refused<'n>>,
    ) {
        found.push(Refused { at, what: what.into(), container: self.container, help });
    }

    fn context(&self, path: &[&str]) -> Option<&'n Node> {
        at(self.node, &["securityContext"]).and_then(|context| at(context, path))
    }

    /// Does the pod have users of its own, so that its root is nobody outside?
    fn has_own_users(&self) -> bool {
        self.policy.minor >= 35 && text(self.pod, &["hostUsers"]) == "false"
    }

    fn is_windows(&self) -> bool {
        text(self.pod, &["os", "name"]) == "windows"
    }

    fn of_pod(&self, template: &'n Node, found: &mut Vec<Refused<'n>>) {
        for field in ["hostNetwork", "hostPID", "hostIPC"] {
            if let Some(node) = at(self.pod, &[field]).filter(|node| node.value_text() == "true") {
                self.refuse(node, format!("has `{field}`"), "leave it out", found);
            }
        }
        for volume in items(self.pod, &["volumes"]) {
            let name = text(volume, &["name"]);
            if let Some(node) = at(volume, &["hostPath"]) {
                self.refuse(
                    node,
                    format!("has volume `{name}`, a folder of the host"),
                    "take a claim or an `emptyDir`",
                    found,
                );
            } else if self.policy.is_restricted
                && volume.fields().iter().any(|field| field.key != "name")
                && !VOLUMES.iter().any(|sort| at(volume, &[sort]).is_some())
            {
                self.refuse(
                    volume,
                    format!("has volume `{name}` of a sort that is not allowed"),
                    "take a claim",
                    found,
                );
            }
        }
        for sysctl in items(self.pod, &["securityContext", "sysctls"]) {
            let name = text(sysctl, &["name"]);
            if !SYSCTLS.iter().any(|(known, since)| *known == name && *since <= self.policy.minor) {
                self.refuse(sysctl, format!("sets the sysctl `{name}`"), "leave it out", found);
            }
        }
        for note in at(template, &["metadata", "annotations"]).map_or(&[][..], Node::fields) {
            let value = note.value.value_text();
            let is_allowed =
                value.is_empty() || value == "runtime/default" || value.starts_with("localhost/");
            if note.key.starts_with("container.apparmor.security.beta.kubernetes.io/") && !is_allowed {
                self.refuse(
                    &note.value,
                    format!("has the AppArmor profile `{value}`"),
                    "write `runtime/default`",
                    found,
                );
            }
        }
    }

    /// What pods and containers can both say.
    fn of_context(&self, found: &mut Vec<Refused<'n>>) {
        for field in ["seccompProfile", "appArmorProfile"] {
            let Some(profile) = self.context(&[field]) else { continue };
            let sort = text(profile, &["type"]);
            if !matches!(sort, "RuntimeDefault" | "Localhost") {
                let what = format!("has `{field}` of type `{sort}`");
                self.refuse(profile, what, "write `type: RuntimeDefault`", found);
            }
        }
        if let Some(options) = self.context(&["seLinuxOptions"]) {
            let newer = self.policy.minor >= 31 && text(options, &["type"]) == "container_engine_t";
            let is_known = matches!(
                text(options, &["type"]),
                "" | "container_t" | "container_init_t" | "container_kvm_t"
            );
            let sets = |field: &str| !text(options, &[field]).is_empty();
            if !(is_known || newer) || sets("user") || sets("role") {
                self.refuse(
                    options,
                    "has SELinux options that are not allowed",
                    "leave `seLinuxOptions` out",
                    found,
                );
            }
        }
        if let Some(node) =
            self.context(&["windowsOptions", "hostProcess"]).filter(|node| node.value_text() == "true")
        {
            self.refuse(node, "is a process of the host", "leave `hostProcess` out", found);
        }
        if !self.policy.is_restricted || self.has_own_users() {
            return;
        }
        if let Some(node) = self.context(&["runAsNonRoot"]).filter(|node| node.value_text() == "false") {
            self.refuse(node, "may run as root", "write `runAsNonRoot: true`", found);
        }
        if let Some(node) = self.context(&["runAsUser"]).filter(|node| node.value_text() == "0") {
            self.refuse(node, "runs as root", "write the number of another user", found);
        }
    }

    fn of_container(&self, found: &mut Vec<Refused<'n>>) {
        if let Some(node) = self.context(&["privileged"]).filter(|node| node.value_text() == "true") {
            self.refuse(node, "is privileged", "leave `privileged` out", found);
        }
        for added in self.context(&["capabilities", "add"]).map_or(&[][..], Node::items) {
            let name = added.value_text();
            let is_allowed = if self.policy.is_restricted {
                name == "NET_BIND_SERVICE"
            } else {
                CAPABILITIES.contains(&name)
            };
            if !is_allowed {
                self.refuse(added, format!("adds the capability `{name}`"), "leave it out", found);
            }
        }
        for port in items(self.node, &["ports"]) {
            if let Some(node) = at(port, &["hostPort"]).filter(|node| node.value_text() != "0") {
                self.refuse(
                    node,
                    format!("takes port {} of the host", node.value_text()),
                    "leave `hostPort` out",
                    found,
                );
            }
        }
        let mount = self.context(&["procMount"]).filter(|mount| mount.value_text() != "Default");
        if let Some(mount) = mount.filter(|_| self.policy.is_restricted || !self.has_own_users()) {
            self.refuse(
                mount,
                format!("has `procMount: {}`", mount.value_text()),
                "leave `procMount` out",
                found,
            );
        }
        if self.policy.minor < 34 {
            return;
        }
        let probes = ["livenessProbe", "readinessProbe", "startupProbe"].map(|probe| at(self.node, &[probe]));
        let handlers = ["postStart", "preStop"].map(|handler| at(self.node, &["lifecycle", handler]));
        for asker in probes.into_iter().chain(handlers).flatten() {
            for sort in ["httpGet", "tcpSocket"] {
                if let Some(host) = at(asker, &[sort, "host"]).filter(|host| !host.value_text().is_empty()) {
                    self.refuse(
                        host,
                        format!("asks the host `{}`", host.value_text()),
                        "leave `host` out",
                        found,
                    );
                }
            }
        }
    }

    /// What a container must say under `restricted`, or its pod for it.
    fn restricted(&self, found: &mut Vec<Refused<'n>>) {
        let lacks = |field: &[&str]| {
            let of_pod = at(self.pod, &["securityContext"]).and_then(|context| at(context, field));
            self.context(field).is_none() && of_pod.is_none()
        };
        if lacks(&["runAsNonRoot"]) && !self.has_own_users() {
            self.refuse(
                self.node,
                "does not say `runAsNonRoot`",
                "set `runAsNonRoot: true` in the pod's `securityContext`",
                found,
            );
        }
        if self.is_windows() {
            return;
        }
        if lacks(&["seccompProfile"]) {
            let help = "set `seccompProfile: {type: RuntimeDefault}` in the pod's `securityContext`";
            self.refuse(self.node, "has no `seccompProfile`", help, found);
        }
        let escalates =
            self.context(&["allowPrivilegeEscalation"]).is_none_or(|node| node.value_text() != "false");
        if escalates {
            let help = "set `allowPrivilegeEscalation: false` in its `securityContext`";
            self.refuse(self.node, "may get more rights than it begins with", help, found);
        }
        let dropped = self.context(&["capabilities", "drop"]).map_or(&[][..], Node::items);
        if !dropped.iter().any(|name| name.value_text() == "ALL") {
            let help = "set `capabilities: {drop: [ALL]}` in its `securityContext`";
            self.refuse(self.node, "does not drop all capabilities", help, found);
        }
    }
}

#[cfg(test)]
mod tests;
