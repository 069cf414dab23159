//! A cluster that takes everything but what it is told to refuse.

use std::collections::HashMap;

use kustomize_rs::yaml::json::read_all_as_json;
use serde_json::{Value, json};
use yamltree::tree::MemTree;

use super::super::{ChangeKind, OwnerKind};
use super::*;
use crate::object::ObjectKey;
use crate::render::{Entry, Inputs, Rendering, render, value};

/// What is in the cluster from the beginning: a source and a Kustomization `one`, and another that waits for it.
const ROOTS: &str = "apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: own, namespace: ns}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: one, namespace: ns}
spec: {path: ./one, prune: true, sourceRef: {kind: GitRepository, name: own}, postBuild: {substituteFrom: [{kind: Secret, name: vars}]}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: two, namespace: ns}
spec: {path: ./two, prune: true, sourceRef: {kind: GitRepository, name: own}, dependsOn: [{name: one}]}
";

const TREE: &str = "#- one/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: ns}
data: {x: '1', y: 'key ${key}', z: '${domain}'}
#- two/b.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: b, namespace: ns}
data: {x: '1'}
";

const KEY: &str = "a-secret-that-nobody-may-see";

/// A cluster in which a tree has been applied.
struct Cluster {
    objects: HashMap<Identity, Value>,
    holders: Vec<Holder>,
}

fn objects(text: &str) -> Vec<Value> {
    read_all_as_json(text, "test", kustomize_rs::Limits::default()).unwrap().iter().map(value).collect()
}

fn rendered(tree: &MemTree, roots: &str) -> Rendering {
    let nodes = read_all_as_json(roots, "cluster", kustomize_rs::Limits::default()).unwrap();
    let entry = Entry::Objects(nodes.into_iter().map(|node| (node, "cluster".to_owned())).collect());
    let mut inputs = Inputs::new(tree, entry);
    let data =
        [("key", KEY), ("domain", "example.org")].map(|(key, text)| (key.to_owned(), Some(text.to_owned())));
    inputs.data.insert(ObjectKey::new("Secret", "ns", "vars"), data.into_iter().collect());
    render(&inputs)
}

impl Cluster {
    fn with(tree: &str) -> Cluster {
        Cluster::of(tree, ROOTS)
    }

    fn of(tree: &str, roots: &str) -> Cluster {
        let tree = MemTree::from_fixture(tree).unwrap();
        let rendering = rendered(&tree, roots);
        let side = Side { rendering: &rendering, releases: &[], component_label: "component" };
        let desired = Desired::of(&side, &[]);
        let mut cluster = Cluster { objects: HashMap::new(), holders: Vec::new() };
        for sent in &desired.sent {
            cluster.objects.insert(sent.identity.clone(), sent.object.clone());
        }
        let parts = rendering.parts.iter().filter(|part| !part.kustomization.name.name.is_empty());
        for part in parts {
            let key = super::super::OwnerKey::of_part(part);
            let inventory = desired.sent.iter().filter(|sent| sent.owner == key).map(|sent| {
                let Identity { group, kind, namespace, name } = &sent.identity;
                json!({"id": format!("{namespace}_{name}_{group}_{kind}"), "v": "v1"})
            });
            let mut object = value(&part.kustomization.object);
            object["status"] = json!({"inventory": {"entries": inventory.collect::<Vec<_>>()}});
            cluster.holders.push(Holder::of_kustomization(object));
        }
        cluster
    }

