use serde_json::json;

use super::*;

const REVISION: &str = "main@sha1:aaa";

struct Object(Value);

impl Object {
    fn new(kind: &str, namespace: &str, name: &str) -> Self {
        Object(
            json!({"kind": kind, "metadata": {"name": name, "namespace": namespace, "generation": 1}, "spec": {}}),
        )
    }

    fn with(mut self, pointer: &str, value: Value) -> Self {
        let mut at = &mut self.0;
        for key in pointer.split('/') {
            at = &mut at[key.replace("~1", "/")];
        }
        *at = value;
        self
    }

    fn ready(self, status: &str, reason: &str, message: &str) -> Self {
        let condition = json!({"type": "Ready", "status": status, "reason": reason, "message": message, "observedGeneration": 1});
        self.with("status/conditions", json!([condition]))
    }
}

fn source(status: &str) -> Value {
    let source = Object::new("GitRepository", "flux-system", "openappstack")
        .with("status/artifact/revision", json!(REVISION));
    source.ready(status, "GitOperationFailed", "git says no").0
}

fn kustomization(name: &str) -> Object {
    Object::new("Kustomization", "flux-system", name)
        .with("spec/sourceRef", json!({"kind": "GitRepository", "name": "openappstack"}))
        .with("status/lastAppliedRevision", json!(REVISION))
        .ready("True", "ReconciliationSucceeded", "applied")
}

fn component(name: &str) -> Object {
    kustomization(name).with("metadata/labels/component", json!(name))
}

fn release(name: &str, owner: &str) -> Object {
    Object::new("HelmRelease", "oas-apps", name)
        .with("metadata/labels/kustomize.toolkit.fluxcd.io~1name", json!(owner))
        .with("metadata/labels/kustomize.toolkit.fluxcd.io~1namespace", json!("flux-system"))
        .with("spec/chartRef", json!({"kind": "OCIRepository", "name": name}))
        .with("status/history", json!([{"chartVersion": "1.2.3"}]))
        .ready("True", "InstallSucceeded", "installed")
}

fn chart(name: &str) -> Object {
    Object::new("OCIRepository", "oas-apps", name).ready("True", "Succeeded", "stored")
}

fn of(objects: Vec<Value>) -> Status {
    Status::of(&objects, &[])
}

fn why(objects: Vec<Value>, component: &str) -> String {
    let status = of(objects);
    let cause = status.deepest_reason(component).expect("a cause");
    format!("{}: {}: {}", cause.object, cause.reason, cause.message)
}

#[test]
fn everything_ready_is_ready_and_in_its_place() {
    let status = of(vec![
        source("True"),
        kustomization("core").0,
        component("wiki").with("status/inventory/entries", json!([{"id": "oas-apps_wiki_helm.toolkit.fluxcd.io_HelmRelease", "v": "v2"}, {"id": "oas-apps_data__ConfigMap", "v": "v1"}])).0,
        release("wiki", "wiki").0,
        chart("wiki").0,
    ]);
    assert!(status.ready);
    let keys: Vec<String> = status.nodes().iter().map(|n| n.key.to_string()).collect();
    assert_eq!(
        keys,
        [
            "GitRepository flux-system/openappstack",
            "Kustomization flux-system/core",
            "Kustomization flux-system/wiki",
            "HelmRelease oas-apps/wiki",
            "OCIRepository oas-apps/wiki"
        ]
    );
    let wiki = status.component("wiki").unwrap();
    assert_eq!((wiki.state, wiki.cause.is_none()), (State::Ready, true));
    assert_eq!(wiki.kustomizations[0].children[0].revision.as_deref(), Some("1.2.3"));
    assert_eq!(wiki.kustomizations[0].inventory.len(), 2);
}

#[test]
fn nothing_at_all_is_not_ready() {
    assert!(!of(vec![]).ready);
}

/// A Kustomization at its interval, after an attempt that ended with `latest`.
fn looked_at_again(latest: &str) -> Object {
    component("wiki")
        .with("status/observedGeneration", json!(1))
        .with("status/history", json!([{"lastReconciledStatus": latest, "metadata": {"revision": REVISION}}]))
        .ready("Unknown", "Progressing", "Reconciliation in progress")
}

