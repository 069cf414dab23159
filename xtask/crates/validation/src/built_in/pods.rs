//! Pods, their containers and their volumes.
//!
//! Behaviour: k8s.io/kubernetes, `pkg/apis/core/validation`, ValidatePodSpec.

use std::collections::HashSet;

use kustomize_rs::yaml::node::Node;

use super::fields::held;
use super::{at, fault, items, number, text};
use crate::check::{Faults, Sort, Step, names, quantity};
use crate::types::{Is, Type};

/// A pod that nobody makes of a template.
pub(super) fn alone<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    match at(node, &["spec"]) {
        Some(pod) => {
            faults.path.0.push(Step::Field("spec"));
            mounts(pod, &[], faults);
            faults.path.0.pop();
        }
        None => fault(faults, Sort::Missing, node, "spec", "must be there", "add `spec: {containers: […]}`"),
    }
}

/// The `spec` of a pod.
pub(super) fn spec<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    if text(node, &["dnsPolicy"]) == "None" && items(node, &["dnsConfig", "nameservers"]).is_empty() {
        let message = "must name a server with `dnsPolicy: None`";
        fault(faults, Sort::Missing, node, "dnsConfig", message, "add `dnsConfig: {nameservers: […]}`");
    }
    if items(node, &["dnsConfig", "nameservers"]).len() > 3 {
        fault(faults, Sort::Value, node, "dnsConfig", "may have three name servers at most", "remove some");
    }
    let is_host = text(node, &["hostNetwork"]) == "true";
    let sysctls = items(node, &["securityContext", "sysctls"]);
    let mut settings = HashSet::new();
    for sysctl in sysctls {
        let name = text(sysctl, &["name"]);
        if !settings.insert(name) {
            fault(
                faults,
                Sort::Twice,
                sysctl,
                "securityContext",
                format!("sets `{name}` twice"),
                "remove one",
            );
        }
    }
    let shared: &[(&str, &str)] =
        &[("hostNetwork", "net."), ("hostIPC", "kernel.shm"), ("hostIPC", "kernel.msg")];
    for (field, prefix) in shared {
        let is_shared = text(node, &[field]) == "true";
        if is_shared && sysctls.iter().any(|sysctl| text(sysctl, &["name"]).starts_with(prefix)) {
            let message = format!("may not be set together with settings that begin with `{prefix}`");
            fault(faults, Sort::Value, node, field, message, "remove one of them");
        }
    }
    if text(node, &["hostPID"]) == "true" && text(node, &["shareProcessNamespace"]) == "true" {
        let message = "may not be set together with `hostPID`";
        fault(faults, Sort::Value, node, "shareProcessNamespace", message, "remove one of them");
    }
    let mut seen = HashSet::new();
    for list in ["initContainers", "containers"] {
        faults.path.0.push(Step::Field(list));
        for (index, container) in items(node, &[list]).iter().enumerate() {
            faults.path.0.push(Step::Item(index));
            let name = text(container, &["name"]);
            if !name.is_empty() && !seen.insert(name) {
                fault(
                    faults,
                    Sort::Twice,
                    container,
                    "name",
                    format!("is there twice: `{name}`"),
                    "give it another name",
                );
            }
            if is_host {
                host_ports(container, faults);
            }
            if list == "initContainers" && text(container, &["restartPolicy"]) != "Always" {
                for field in ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"] {
                    if let Some(found) = at(container, &[field]) {
                        let message = "may not be in an init container that ends";
                        fault(
                            faults,
                            Sort::Value,
                            found,
                            field,
                            message,
                            "remove it, or write `restartPolicy: Always`",
                        );
                    }
                }
            }
            faults.path.0.pop();
        }
        faults.path.0.pop();
    }
}

/// Every mount of a pod is of a volume that it has; `more` are volumes that others make for it.
pub(super) fn mounts<'a>(pod: &'a Node, more: &[&'a str], faults: &mut Faults<'a>) {
    let names = items(pod, &["volumes"]).iter().map(|volume| text(volume, &["name"]));
    let volumes: HashSet<&str> = names.chain(more.iter().copied()).collect();
    for list in ["initContainers", "containers"] {
        faults.path.0.push(Step::Field(list));
        for (index, container) in items(pod, &[list]).iter().enumerate() {
            faults.path.0.push(Step::Item(index));
            of_container(container, &volumes, faults);
            faults.path.0.pop();
        }
        faults.path.0.pop();
    }
}

fn of_container<'a>(container: &'a Node, volumes: &HashSet<&str>, faults: &mut Faults<'a>) {
    for list in ["volumeMounts", "volumeDevices"] {
        faults.path.0.push(Step::Field(list));
        for (index, mount) in items(container, &[list]).iter().enumerate() {
            let name = text(mount, &["name"]);
            if !name.is_empty() && !volumes.contains(name) {
                let at = mount.get("name").unwrap_or(mount);
                let near = yamltree::nearest::nearest(name, volumes.iter().copied());
                let help = near
                    .map_or_else(|| "add the volume".to_owned(), |near| format!("did you mean `{near}`?"));
                faults.path.0.push(Step::Item(index));
                fault(faults, Sort::Value, at, "name", format!("is no volume of the pod: `{name}`"), help);
                faults.path.0.pop();
            }
        }
        faults.path.0.pop();
    }
}