    /// What is announced for another tree, where the API server refuses objects of these names.
    fn announced(&self, tree: &str, roots: &str, refused: &[&str]) -> Diff {
        let tree = MemTree::from_fixture(tree).unwrap();
        let rendering = rendered(&tree, roots);
        let side = Side { rendering: &rendering, releases: &[], component_label: "component" };
        let desired = Desired::of(&side, &self.holders);
        let reply = |sent: &Sent| {
            let live = self.objects.get(&sent.identity).cloned();
            let answer = match refused.contains(&sent.identity.name.as_str()) {
                true => Answer::Refuses { why: "field is immutable".to_owned(), is_fixed: true },
                false => Answer::Takes(sent.object.clone()),
            };
            Reply { live, answer }
        };
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "vars", "namespace": "ns"}, "data": {
            "key": "YS1zZWNyZXQtdGhhdC1ub2JvZHktbWF5LXNlZQ==", "domain": "ZXhhbXBsZS5vcmc="}});
        let observed = Observed {
            replies: desired.sent.iter().map(reply).collect(),
            holders: self.holders.clone(),
            left: self.objects.clone(),
            secrets: vec![secret],
            public: ["domain".to_owned()].into(),
        };
        announced(&side, &desired, observed)
    }
}

/// A line for each change, fault, and owner that waits.
fn said(diff: &Diff) -> Vec<String> {
    let mut lines: Vec<String> =
        diff.changes.iter().map(|change| format!("{:?} {}", change.kind, change.object)).collect();
    lines.extend(diff.faults.iter().map(|fault| format!("fails {}", fault.owner.name)));
    lines.extend(
        diff.waiting
            .iter()
            .map(|waiting| format!("{} of {}: {}", waiting.changes, waiting.owner.name, waiting.why)),
    );
    lines
}

#[test]
fn what_is_as_it_should_be_is_no_change() {
    assert!(Cluster::with(TREE).announced(TREE, ROOTS, &[]).is_empty());
}

#[test]
fn what_comes_changes_and_goes_is_announced() {
    let cluster = Cluster::with(TREE);
    let tree = TREE.replace("x: '1', y", "x: '2', y").replace("name: b", "name: c");
    assert_eq!(
        said(&cluster.announced(&tree, ROOTS, &[])),
        ["Changed ConfigMap ns/a", "Removed ConfigMap ns/b", "Added ConfigMap ns/c"]
    );
}

#[test]
fn what_is_not_pruned_stays() {
    let cluster = Cluster::with(TREE);
    let tree = TREE.replace("name: b", "name: c");
    let roots = ROOTS.replace("./two, prune: true", "./two, prune: false");
    assert_eq!(said(&cluster.announced(&tree, &roots, &[])), ["Added ConfigMap ns/c"]);
    let kept =
        TREE.replace("name: b,", "name: b, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled},");
    assert_eq!(said(&Cluster::with(&kept).announced(&tree, ROOTS, &[])), ["Added ConfigMap ns/c"]);
}

#[test]
fn what_is_refused_holds_up_its_owner_and_those_who_wait_for_it() {
    let cluster = Cluster::with(TREE);
    let tree = TREE.replace("x: '1'", "x: '2'");
    assert_eq!(
        said(&cluster.announced(&tree, ROOTS, &["a"])),
        ["fails one", "1 of one: it fails", "1 of two: it waits for Kustomization ns/one"]
    );
}

#[test]
fn who_waits_does_not_fail_yet() {
    let cluster = Cluster::with(TREE);
    let tree = TREE.replace("x: '1'", "x: '2'");
    assert_eq!(
        said(&cluster.announced(&tree, ROOTS, &["a", "b"])),
        ["fails one", "1 of one: it fails", "1 of two: it waits for Kustomization ns/one"]
    );
}

#[test]
fn what_belongs_to_another_cluster_is_not_compared_with_this_one() {
    let cluster = Cluster::with(TREE);
    let roots = ROOTS.replace("./two,", "./two, kubeConfig: {secretRef: {name: other}},");
    let tree = TREE.replace("data: {x: '1'}", "data: {x: '2'}");
    assert!(Cluster::of(&tree, &roots).announced(&tree, &roots, &[]).is_empty());
    assert_eq!(said(&cluster.announced(TREE, ROOTS, &[])), [""; 0]);
}