#[test]
fn what_is_only_looked_at_again_is_as_ready_as_before() {
    let state = |wiki: Object| {
        let status = of(vec![source("True"), kustomization("core").0, wiki.0]);
        (status.ready, status.component("wiki").unwrap().state)
    };
    assert_eq!(state(looked_at_again("ReconciliationSucceeded")), (true, State::Ready));
    assert_eq!(state(looked_at_again("HealthCheckFailed")), (false, State::Progressing));
    let changed = looked_at_again("ReconciliationSucceeded").with("metadata/generation", json!(2));
    assert_eq!(state(changed), (false, State::Progressing));
    let older =
        looked_at_again("ReconciliationSucceeded").with("status/lastAppliedRevision", json!("main@sha1:old"));
    assert_eq!(state(older), (false, State::Progressing));
}

#[test]
fn what_was_asked_to_look_again_is_not_ready_before_it_did() {
    let asked = |handled: &str| {
        let wiki = component("wiki")
            .with("metadata/annotations/reconcile.fluxcd.io~1requestedAt", json!("2"))
            .with("status/lastHandledReconcileAt", json!(handled));
        of(vec![source("True"), kustomization("core").0, wiki.0])
    };
    assert!(asked("2").ready);
    let status = asked("1");
    let node = &status.component("wiki").unwrap().kustomizations[0];
    assert_eq!((node.ready, node.reason.as_str()), (false, "Requested"));
}

#[test]
fn what_is_being_removed_is_not_ready() {
    let going = component("wiki").with("metadata/deletionTimestamp", json!("2026-11-26T05:00:00Z"));
    let status = of(vec![source("True"), kustomization("core").0, going.0]);
    let node = &status.component("wiki").unwrap().kustomizations[0];
    assert_eq!((status.ready, node.ready, node.reason.as_str()), (false, false, "Terminating"));
}

#[test]
fn an_old_generation_or_revision_counts_as_progressing() {
    let changed = component("wiki").with("metadata/generation", json!(2)).0;
    let status = of(vec![source("True"), kustomization("core").0, changed]);
    let node = &status.component("wiki").unwrap().kustomizations[0];
    assert_eq!(
        (node.state, node.reason.as_str(), node.current, status.ready),
        (State::Progressing, "OldGeneration", false, false)
    );

    let old = component("wiki").with("status/lastAppliedRevision", json!("main@sha1:old")).0;
    let status = of(vec![source("True"), kustomization("core").0, old]);
    let node = &status.component("wiki").unwrap().kustomizations[0];
    assert_eq!((node.state, node.reason.as_str(), node.current), (State::Progressing, "OldRevision", true));
    assert_eq!(node.message, "has applied main@sha1:old, but its source is at main@sha1:aaa");
}

#[test]
fn a_release_that_has_not_tried_the_new_chart_is_progressing() {
    let with = |digest: &str| {
        let tried = release("wiki", "wiki").with("status/lastAttemptedRevisionDigest", json!("sha256:old")).0;
        let chart = chart("wiki").with("status/artifact/revision", json!(format!("2.0.0@sha256:{digest}"))).0;
        let status = of(vec![source("True"), component("wiki").0, tried, chart]);
        status.component("wiki").unwrap().kustomizations[0].children[0].clone()
    };
    assert_eq!(with("old").state, State::Ready);
    let node = with("new");
    assert_eq!(
        (node.state, node.message.as_str()),
        (State::Progressing, "has applied 1.2.3, but its source is at 2.0.0@sha256:new")
    );
}