fn host_ports<'a>(container: &'a Node, faults: &mut Faults<'a>) {
    faults.path.0.push(Step::Field("ports"));
    for (index, port) in items(container, &["ports"]).iter().enumerate() {
        let (inside, outside) = (number(port, &["containerPort"]), number(port, &["hostPort"]));
        if outside.is_some_and(|outside| outside != 0 && Some(outside) != inside) {
            faults.path.0.push(Step::Item(index));
            let message = "must be the same as `containerPort` with `hostNetwork`";
            fault(faults, Sort::Value, port, "hostPort", message, "leave it out");
            faults.path.0.pop();
        }
    }
    faults.path.0.pop();
}

/// A container.
pub(super) fn container<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    for probe in ["livenessProbe", "startupProbe"] {
        let Some(found) = at(node, &[probe]) else { continue };
        let count = found.get("successThreshold").and_then(|count| held(count, Is::Whole(32)));
        if count.is_some_and(|count| count != 0.0 && count != 1.0) {
            faults.path.0.push(Step::Field(probe));
            fault(faults, Sort::Value, found, "successThreshold", "must be 1", "leave it out");
            faults.path.0.pop();
        }
    }
    if let Some(found) = at(node, &["readinessProbe", "terminationGracePeriodSeconds"]) {
        let message = "may not have `terminationGracePeriodSeconds`";
        fault(faults, Sort::Value, found, "readinessProbe", message, "remove it");
    }
    let image = text(node, &["image"]);
    if image != image.trim() {
        let at = node.get("image").unwrap_or(node);
        fault(faults, Sort::Value, at, "image", "may not begin or end with a blank", "remove the blank");
    }
    let mut ports = HashSet::new();
    for port in items(node, &["ports"]) {
        let name = text(port, &["name"]);
        if !name.is_empty() && !ports.insert(name) {
            fault(
                faults,
                Sort::Twice,
                port,
                "ports",
                format!("has the name `{name}` twice"),
                "give it another name",
            );
        }
    }
    let mut paths = HashSet::new();
    for mount in items(node, &["volumeMounts"]) {
        let path = text(mount, &["mountPath"]);
        if !path.is_empty() && !paths.insert(path) {
            fault(
                faults,
                Sort::Twice,
                mount,
                "volumeMounts",
                format!("has the path `{path}` twice"),
                "mount it elsewhere",
            );
        }
        let modes = (text(mount, &["mountPropagation"]), text(node, &["securityContext", "privileged"]));
        if modes.0 == "Bidirectional" && modes.1 != "true" {
            let message = "may be Bidirectional only in a privileged container";
            fault(faults, Sort::Value, mount, "volumeMounts", message, "write HostToContainer");
        }
    }
}

/// What a container may do.
pub(super) fn security_context<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    if text(node, &["allowPrivilegeEscalation"]) != "false" {
        return;
    }
    let adds = items(node, &["capabilities", "add"]);
    let has_all =
        adds.iter().any(|capability| matches!(capability.value_text(), "CAP_SYS_ADMIN" | "SYS_ADMIN"));
    if text(node, &["privileged"]) == "true"
        || has_all && adds.iter().any(|it| it.value_text() == "CAP_SYS_ADMIN")
    {
        let message = "cannot be false in a container that is privileged";
        fault(faults, Sort::Value, node, "allowPrivilegeEscalation", message, "remove one of them");
    }
}

/// Fields of a pod that a variable can hold.
const OF_POD: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// Fields of a pod that a file can hold.
const IN_FILES: [&str; 5] =
    ["metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations"];

/// A variable of a container.
pub(super) fn variable<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    if text(node, &["name"]).contains('=') {
        fault(faults, Sort::Value, node, "name", "may not have `=`", "give it another name");
    }
    let Some(from) = at(node, &["valueFrom"]) else { return };
    if !text(node, &["value"]).is_empty() {
        let message = "may not be there beside `value`";
        fault(faults, Sort::Value, from, "valueFrom", message, "remove one of them");
    }
    faults.path.0.push(Step::Field("valueFrom"));
    if let Some(field) = at(from, &["fieldRef"]) {
        field_path(field, &OF_POD, faults);
    }
    if let Some(resource) = at(from, &["resourceFieldRef"]) {
        resource_field(resource, false, faults);
    }
    faults.path.0.pop();
}