#[test]
fn what_is_refused_is_made_anew_where_that_is_wanted() {
    let cluster = Cluster::with(TREE);
    let tree = TREE.replace("x: '1', y", "x: '2', y");
    let roots = ROOTS.replace("./one,", "./one, force: true,");
    assert_eq!(said(&cluster.announced(&tree, &roots, &["a"])), ["Changed ConfigMap ns/a"]);
}

#[test]
fn who_waits_for_something_unhealthy_goes_on_waiting() {
    let mut cluster = Cluster::with(TREE);
    let one = cluster.holders.iter_mut().find(|holder| holder.key.name == "one").unwrap();
    one.object["status"]["conditions"] =
        json!([{"type": "Ready", "status": "False", "reason": "HealthCheckFailed"}]);
    let two = TREE.replace("data: {x: '1'}", "data: {x: '2'}");
    assert_eq!(said(&cluster.announced(&two, ROOTS, &[])), ["1 of two: it waits for Kustomization ns/one"]);
    // What comes may mend it.
    let both = two.replace("x: '1', y", "x: '2', y");
    assert_eq!(
        said(&cluster.announced(&both, ROOTS, &[])),
        ["Changed ConfigMap ns/a", "Changed ConfigMap ns/b"]
    );
}

#[test]
fn a_suspended_owner_changes_nothing() {
    let cluster = Cluster::with(TREE);
    let tree = TREE.replace("data: {x: '1'}", "data: {x: '2'}");
    let roots = ROOTS.replace("./two,", "./two, suspend: true,");
    assert_eq!(said(&cluster.announced(&tree, &roots, &[])), ["1 of two: it is suspended"]);
}

/// A Kustomization that `one` makes.
const CHILD: &str = "#- one/child.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: child, namespace: ns}
spec: {path: ./child, prune: true, sourceRef: {kind: GitRepository, name: own}}
#- child/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: ns}
";

#[test]
fn what_a_kustomization_held_goes_with_it() {
    let cluster = Cluster::with(&format!("{TREE}{CHILD}"));
    let gone = ["Removed ConfigMap ns/c", "Removed Kustomization ns/child"];
    let diff = cluster.announced(TREE, ROOTS, &[]);
    assert_eq!(said(&diff), gone);
    let owners: Vec<&str> = diff.changes.iter().map(|change| change.owner.name.as_str()).collect();
    assert_eq!(owners, ["child", "one"]);
    let kept = CHILD.replace("prune: true", "prune: true, deletionPolicy: Orphan");
    assert_eq!(said(&Cluster::with(&format!("{TREE}{kept}")).announced(TREE, ROOTS, &[])), gone[1..]);
}

#[test]
fn a_namespace_that_goes_takes_what_is_in_it_along() {
    let more = "#- two/n.yaml\napiVersion: v1\nkind: Namespace\nmetadata: {name: m}\n#- one/m.yaml\napiVersion: v1\nkind: ConfigMap\n\
                metadata: {name: inside, namespace: m, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}\n";
    let cluster = Cluster::with(&format!("{TREE}{more}"));
    assert_eq!(
        said(&cluster.announced(TREE, ROOTS, &[])),
        ["Removed ConfigMap m/inside", "Removed Namespace m"]
    );
}

#[test]
fn no_secret_is_beside_what_a_secret_holds_or_in_what_goes() {
    let secret = "#- two/s.yaml\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: ns, annotations: {of: 'with ${key}'}}\n\
                  stringData: {p: short}\n";
    let roots = ROOTS
        .replace("dependsOn: [{name: one}]", "postBuild: {substituteFrom: [{kind: Secret, name: vars}]}");
    let cluster = Cluster::of(&format!("{TREE}{secret}"), &roots);
    let other = secret.replace("with", "without");
    for tree in [format!("{TREE}{other}"), TREE.to_owned(), secret.to_owned()] {
        let diff = cluster.announced(&tree, &roots, &[]);
        assert!(!diff.is_empty());
        assert!(!format!("{diff:?}").contains(KEY), "{diff:?}");
    }
}