#[test]
fn a_chart_of_our_own_that_was_not_packed_again_is_progressing() {
    let packed_from = |revision: &str| {
        let git = json!({"kind": "GitRepository", "name": "openappstack", "namespace": "flux-system"});
        let chart = Object::new("HelmChart", "flux-system", "oas-apps-office")
            .with("spec/sourceRef", json!({"kind": "GitRepository", "name": "openappstack"}))
            .with("status/observedSourceArtifactRevision", json!(revision))
            .with("status/artifact/revision", json!("1.0.0+aaa"))
            .ready("True", "ChartPackageSucceeded", "packed");
        let release = release("office", "office")
            .with("spec", json!({"chart": {"spec": {"sourceRef": git}}}))
            .with("status/lastAttemptedRevision", json!("1.0.0+aaa"));
        of(vec![source("True"), kustomization("core").0, component("office").0, release.0, chart.0])
    };
    assert!(packed_from(REVISION).ready);
    let status = packed_from("main@sha1:before");
    assert_eq!(status.deepest_reason("office").expect("a cause").reason, "OldRevision");
}

#[test]
fn a_path_that_the_source_lacks_is_a_failure() {
    let lacking = component("wiki")
        .ready("False", "ArtifactFailed", "kustomization path not found: ./flux2/apps/wiki")
        .0;
    assert_eq!(of(vec![source("True"), lacking]).component("wiki").unwrap().state, State::Failed);
}

#[test]
fn a_failure_counts_although_observed_generation_stays_behind() {
    let failed = component("wiki")
        .with("status/observedGeneration", json!(-1))
        .ready("False", "BuildFailed", "no such file")
        .0;
    let status = of(vec![source("True"), failed]);
    assert_eq!(status.component("wiki").unwrap().state, State::Failed);
}

#[test]
fn suspended_is_shown_and_stays_ready_if_it_was() {
    let held = component("wiki")
        .with("spec/suspend", json!(true))
        .with("status/lastAppliedRevision", json!("main@sha1:old"));
    let status = of(vec![source("True"), kustomization("core").0, held.0]);
    assert_eq!((status.component("wiki").unwrap().state, status.ready), (State::Suspended, true));
    let broken =
        component("wiki").with("spec/suspend", json!(true)).ready("False", "BuildFailed", "no such file");
    let status = of(vec![source("True"), kustomization("core").0, broken.0]);
    let node = &status.component("wiki").unwrap().kustomizations[0];
    assert_eq!((status.ready, node.message.as_str()), (false, "suspended; before: no such file"));
}

#[test]
fn what_nobody_looked_at_is_unknown_but_an_oci_address_is_ready() {
    let new = Object::new("Kustomization", "flux-system", "wiki")
        .with("metadata/labels/component", json!("wiki"))
        .0;
    assert_eq!(of(vec![new]).component("wiki").unwrap().state, State::Unknown);
    let address = Object::new("HelmRepository", "oas-apps", "r").with("spec/type", json!("oci"));
    assert_eq!(condition::node(&address.0).state, State::Ready);
}

#[test]
fn the_reason_of_a_waiting_kustomization_is_its_release() {
    let objects = vec![
        source("True"),
        component("wiki").ready("False", "HealthCheckFailed", "timeout waiting for HelmRelease").0,
        release("wiki", "wiki").ready("False", "InstallFailed", "image not found").0,
        chart("wiki").0,
    ];
    assert_eq!(why(objects, "wiki"), "HelmRelease oas-apps/wiki: InstallFailed: image not found");
}

#[test]
fn the_reason_of_a_waiting_release_is_its_chart() {
    let objects = vec![
        source("True"),
        component("wiki").0,
        release("wiki", "wiki").ready("False", "SourceNotReady", "OCIRepository is not ready").0,
        chart("wiki").ready("False", "OCIArtifactPullFailed", "manifest unknown").0,
    ];
    assert_eq!(
        why(objects.clone(), "wiki"),
        "OCIRepository oas-apps/wiki: OCIArtifactPullFailed: manifest unknown"
    );
    assert_eq!(
        why(objects[..3].to_vec(), "wiki"),
        "OCIRepository oas-apps/wiki: Missing: OCIRepository oas-apps/wiki does not exist"
    );
}

