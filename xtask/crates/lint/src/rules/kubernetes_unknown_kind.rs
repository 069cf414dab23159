use flux::helm::BUILT_IN;
use kustomize_rs::yaml::node::Node;
use validation::Lookup;
use yamltree::diagnostic::Severity;
use yamltree::fix::Fix;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject};

pub(super) const RULE: Rule = Rule {
    code: "kubernetes/unknown-kind",
    severity: Severity::Error,
    says: "An object has an API version or kind that Kubernetes does not have.",
    why: "The API server refuses it: the version was removed, or the kind is misspelt.",
    failing: r#"#- k/a.yaml
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: a, namespace: default}
spec: {minAvailable: 1, selector: {matchLabels: {app: a}}}
"#,
    fixed: r#"#- k/a.yaml
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: a, namespace: default}
spec: {minAvailable: 1, selector: {matchLabels: {app: a}}}
"#,
    check: Check::Repository(check),
};

/// What the API server of the pinned version has beside `BUILT_IN` with `--runtime-config=api/all=true` and every gate open, a line each.
pub(super) const SWITCHED_OFF: &str = include_str!("../../data/switched_off.txt");

fn check(subject: &Subject<'_>, found: &mut Found) {
    for object in subject.objects() {
        let at = object.at(&["apiVersion"]).unwrap_or(object.node);
        match subject.lookup(&object) {
            Some(Lookup::Known(_)) => {}
            Some(Lookup::Missing) => {
                let (version, kind) = (object.text(&["apiVersion"]), object.kind());
                // `flux/api-version` says so of Flux's kinds.
                let served = subject.versions_of(kind);
                let is_of_flux = object.group().ends_with(".toolkit.fluxcd.io");
                if is_of_flux && served.iter().any(|version| version.starts_with(object.group())) {
                    continue;
                }
                let fault = subject.missing(version, kind, at.at);
                let message = format!("{}: the cluster has no `{version}/{kind}`", object.title());
                let help = fault.map_or_else(String::new, |fault| fault.help);
                found.at_with_fix(object.place(at), message, help, fix(&object));
            }
            Some(Lookup::Unknown) | None => by_list(&object, at, found),
        }
    }
}

/// Holds an object against the list of what the pinned version serves: schemas are not at hand, or know nothing of its group.
fn by_list(object: &Object<'_>, at: &Node, found: &mut Found) {
    let (version, kind) = (object.text(&["apiVersion"]), object.kind());
    let group = object.group();
    let of_group = |known: &&str| match group {
        "" => !known.contains('.') && known.starts_with("v1/"),
        group => known.strip_prefix(group).is_some_and(|rest| rest.starts_with('/')),
    };
    let mut served = BUILT_IN.lines().filter(of_group).peekable();
    // A group that only definitions bring; those of removed groups are known by name.
    if served.peek().is_none() && group != "extensions" {
        return;
    }
    let wanted = format!("{version}/{kind}");
    let served: Vec<&str> = served.collect();
    if served.contains(&wanted.as_str()) || SWITCHED_OFF.lines().any(|known| known == wanted) {
        return;
    }
    let ending = format!("/{kind}");
    let others: Vec<&str> = BUILT_IN.lines().filter_map(|known| known.strip_suffix(&ending)).collect();
    let help = match others.as_slice() {
        [] => format!("look for the kind in `{group}`"),
        others => format!("write `{}`", others.join("` or `")),
    };
    let message = format!("{}: Kubernetes has no `{wanted}`", object.title());
    found.at_with_fix(object.place(at), message, help, fix(object));
}

/// Removed versions whose objects mean the same in another one: group, version, the other version, kinds
/// (<https://kubernetes.io/docs/reference/using-api/deprecation-guide/>).
const SAME: [(&str, &str, &str, &[&str]); 8] = [
    ("autoscaling", "v2beta2", "v2", &["HorizontalPodAutoscaler"]),
    ("batch", "v1beta1", "v1", &["CronJob"]),
    ("coordination.k8s.io", "v1beta1", "v1", &["Lease"]),
    ("node.k8s.io", "v1beta1", "v1", &["RuntimeClass"]),
    ("policy", "v1beta1", "v1", &["PodDisruptionBudget"]),
    (
        "rbac.authorization.k8s.io",
        "v1beta1",
        "v1",
        &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
    ),
    ("scheduling.k8s.io", "v1beta1", "v1", &["PriorityClass"]),
    ("storage.k8s.io", "v1beta1", "v1", &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"]),
];

/// Another API version, if the object means the same in it.
fn fix(object: &Object<'_>) -> Option<Fix> {
    let from = object.text(&["apiVersion"]);
    let (group, version) = from.split_once('/')?;
    let is_it = |same: &&(&str, &str, &str, &[&str])| {
        same.0 == group && same.1 == version && same.3.contains(&object.kind())
    };
    let (_, _, other, _) = SAME.iter().find(is_it)?;
    // An empty selector once chose no pod, and now chooses all.
    let selector = object.at(&["spec", "selector"]).map_or(&[][..], Node::fields);
    let chooses = selector.iter().any(|field| !field.value.is_empty());
    (object.kind() != "PodDisruptionBudget" || chooses)
        .then(|| Fix::Replace { from: from.to_owned(), to: format!("{group}/{other}") })
}