#[test]
fn no_secret_comes_out() {
    let cluster = Cluster::with(TREE);
    let secret = "#- two/s.yaml\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: ns}\nstringData: {p: short}\n";
    let tree = format!(
        "{}{secret}",
        TREE.replace("key ${key}", "other ${key}").replace("${domain}", "www.${domain}")
    );
    let diff = cluster.announced(&tree, ROOTS, &["s"]);
    let diffs = [diff, cluster.announced(&tree, ROOTS, &[]), cluster.announced(secret, ROOTS, &[])];
    for diff in &diffs {
        let all = format!("{diff:?}");
        assert!(!all.contains(KEY) && !all.contains("\"short\""), "{all}");
    }
    // What is no secret is shown.
    assert!(format!("{:?}", diffs[1]).contains("www.example.org"));
}

/// A release that `two` makes, and the values that it has.
const RELEASE: &str = "#- two/r.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: ns}
spec:
  chart: {spec: {chart: c, version: 1.0.0, sourceRef: {kind: HelmRepository, name: h}}}
  values: {x: 1}
#- two/h.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: h, namespace: ns}
spec: {url: https://charts.example.org}
";

/// What is announced of a release whose installed object held `was` and whose chart makes `is`.
fn release(tree: &str, was: &str, is: &str) -> Vec<String> {
    let object = |text: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: made, namespace: ns}}\ndata: {{x: '{text}'}}\n"
        )
    };
    let before = format!("{TREE}{RELEASE}");
    let cluster = Cluster::with(&before);
    let memory = MemTree::from_fixture(&format!("{TREE}{tree}")).unwrap();
    let rendering = rendered(&memory, ROOTS);
    let part =
        rendering.parts.iter().position(|part| part.objects.iter().any(crate::releases::is_release)).unwrap();
    let releases = [crate::diff::ReleaseObjects {
        part,
        name: crate::render::spec::Name::new("ns", "r"),
        namespace: "ns".to_owned(),
        chart: Some(("c".to_owned(), "v1.0.0".to_owned())),
        objects: read_all_as_json(&object(is), "made", kustomize_rs::Limits::default()).unwrap(),
        problem: None,
    }];
    let side = Side { rendering: &rendering, releases: &releases, component_label: "component" };
    let installed = Installed {
        version: "1.0.0+abc".to_owned(),
        values: json!({"x": 1.0}),
        objects: objects(&object(was)),
    };
    let own =
        rendering.parts[part].objects.iter().find(|object| crate::releases::is_release(object)).unwrap();
    let mut holders = cluster.holders.clone();
    holders.push(Holder::of_release(value(&own.node), Some(installed), "ns"));
    let desired = Desired::of(&side, &holders);
    let was = objects(&object(was)).remove(0);
    let reply = |sent: &Sent| Reply {
        live: match sent.owner.kind {
            OwnerKind::HelmRelease => Some(was.clone()),
            _ => cluster.objects.get(&sent.identity).cloned(),
        },
        answer: Answer::Takes(sent.object.clone()),
    };
    let observed =
        Observed { replies: desired.sent.iter().map(reply).collect(), holders, ..Observed::default() };
    let diff = announced(&side, &desired, observed);
    let of_release = diff.changes.iter().filter(|change| change.owner.kind == OwnerKind::HelmRelease);
    of_release
        .filter(|change| change.kind == ChangeKind::Changed)
        .map(|change| change.object.to_string())
        .collect()
}

#[test]
fn a_release_changes_nothing_unless_its_chart_or_values_do() {
    assert_eq!(release(RELEASE, "drawn", "drawn anew"), [""; 0]);
    assert_eq!(release(&RELEASE.replace("{x: 1}", "{x: 2}"), "1", "2"), ["ConfigMap ns/made"]);
}