#[test]
fn a_chart_made_by_helm_controller_leads_to_its_repository() {
    let repository = json!({"spec": {"chart": "wiki", "sourceRef": {"kind": "HelmRepository", "name": "charts", "namespace": "flux-system"}}});
    let mut wiki = release("wiki", "wiki")
        .ready("False", "SourceNotReady", "HelmChart is not ready")
        .with("spec/chart", repository.clone());
    wiki.0["spec"].as_object_mut().unwrap().remove("chartRef");
    let made = Object::new("HelmChart", "flux-system", "oas-apps-wiki")
        .with("spec/sourceRef", json!({"kind": "HelmRepository", "name": "charts"}));
    let objects = vec![
        component("wiki").0,
        wiki.0,
        made.ready("False", "NoSourceArtifact", "no index").0,
        Object::new("HelmRepository", "flux-system", "charts").ready("False", "Failed", "404 not found").0,
    ];
    assert_eq!(why(objects, "wiki"), "HelmRepository flux-system/charts: Failed: 404 not found");
}

#[test]
fn a_dependency_that_is_not_ready_gives_its_own_reason() {
    let waits = |name: &str, on: &str| {
        component(name).with("spec/dependsOn", json!([{"name": on}])).ready(
            "False",
            "DependencyNotReady",
            "dependency is not ready",
        )
    };
    let objects = vec![
        source("True"),
        waits("blog", "wiki").0,
        waits("wiki", "database").0,
        component("database").ready("False", "HealthCheckFailed", "timeout").0,
        release("database", "database").ready("False", "InstallFailed", "no space").0,
        chart("database").0,
    ];
    assert_eq!(why(objects.clone(), "blog"), "HelmRelease oas-apps/database: InstallFailed: no space");
    let status = of(objects);
    let via: Vec<&str> = status.deepest_reason("blog").unwrap().via.iter().map(|k| k.name.as_str()).collect();
    assert_eq!(
        (via, status.component("blog").unwrap().state),
        (vec!["blog", "wiki", "database"], State::Progressing)
    );

    let circle = vec![waits("a", "b").0, waits("b", "a").0, source("True")];
    assert_eq!(
        why(circle, "a"),
        "Kustomization flux-system/a: DependencyCycle: Kustomization flux-system/a waits for itself"
    );
    let ghost = vec![waits("a", "ghost").0, source("True")];
    assert_eq!(
        why(ghost, "a"),
        "Kustomization flux-system/ghost: Missing: Kustomization flux-system/ghost does not exist"
    );
}

#[test]
fn a_source_that_cannot_be_fetched_is_the_reason_of_everything() {
    let objects = vec![
        source("False"),
        component("wiki").ready("False", "ArtifactFailed", "Source artifact not found").0,
    ];
    assert_eq!(
        why(objects, "wiki"),
        "GitRepository flux-system/openappstack: GitOperationFailed: git says no"
    );
}

#[test]
fn an_expected_component_that_is_not_there_leads_to_its_root() {
    let root = kustomization("app-wiki")
        .ready("False", "ArtifactFailed", "kustomization path not found: ./flux2/apps/wiki")
        .0;
    let status = Status::of(&[source("True"), kustomization("core").0, root], &["wiki".to_owned()]);
    let cause = status.deepest_reason("wiki").unwrap();
    assert_eq!(
        (cause.object.name.as_str(), status.component("wiki").unwrap().state),
        ("app-wiki", State::Progressing)
    );
    assert!(!status.ready);
}

#[test]
fn a_release_in_the_inventory_that_does_not_exist_is_missing() {
    let id = json!([{"id": "oas-apps_wiki_helm.toolkit.fluxcd.io_HelmRelease", "v": "v2"}]);
    let objects = vec![source("True"), component("wiki").with("status/inventory/entries", id).0];
    assert_eq!(
        why(objects, "wiki"),
        "HelmRelease oas-apps/wiki: Missing: HelmRelease oas-apps/wiki does not exist"
    );
}

#[test]
fn the_json_form_has_a_version_and_flat_keys() {
    let value = serde_json::to_value(of(vec![source("True"), kustomization("core").0])).unwrap();
    assert_eq!((&value["version"], &value["ready"]), (&json!(1), &json!(true)));
    let root = &value["roots"][0];
    assert_eq!(
        (&root["kind"], &root["name"], &root["state"]),
        (&json!("Kustomization"), &json!("core"), &json!("Ready"))
    );
}