fn field_path<'a>(field: &'a Node, allowed: &[&'static str], faults: &mut Faults<'a>) {
    let path = text(field, &["fieldPath"]);
    let is_entry = ["metadata.labels", "metadata.annotations"].iter().any(|map| {
        let key = path.strip_prefix(map).and_then(|rest| rest.strip_prefix("['")?.strip_suffix("']"));
        key.is_some_and(|key| names::is_qualified(&key.to_lowercase()))
    });
    if !path.is_empty() && !allowed.contains(&path) && !is_entry {
        let at = field.get("fieldPath").unwrap_or(field);
        let near = yamltree::nearest::nearest(path, allowed.iter().copied());
        let help = near.map_or_else(
            || format!("write {}", crate::check::listed(allowed)),
            |near| format!("did you mean `{near}`?"),
        );
        faults.path.0.push(Step::Field("fieldRef"));
        fault(faults, Sort::Value, at, "fieldPath", format!("cannot be `{path}`"), help);
        faults.path.0.pop();
    }
}

fn resource_field<'a>(field: &'a Node, is_file: bool, faults: &mut Faults<'a>) {
    faults.path.0.push(Step::Field("resourceFieldRef"));
    let resource = text(field, &["resource"]);
    let name = resource.strip_prefix("limits.").or_else(|| resource.strip_prefix("requests."));
    let is_known = name.is_some_and(|name| {
        matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-")
    });
    if !resource.is_empty() && !is_known {
        let at = field.get("resource").unwrap_or(field);
        fault(
            faults,
            Sort::Value,
            at,
            "resource",
            format!("cannot be `{resource}`"),
            "write limits.memory or another",
        );
    }
    if is_file && text(field, &["containerName"]).is_empty() {
        fault(faults, Sort::Missing, field, "containerName", "must be there", "name the container");
    }
    if let Some(divisor) = at(field, &["divisor"]) {
        let amount = quantity::parse(divisor.value_text());
        let allowed: &[f64] = match name {
            Some("cpu") => &[0.001, 1.0],
            _ => &SIZES,
        };
        let fits = |amount: f64| amount == 0.0 || allowed.iter().any(|it| (it - amount).abs() < it * 1e-9);
        if is_known && amount.is_some_and(|amount| !fits(amount)) {
            let message = format!("cannot be `{}`", divisor.value_text());
            fault(
                faults,
                Sort::Value,
                divisor,
                "divisor",
                message,
                "write 1, 1m (of processors), 1k, 1Ki, 1M, 1Mi and so on",
            );
        }
    }
    faults.path.0.pop();
}

/// What sizes are divided by.
const SIZES: [f64; 13] = [
    1.0,
    1e3,
    1e6,
    1e9,
    1e12,
    1e15,
    1e18,
    1024.0,
    1_048_576.0,
    1_073_741_824.0,
    1_099_511_627_776.0,
    1_125_899_906_842_624.0,
    1_152_921_504_606_846_976.0,
];

/// A volume: one source at most; without one it is an empty folder.
pub(super) fn volume<'a>(node: &'a Node, of: &Type, faults: &mut Faults<'a>) {
    let known = |name: &str| name != "name" && of.fields.iter().any(|(field, _)| field == name);
    let sources: Vec<&str> = node
        .fields()
        .iter()
        .filter(|field| known(&field.key) && !field.value.is_null())
        .map(|field| field.key.as_str())
        .collect();
    if sources.len() > 1 {
        let message = format!("may have only one of {}", crate::check::listed(&sources));
        faults.add(Sort::Value, node, message, "remove the others");
    }
    downward(node, faults);
}

fn downward<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let Some(files) = at(node, &["downwardAPI"]) else { return };
    faults.path.0.push(Step::Field("downwardAPI"));
    files_of_pod(files, faults);
    faults.path.0.pop();
}

fn files_of_pod<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    faults.path.0.push(Step::Field("items"));
    for (index, item) in items(node, &["items"]).iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        if let Some(field) = at(item, &["fieldRef"]) {
            field_path(field, &IN_FILES, faults);
        }
        if let Some(resource) = at(item, &["resourceFieldRef"]) {
            resource_field(resource, true, faults);
        }
        faults.path.0.pop();
    }
    faults.path.0.pop();
}

/// Files from several places in one folder.
pub(super) fn projected<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let mut paths = HashSet::new();
    faults.path.0.push(Step::Field("sources"));
    for (index, source) in items(node, &["sources"]).iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        let there: Vec<&str> =
            source.fields().iter().filter(|f| !f.value.is_null()).map(|f| f.key.as_str()).collect();
        if there.len() > 1 {
            faults.add(Sort::Value, source, "may have only one source", "make several items of it");
        }
        for list in ["configMap", "secret", "downwardAPI"] {
            for item in items(source, &[list, "items"]) {
                let path = text(item, &["path"]);
                if !path.is_empty() && !paths.insert(path) {
                    fault(
                        faults,
                        Sort::Twice,
                        item,
                        list,
                        format!("has the path `{path}` twice"),
                        "give it another path",
                    );
                }
            }
        }
        downward(source, faults);
        faults.path.0.pop();
    }
    faults.path.0.pop();
}
