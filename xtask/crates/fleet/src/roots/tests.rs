use yamltree::tree::MemTree;

use super::*;
use crate::catalogue;

const ORIGIN: Origin<'_> = Origin { url: "https://example.org/oas.git", branch: "stable", version: "1.2.3" };

fn made() -> Vec<Value> {
    let tree = "#- flux2/core/logs/component.yaml\ntitle: L\ndescription: L\noptional: true\n";
    let (catalogue, _) = catalogue::read(&MemTree::from_fixture(tree).unwrap());
    let spec = ClusterSpec {
        apps: vec!["wordpress".into()],
        exclude: vec!["logs".into(), "ghost".into()],
        ..ClusterSpec::default()
    };
    roots(&spec, &catalogue, ORIGIN)
}

#[test]
fn one_source_two_tiers_and_one_kustomization_an_app() {
    let objects = made();
    let names: Vec<&str> = objects.iter().filter_map(|o| o["metadata"]["name"].as_str()).collect();
    assert_eq!(names, ["openappstack", "infrastructure", "core", "app-wordpress"]);
    assert_eq!(objects[0]["spec"]["ref"], json!({"branch": "stable"}));
    assert!(objects[0]["spec"].get("ignore").is_none());
    assert_eq!(
        objects[3],
        json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": {
                "name": "app-wordpress",
                "namespace": "flux-system",
                "labels": {"app.kubernetes.io/managed-by": "xtask", "openappstack.org/root": "app-wordpress"},
                "annotations": {"openappstack.org/xtask-version": "1.2.3"},
            },
            "spec": {
                "interval": "5m",
                "retryInterval": "1m",
                "timeout": "5m",
                "path": "./flux2/apps/wordpress",
                "prune": true,
                "sourceRef": {"kind": "GitRepository", "name": "openappstack"},
            },
        })
    );
}

#[test]
fn an_exclusion_is_a_delete_patch_on_the_root_of_its_tier() {
    let objects = made();
    assert!(objects[1]["spec"].get("patches").is_none());
    let patches = objects[2]["spec"]["patches"].as_array().unwrap();
    assert_eq!(patches.len(), 1);
    assert_eq!(patches[0]["target"]["labelSelector"], "component=logs");
    let patch: Value = serde_json::from_str(patches[0]["patch"].as_str().unwrap()).unwrap();
    assert_eq!(patch["$patch"], "delete");
}

#[test]
fn a_child_gets_its_patch_beside_those_it_has() {
    for (has, path) in [(false, "/spec/patches"), (true, "/spec/patches/-")] {
        let mut root = made().remove(1);
        patch_child(
            &mut root,
            "traefik",
            has,
            json!({"kind": "OCIRepository"}),
            &json!([{"op": "remove", "path": "/spec/ref/digest"}]),
        );
        let entry = &root["spec"]["patches"][0];
        assert_eq!(entry["target"]["name"], "traefik");
        let operations: Value = serde_json::from_str(entry["patch"].as_str().unwrap()).unwrap();
        assert_eq!(operations[0]["path"], path);
    }
}

#[test]
fn a_live_object_is_out_of_date_only_where_it_matters() {
    let wanted = made().remove(0);
    assert_eq!(out_of_date(None, &wanted), ["missing"]);
    let mut live = wanted.clone();
    live["spec"]["timeout"] = json!("1m0s");
    live["spec"]["suspend"] = json!(true);
    live["status"] = json!({});
    live["metadata"]["uid"] = json!("x");
    assert_eq!(out_of_date(Some(&live), &wanted), [""; 0]);
    live["spec"]["url"] = json!("https://old");
    live["spec"]["ignore"] = json!("/*");
    live["metadata"]["annotations"] = json!({});
    assert_eq!(
        out_of_date(Some(&live), &wanted),
        ["metadata.annotations.openappstack.org/xtask-version", "spec.url", "spec.ignore"]
    );
}

#[test]
fn a_root_is_found_from_tier_and_component() {
    assert_eq!(
        (root_of(Tier::Core, "logs"), root_of(Tier::Apps, "wordpress")),
        ("core".into(), "app-wordpress".into())
    );
}
