//! The root objects of a cluster: the one source and the Kustomizations from which Flux makes everything else.
//!
//! They exist only in the cluster. They hold the source, paths, exclusions and the version of the xtask that made them.

use serde_json::{Value, json};

use crate::catalogue::{Catalogue, Tier};
use crate::cluster::ClusterSpec;
use crate::duration;

/// Namespace of the root objects.
pub const NAMESPACE: &str = "flux-system";
/// Name of the source.
pub const SOURCE: &str = "openappstack";
/// Annotation that tells which version of xtask made a root object.
pub const VERSION_ANNOTATION: &str = "openappstack.org/xtask-version";
/// Label on every root object; its value is the name of the root.
pub const ROOT_LABEL: &str = "openappstack.org/root";
/// Label by which the tree's Flux Kustomizations name their component.
pub const COMPONENT_LABEL: &str = "component";

const KUSTOMIZE_API: &str = "kustomize.toolkit.fluxcd.io/v1";
const SOURCE_API: &str = "source.toolkit.fluxcd.io/v1";

/// What the root objects take from outside the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'a> {
    /// Repository; the spec's own, or the sandbox's.
    pub url: &'a str,
    /// Branch; the spec's own, or the sandbox's.
    pub branch: &'a str,
    /// Version of xtask.
    pub version: &'a str,
}

/// The root objects of a cluster: the GitRepository, then the Kustomizations `infrastructure`, `core` and `app-<name>`.
///
/// An exclusion goes on the root of its component's tier; names that the catalogue does not know are left out here
/// ([`crate::cluster::ClusterFile::check_against`] reports them).
pub fn roots(spec: &ClusterSpec, catalogue: &Catalogue, origin: Origin<'_>) -> Vec<Value> {
    let mut objects = vec![object(
        SOURCE_API,
        "GitRepository",
        SOURCE,
        origin,
        json!({"interval": spec.interval, "timeout": "60s", "url": origin.url, "ref": {"branch": origin.branch}}),
    )];
    for tier in [Tier::Infrastructure, Tier::Core] {
        let mut root = kustomization(spec, tier.folder(), &format!("./flux2/{}", tier.folder()), origin);
        for name in &spec.exclude {
            if catalogue.components.get(name).is_some_and(|c| c.tier == tier) {
                add_patch(&mut root, exclusion_target(name), &exclusion(name));
            }
        }
        objects.push(root);
    }
    for app in &spec.apps {
        objects.push(kustomization(
            spec,
            &app_root(app),
            &format!("./flux2/{}/{app}", Tier::Apps.folder()),
            origin,
        ));
    }
    objects
}

/// Name of the root Kustomization of an application.
pub fn app_root(app: &str) -> String {
    format!("app-{app}")
}

/// Name of the root Kustomization that a component hangs from.
pub fn root_of(tier: Tier, component: &str) -> String {
    match tier {
        Tier::Infrastructure | Tier::Core => tier.folder().to_owned(),
        Tier::Apps => app_root(component),
    }
}

/// Appends an entry to `spec.patches` of a Kustomization. `patch` is a strategic merge patch or a list of JSON6902
/// operations; JSON is YAML, so it is written as JSON.
pub fn add_patch(kustomization: &mut Value, target: Value, patch: &Value) {
    let entry = json!({"target": target, "patch": format!("{patch:#}\n")});
    let spec = &mut kustomization["spec"];
    match spec.get_mut("patches").and_then(Value::as_array_mut) {
        Some(patches) => patches.push(entry),
        None => spec["patches"] = json!([entry]),
    }
}

/// Makes a root add an entry to `spec.patches` of one of its child Kustomizations.
///
/// A list in a custom resource cannot be merged, so the caller says whether the child has patches already.
pub fn patch_child(root: &mut Value, child: &str, child_has_patches: bool, target: Value, patch: &Value) {
    let entry = json!({"target": target, "patch": format!("{patch:#}\n")});
    let operation = if child_has_patches {
        json!([{"op": "add", "path": "/spec/patches/-", "value": entry}])
    } else {
        json!([{"op": "add", "path": "/spec/patches", "value": [entry]}])
    };
    let target = json!({"group": "kustomize.toolkit.fluxcd.io", "kind": "Kustomization", "name": child});
    add_patch(root, target, &operation);
}

/// What in a live root object is not as wanted, as paths such as `spec.url`; empty if nothing has to be applied.
///
/// Fields that the API server or a person added (defaults, status, `suspend`) do not count, but patches that should be
/// gone do.
pub fn out_of_date(live: Option<&Value>, wanted: &Value) -> Vec<String> {
    let Some(live) = live else { return vec!["missing".to_owned()] };
    let mut paths = Vec::new();
    compare(live, wanted, "", &mut paths);
    for leftover in ["patches", "ignore"] {
        if wanted["spec"].get(leftover).is_none() && live["spec"].get(leftover).is_some() {
            paths.push(format!("spec.{leftover}"));
        }
    }
    paths
}

fn compare(live: &Value, wanted: &Value, path: &str, paths: &mut Vec<String>) {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            for (key, value) in wanted {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match live.get(key) {
                    Some(live) => compare(live, value, &path, paths),
                    None => paths.push(path),
                }
            }
        }
        _ if is_same(path, live, wanted) => {}
        _ => paths.push(path.to_owned()),
    }
}

fn is_same(path: &str, live: &Value, wanted: &Value) -> bool {
    // The API server writes durations in its own way: 60s comes back as 1m0s.
    let is_duration = matches!(path, "spec.interval" | "spec.timeout" | "spec.retryInterval");
    let seconds = |value: &Value| value.as_str().and_then(duration::seconds);
    live == wanted || (is_duration && seconds(live).is_some() && seconds(live) == seconds(wanted))
}

fn kustomization(spec: &ClusterSpec, name: &str, path: &str, origin: Origin<'_>) -> Value {
    let spec = json!({
        "interval": spec.interval,
        "retryInterval": "1m",
        "timeout": "5m",
        "path": path,
        "prune": true,
        "sourceRef": {"kind": "GitRepository", "name": SOURCE},
    });
    object(KUSTOMIZE_API, "Kustomization", name, origin, spec)
}

fn object(api: &str, kind: &str, name: &str, origin: Origin<'_>, spec: Value) -> Value {
    json!({
        "apiVersion": api,
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "labels": {"app.kubernetes.io/managed-by": "xtask", (ROOT_LABEL): name},
            "annotations": {(VERSION_ANNOTATION): origin.version},
        },
        "spec": spec,
    })
}

fn exclusion_target(component: &str) -> Value {
    json!({
        "group": "kustomize.toolkit.fluxcd.io",
        "kind": "Kustomization",
        "labelSelector": format!("{COMPONENT_LABEL}={component}"),
    })
}

fn exclusion(component: &str) -> Value {
    json!({"$patch": "delete", "apiVersion": KUSTOMIZE_API, "kind": "Kustomization", "metadata": {"name": component}})
}

#[cfg(test)]
mod tests;
